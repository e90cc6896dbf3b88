package io.agentopt.cost.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.cost.Confidence;
import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.ModelCatalog;
import io.agentopt.model.ModelSpec;
import io.agentopt.model.Precision;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class EngineModelTest {
    static final DeviceSpec A100 = DeviceCatalog.packaged().find("A100");
    static final DeviceSpec H100 = DeviceCatalog.packaged().find("H100");
    static final ModelSpec LARGE = ModelCatalog.packaged().find("meta-llama/Llama-2-70b-hf");
    static final ModelSpec SMALL = ModelCatalog.packaged().find("llama-3.1-8b-instruct");

    static Deployment on(DeviceSpec device, ModelSpec model, int devices) {
        return new Deployment(model, device, devices, KvReading.PER_GROUP);
    }

    static double generic(Deployment d, EngineLoad load, EngineMetric metric) {
        return EngineModel.seconds(d, load, metric, EngineTerms.generic(d.device()))
                .seconds();
    }

    /** 138 GB over two devices at 2,039 GB/s are 33.8 ms at the peak; published: 54.9 ms. */
    @Test
    void aTokenTakesItsWeightsAndTheFloors() {
        double token = generic(on(A100, LARGE, 2), new EngineLoad(512, 128, 1), EngineMetric.TOKEN_TIME);
        assertThat(token).isBetween(0.0338 / 0.82, 0.055);
    }

    @Test
    void otherRequestsPrefillsInterrupt() {
        Deployment d = on(H100, SMALL, 1);
        EngineLoad load = new EngineLoad(4096, 128, 64);
        double alone = generic(d, load, EngineMetric.TOKEN_TIME);
        double served = generic(d, load, EngineMetric.SERVED_TOKEN_TIME);
        assertThat(served).isGreaterThan(2 * alone); // 64.3 ms were measured, about 17 of them decode
        assertThat(served).isBetween(0.045, 0.08);
    }

    @Test
    void prefillsBeforeDecodesInterruptHalfAsMuch() {
        Deployment mixed = on(H100, SMALL, 1);
        Deployment first = new Deployment(SMALL, H100, 1, KvReading.PER_GROUP, PrefillScheduling.FIRST);
        EngineLoad load = new EngineLoad(4096, 128, 64);
        double alone = generic(mixed, load, EngineMetric.TOKEN_TIME);
        double interference = generic(mixed, load, EngineMetric.SERVED_TOKEN_TIME) - alone;
        assertThat(generic(first, load, EngineMetric.SERVED_TOKEN_TIME) - alone)
                .isCloseTo(interference / 2, within(1e-9));
    }

    @Test
    void requestsBeyondTheKvCapacityWait() {
        Deployment tight = on(
                DeviceCatalog.packaged().find("A100-40GB"),
                ModelCatalog.packaged().find("llama-2-7b-hf"),
                1);
        double half = generic(tight, new EngineLoad(2048, 2048, 32), EngineMetric.REQUEST);
        double all = generic(tight, new EngineLoad(2048, 2048, 64), EngineMetric.REQUEST);
        assertThat(all / half).isCloseTo(2, within(0.15)); // 316 s and 165 s were measured
    }

    @Test
    void aRequestIsItsFirstTokenAndTheOthers() {
        assertThat(EngineModel.requestSeconds(0.5, 0.02, 101)).isCloseTo(2.5, within(1e-12));
    }

    @Test
    void eightBitWeightsAreFasterButNotTwiceAsFast() {
        ModelSpec eight = SMALL.with(Precision.FP8, Precision.FP8, Precision.BF16);
        EngineLoad load = new EngineLoad(1024, 256, 8);
        double ratio = generic(on(H100, SMALL, 1), load, EngineMetric.TOKEN_TIME)
                / generic(on(H100, eight, 1), load, EngineMetric.TOKEN_TIME);
        assertThat(ratio).isBetween(1.2, 2.0);
    }

    @Test
    void aDeviceWithoutTheFormatSaysSo() {
        ModelSpec eight = SMALL.with(Precision.FP8, Precision.FP8, Precision.BF16);
        assertThatThrownBy(() -> generic(on(A100, eight, 1), new EngineLoad(8, 8, 1), EngineMetric.TOKEN_TIME))
                .hasMessageContaining("A100-80GB-SXM")
                .hasMessageContaining("fp8");
    }

    @Test
    void theBreakdownNamesWhatBinds() {
        var long_ = EngineModel.seconds(
                on(A100, SMALL, 1),
                new EngineLoad(8192, 1, 4),
                EngineMetric.TIME_TO_FIRST_TOKEN,
                EngineTerms.generic(A100));
        var token = EngineModel.seconds(
                on(A100, SMALL, 1), new EngineLoad(512, 64, 1), EngineMetric.TOKEN_TIME, EngineTerms.generic(A100));
        assertThat(long_.breakdown().bound()).isEqualTo("compute");
        assertThat(token.breakdown().bound()).isEqualTo("memory");
        assertThat(token.confidence()).isEqualTo(Confidence.GENERIC);
    }

    @Test
    void termsOutsideTheirBoundsAreRefused() {
        assertThatThrownBy(() -> EngineTerms.generic(A100).with(EngineTerm.COMPUTE, 1.2))
                .hasMessageContaining("COMPUTE")
                .hasMessageContaining("1.05");
        assertThatThrownBy(() -> EngineTerms.generic(A100).with(EngineTerm.LAYER_SECONDS, -1e-6))
                .hasMessageContaining("LAYER_SECONDS");
    }

    @Property(seed = "20261122", tries = 60)
    void moreWorkNeverTakesLess(
            @ForAll @IntRange(min = 1, max = 4000) int prompt,
            @ForAll @IntRange(min = 2, max = 1000) int output,
            @ForAll @IntRange(min = 1, max = 200) int batch,
            @ForAll @IntRange(min = 0, max = 3) int doublings) {
        Deployment d = on(H100, LARGE, 1 << doublings);
        for (EngineMetric metric : EngineMetric.values()) {
            double here = generic(d, new EngineLoad(prompt, output, batch), metric);
            assertThat(here).isFinite().isPositive();
            if (metric == EngineMetric.SERVED_TOKEN_TIME) continue; // longer prompts let fewer requests run at a time
            assertThat(generic(d, new EngineLoad(2 * prompt, output, batch), metric))
                    .isGreaterThan(0.999 * here);
            assertThat(generic(d, new EngineLoad(prompt, output, 2 * batch), metric))
                    .isGreaterThan(0.999 * here);
        }
        double request = generic(d, new EngineLoad(prompt, output, batch), EngineMetric.REQUEST);
        assertThat(generic(d, new EngineLoad(prompt, 2 * output, batch), EngineMetric.REQUEST))
                .isGreaterThan(request);
    }
}
