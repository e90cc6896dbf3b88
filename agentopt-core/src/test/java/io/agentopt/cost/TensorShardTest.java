package io.agentopt.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.ModelCatalog;
import io.agentopt.model.ModelSpec;
import org.junit.jupiter.api.Test;

class TensorShardTest {
    private static final ModelCatalog MODELS = ModelCatalog.packaged();

    @Test
    void oneDeviceHoldsEverything() {
        for (ModelCatalog.Entry entry : MODELS.entries()) {
            TensorShard whole = TensorShard.of(entry.model(), 1);
            assertThat(whole.weightBytes())
                    .as(entry.model().id())
                    .isCloseTo(TransformerDemand.weightBytes(entry.model()), within(1.0));
            assertThat(whole.kvBytesPerToken()).isEqualTo(entry.model().kvBytesPerToken());
        }
    }

    @Test
    void keysAndValuesDivideAmongTheirHeadsAndAreCopiedBeyond() {
        ModelSpec llama = MODELS.find("meta-llama/Meta-Llama-3.1-70B"); // 8 KV heads
        assertThat(TensorShard.of(llama, 8).kvBytesPerToken()).isEqualTo(327680.0 / 8);
        assertThat(TensorShard.of(llama, 16).kvBytesPerToken()).isEqualTo(327680.0 / 8);
        double copies = 80 * 2 * 8192.0 * 128 * 2; // at 16 devices each has half a KV head's matrices too many
        assertThat(TensorShard.of(llama, 16).weightBytes())
                .isCloseTo(TransformerDemand.weightBytes(llama) / 16 + copies / 2, within(1.0));
    }

    @Test
    void everyDeviceKeepsTheWholeLatentVector() {
        ModelSpec v3 = MODELS.find("deepseek-ai/DeepSeek-V3");
        assertThat(TensorShard.of(v3, 8).kvBytesPerToken()).isEqualTo(70272);
        assertThat(TensorShard.of(v3, 8).weightBytes()).isGreaterThan(TransformerDemand.weightBytes(v3) / 8);
    }

    @Test
    void theMemoryCheckCountsCopies() {
        DeviceSpec h100 = DeviceCatalog.packaged().find("H100");
        ModelSpec v3 = MODELS.find("deepseek-v2-lite");
        Demand step = TransformerDemand.decodeStep(v3, 100_000, 11); // 34 GB of cache on each device
        assertThat(step.occupiedBytes(2)).isEqualTo(step.residentBytes() + 2 * step.kvBytesResident());
        assertThat(RooflineCostModel.generic().seconds(step, h100, 2)).isInstanceOf(Estimate.Known.class);
        assertThat(RooflineCostModel.generic().seconds(TransformerDemand.decodeStep(v3, 100_000, 22), h100, 8))
                .isInstanceOfSatisfying(
                        Estimate.Infeasible.class, i -> assertThat(i.reason()).contains("at least 20 of them"));
        Demand large = TransformerDemand.decodeStep(v3, 100_000, 23);
        assertThat(RooflineCostModel.generic().seconds(large, h100, 8))
                .isInstanceOfSatisfying(
                        Estimate.Infeasible.class,
                        i -> assertThat(i.reason()).contains("more devices would only copy the cache"));
        assertThat(KvCapacity.tokens(v3, h100, 8)).isLessThan(70e9 / v3.kvBytesPerToken());
    }

    @Test
    void windowedModelsFitMoreSequences() {
        DeviceSpec h100 = DeviceCatalog.packaged().find("H100");
        ModelSpec gemma = MODELS.find("google/gemma-3-27B");
        int context = 32_768;
        assertThat(KvCapacity.sequences(gemma, context, h100, 2))
                .isGreaterThan(3 * (int) (KvCapacity.tokens(gemma, h100, 2) / context));
    }

    @Test
    void noDeviceIsNamed() {
        assertThatThrownBy(() -> TensorShard.of(MODELS.find("qwen3-14b"), 0)).hasMessageContaining("qwen3-14b");
    }
}
