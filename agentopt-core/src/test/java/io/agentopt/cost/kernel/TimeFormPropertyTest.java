package io.agentopt.cost.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.cost.CollectiveKind;
import io.agentopt.cost.Confidence;
import io.agentopt.cost.kernel.KernelShape.Collective;
import io.agentopt.cost.kernel.KernelShape.Elementwise;
import io.agentopt.cost.kernel.KernelShape.StepAttention;
import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.Precision;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** Whatever terms a fit may choose, a time is finite, positive and does not fall when there is more to move. */
class TimeFormPropertyTest {
    private static final DeviceSpec A100 = DeviceCatalog.packaged().find("A100");

    @Property(seed = "20261122", tries = 300)
    void collective(
            @ForAll CollectiveKind kind,
            @ForAll @LongRange(min = 1, max = 1L << 40) long bytes,
            @ForAll @IntRange(min = 2, max = 64) int devices,
            @ForAll @IntRange(min = 1, max = 8) int perHost,
            @ForAll long seed) {
        int n = kind == CollectiveKind.SEND_RECV ? 2 : devices;
        check(
                new CollectiveForm(A100),
                seed,
                new Collective(kind, bytes, n, perHost),
                new Collective(kind, bytes * 2, n, perHost));
    }

    @Property(seed = "20261122", tries = 300)
    void elementwise(
            @ForAll @LongRange(min = 1, max = 1 << 20) long rows,
            @ForAll @LongRange(min = 1, max = 1 << 18) long columns,
            @ForAll @IntRange(min = 1, max = 4) int reads,
            @ForAll long seed) {
        Elementwise small = new Elementwise(rows, columns, reads, 1, Precision.BF16);
        check(new ElementwiseForm(A100), seed, small, new Elementwise(rows + 1, columns, reads, 1, Precision.BF16));
        check(new ElementwiseForm(A100), seed, small, new Elementwise(rows, columns + 1, reads, 1, Precision.BF16));
    }

    @Property(seed = "20261122", tries = 300)
    void stepAttention(
            @ForAll @LongRange(min = 0, max = 1 << 14) long tokens,
            @ForAll @LongRange(min = 0, max = 1 << 17) long cached,
            @ForAll @IntRange(min = 1, max = 512) int decodes,
            @ForAll @LongRange(min = 0, max = 1 << 17) long context,
            @ForAll long seed) {
        StepAttentionForm form = new StepAttentionForm(A100, Precision.BF16);
        StepAttention small = step(tokens, cached, decodes, context);
        check(form, seed, small, step(tokens, cached + 1, decodes, context));
        check(form, seed, small, step(tokens, cached, decodes, context + 1));
        check(form, seed, small, step(tokens, cached, decodes + 1, context));
    }

    @Example
    void nothingMeasuredOrOneRowLeavesTheTermsGeneric() {
        ElementwiseForm form = new ElementwiseForm(A100);
        Elementwise shape = new Elementwise(64, 4096, 2, 1, Precision.BF16);
        for (List<KernelMeasurement<Elementwise>> rows :
                List.of(List.<KernelMeasurement<Elementwise>>of(), List.of(new KernelMeasurement<>(shape, 1e-5)))) {
            KernelFit<Elementwise> fit = KernelCalibration.fit(form, rows, Confidence.MEASURED);
            assertThat(fit.model().confidence()).isEqualTo(Confidence.GENERIC);
            assertThat(fit.model().seconds(shape)).isPositive().isFinite();
        }
    }

    @Example
    void shapesWithoutWorkAreRefused() {
        assertThatThrownBy(() -> new Collective(CollectiveKind.SEND_RECV, 1, 3, 3))
                .hasMessageContaining("exactly 2");
        assertThatThrownBy(() -> new Collective(CollectiveKind.ALL_GATHER, 0, 2, 2))
                .hasMessageContaining("bytes (0) of a collective all-gather");
        assertThatThrownBy(() -> new Collective(CollectiveKind.ALL_GATHER, 1, 1, 2))
                .hasMessageContaining("at least 2");
        assertThatThrownBy(() -> new Elementwise(1, 0, 1, 1, Precision.BF16)).hasMessageContaining("columns (0)");
        assertThatThrownBy(() -> step(0, 8, 0, 8)).hasMessageContaining("has no work");
        assertThatThrownBy(() -> step(1, -1, 1, 8)).hasMessageContaining("negative size");
    }

    private static StepAttention step(long tokens, long cached, int decodes, long context) {
        return new StepAttention(tokens, cached, decodes, context, 32, 8, 128, Precision.BF16);
    }

    private static <S extends KernelShape> void check(KernelForm<S> form, long seed, S small, S large) {
        Random random = new Random(seed);
        double[] terms = form.terms().stream()
                .mapToDouble(t -> t.low() * Math.pow(t.high() / t.low(), random.nextDouble()))
                .toArray();
        double time = form.seconds(small, terms), more = form.seconds(large, terms);
        assertThat(time).isPositive().isFinite();
        assertThat(more).isFinite().isGreaterThanOrEqualTo(time * (1 - 1e-12));
        assertThat(form.idealSeconds(small)).isNotNegative().isFinite();
        for (int i = 0; i < form.features(); i++)
            assertThat(form.feature(small, i)).isFinite();
    }
}
