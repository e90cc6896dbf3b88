package io.agentopt.cost.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.cost.CollectiveKind;
import io.agentopt.cost.Confidence;
import io.agentopt.cost.kernel.KernelShape.Collective;
import io.agentopt.cost.kernel.KernelShape.DecodeAttention;
import io.agentopt.cost.kernel.KernelShape.Gemm;
import io.agentopt.cost.kernel.KernelShape.PrefillAttention;
import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

/** Whatever is measured, terms stay within their bounds and times are finite and above 0. */
class KernelFitPropertyTest {
    private static final DeviceSpec H100 = DeviceCatalog.packaged().find("H100");

    @Property(seed = "20261122", tries = 40)
    void gemm(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 60) int count,
            @ForAll @DoubleRange(min = 0, max = 4) double noise) {
        check(
                new GemmForm(H100, Precision.FP8),
                seed,
                count,
                noise,
                r -> new Gemm(size(r, 13), size(r, 15), size(r, 15), Precision.FP8, Precision.FP8));
    }

    @Property(seed = "20261122", tries = 30)
    void prefill(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 60) int count,
            @ForAll @DoubleRange(min = 0, max = 4) double noise) {
        check(new PrefillAttentionForm(H100, Precision.BF16), seed, count, noise, r -> {
            int kv = 1 << r.nextInt(4);
            return new PrefillAttention(
                    size(r, 6),
                    size(r, 14),
                    kv << r.nextInt(4),
                    kv,
                    128,
                    r.nextBoolean() ? 0 : 128,
                    Precision.BF16,
                    Precision.FP8);
        });
    }

    @Property(seed = "20261122", tries = 30)
    void decode(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 60) int count,
            @ForAll @DoubleRange(min = 0, max = 4) double noise) {
        check(new DecodeAttentionForm(H100, Precision.BF16), seed, count, noise, r -> {
            int kv = 1 << r.nextInt(4);
            return new DecodeAttention(
                    size(r, 11),
                    size(r, 17),
                    kv << r.nextInt(4),
                    kv,
                    64,
                    r.nextBoolean() ? 0 : 128,
                    Precision.BF16,
                    Precision.BF16);
        });
    }

    @Property(seed = "20261122", tries = 30)
    void allReduce(
            @ForAll long seed,
            @ForAll @IntRange(min = 1, max = 60) int count,
            @ForAll @DoubleRange(min = 0, max = 4) double noise) {
        check(
                new CollectiveForm(H100),
                seed,
                count,
                noise,
                r -> new Collective(CollectiveKind.ALL_REDUCE, size(r, 30), 8, r.nextBoolean() ? 8 : 4));
    }

    private static <S extends KernelShape> void check(
            KernelForm<S> form, long seed, int count, double noise, Function<Random, S> shapes) {
        Random random = new Random(seed);
        List<KernelMeasurement<S>> points = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            S shape = shapes.apply(random);
            points.add(new KernelMeasurement<>(
                    shape, form.seconds(shape, form.generic()) * Math.exp(noise * random.nextGaussian())));
        }
        KernelFit<S> fit = KernelCalibration.fit(form, points, Confidence.MEASURED);
        assertThat(fit.used()
                        + fit.rejected().values().stream().mapToInt(n -> n).sum())
                .isEqualTo(count);
        double[] terms = fit.model().terms();
        for (int i = 0; i < terms.length; i++) {
            Term term = form.terms().get(i);
            assertThat(terms[i]).as(term.name()).isBetween(term.low(), term.high());
        }
        for (int i = 0; i < 100; i++) {
            S shape = shapes.apply(random);
            assertThat(fit.model().seconds(shape)).as("%s", shape).isFinite().isPositive();
        }
    }

    private static long size(Random random, int doublings) {
        return Math.max(1, Math.round(Math.pow(2, random.nextDouble() * doublings)));
    }
}
