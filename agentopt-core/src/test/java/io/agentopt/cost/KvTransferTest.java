package io.agentopt.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.hardware.Dollars;
import io.agentopt.hardware.Link;
import io.agentopt.hardware.LinkKind;
import io.agentopt.model.ModelCatalog;
import io.agentopt.model.ModelSpec;
import io.agentopt.model.Precision;
import io.agentopt.model.SlidingWindow;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KvTransferTest {
    @ParameterizedTest
    @CsvSource({
        "8B, FP16, 512, 67108864, 2.15, 26.84, 3.36", "8B, FP16, 4096, 536870912, 17.18, 214.75, 26.84",
        "8B, FP16, 32768, 4294967296, 137.44, 1717.99, 214.75", "8B, FP8, 32768, 2147483648, 68.72, 858.99, 107.37",
        "70B, FP16, 512, 167772160, 5.37, 67.11, 8.39", "70B, FP16, 4096, 1342177280, 42.95, 536.87, 67.11",
        "70B, FP16, 32768, 10737418240, 343.60, 4294.97, 536.87", "70B, FP8, 32768, 5368709120, 171.80, 2147.48, 268.44"
    })
    void bandwidthByThePapersEquations(
            String size, Precision kv, int tokens, double bytes, double egress, double ingress, double ingress8) {
        ModelSpec model = ModelCatalog.packaged()
                .find("meta-llama/Meta-Llama-3.1-" + size)
                .with(Precision.FP16, Precision.FP16, kv);
        double cache = KvTransfer.kvBytes(model, tokens);
        assertThat(cache).isEqualTo(bytes);
        assertThat(KvTransfer.egressBytesPerSecond(cache, 0.25, 1) * 8 / 1e9).isCloseTo(egress, within(0.005001));
        assertThat(KvTransfer.ingressBytesPerSecond(cache, 0.02, 1) * 8 / 1e9).isCloseTo(ingress, within(0.005001));
        assertThat(KvTransfer.ingressBytesPerSecond(cache, 0.02, 8) * 8 / 1e9).isCloseTo(ingress8, within(0.005001));
    }

    @Test
    void whatWindowedLayersForgotIsNotSent() {
        ModelSpec whole = ModelCatalog.packaged().find("meta-llama/Meta-Llama-3.1-8B");
        ModelSpec windowed = whole.with(new SlidingWindow(1024, whole.layers() / 2));
        assertThat(KvTransfer.kvBytes(windowed, 1000)).isEqualTo(KvTransfer.kvBytes(whole, 1000));
        assertThat(KvTransfer.kvBytes(windowed, 9216)).isEqualTo(KvTransfer.kvBytes(whole, (9216 + 1024) / 2));
    }

    @Test
    void transfersAndRequestsArePriced() {
        TransferCost cost = TransferCost.of(1e9, new Link(LinkKind.NETWORK, 1e-3, 25e9, 0.02e-9));
        assertThat(cost.seconds()).isCloseTo(0.041, within(1e-12));
        assertThat(cost.dollars()).isCloseTo(0.02, within(1e-12));
        assertThat(TransferCost.of(1e9, Link.SAME_DEVICE)).isEqualTo(new TransferCost(0, 0));
        assertThat(MoneyCost.perRequest(new Dollars.Known(3.6), 2, 4, 0.5)).isEqualTo(new Dollars.Known(0.016));
        assertThat(MoneyCost.perRequest(new Dollars.Unknown("no"), 2)).isEqualTo(new Dollars.Unknown("no"));
        assertThatThrownBy(() -> MoneyCost.perRequest(new Dollars.Known(1), 1, 1, 0))
                .hasMessageContaining("utilisation");
        assertThatThrownBy(() -> TransferCost.of(-1, Link.SAME_DEVICE)).hasMessageContaining("-1.0 bytes");
        assertThatThrownBy(() -> KvTransfer.egressBytesPerSecond(1, 0, 1)).hasMessageContaining("prefill");
    }
}
