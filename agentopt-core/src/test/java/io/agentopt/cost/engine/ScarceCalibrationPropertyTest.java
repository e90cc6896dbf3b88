package io.agentopt.cost.engine;

import static io.agentopt.cost.engine.EngineModelTest.A100;
import static io.agentopt.cost.engine.EngineModelTest.LARGE;
import static io.agentopt.cost.engine.EngineModelTest.on;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Few or one-sided rows: terms keep their bounds, and elsewhere a prediction differs from the generic one by at most twice what the good rows
 * differ by.
 */
class ScarceCalibrationPropertyTest {
    private static final double SLACK = 2;
    private static final List<EngineMetric> METRICS =
            List.of(EngineMetric.TOKEN_TIME, EngineMetric.SERVED_TOKEN_TIME, EngineMetric.TIME_TO_FIRST_TOKEN);

    enum Scarcity {
        SMALL_BATCHES,
        ONE_DEGREE,
        ONE_ROW,
        DUPLICATES,
        OUTLIERS
    }

    private static double between(Random random, double low, double high) {
        return low * Math.pow(high / low, random.nextDouble());
    }

    private static EngineTerms engine(Random random) {
        return EngineTerms.generic(A100)
                .with(EngineTerm.COMPUTE, between(random, 0.35, 1))
                .with(EngineTerm.DECODE_COMPUTE, between(random, 0.35, 1))
                .with(EngineTerm.MEMORY, between(random, 0.4, 1))
                .with(EngineTerm.KV, between(random, 0.4, 1))
                .with(EngineTerm.LAYER_SECONDS, between(random, 1e-5, 1e-4))
                .with(EngineTerm.ITERATION_SECONDS, between(random, 1e-4, 1e-2));
    }

    private static EngineMeasurement row(Random random, EngineTerms truth, int devices, int mostBatch) {
        Deployment d = on(A100, LARGE, devices);
        EngineLoad load =
                new EngineLoad(128 << random.nextInt(5), 64 << random.nextInt(4), 1 + random.nextInt(mostBatch));
        EngineMetric metric = METRICS.get(random.nextInt(METRICS.size()));
        double noise = Math.exp(0.03 * random.nextGaussian());
        return new EngineMeasurement(
                d,
                load,
                metric,
                noise * EngineModel.seconds(d, load, metric, truth).seconds());
    }

    private static int degree(Random random) {
        return 2 << random.nextInt(3);
    }

    private static double againstGeneric(EngineMeasurement m) {
        return m.seconds() / EngineModelTest.generic(m.deployment(), m.load(), m.metric());
    }

    @Property(seed = "20261122", tries = 60)
    void scarceRowsDoNotRunAway(@ForAll Scarcity scarcity, @ForAll long seed) {
        Random random = new Random(seed);
        EngineTerms truth = engine(random);
        List<EngineMeasurement> good = new ArrayList<>();
        List<EngineMeasurement> rows = new ArrayList<>();
        int one = degree(random);
        int count = scarcity == Scarcity.ONE_ROW || scarcity == Scarcity.DUPLICATES ? 1 : 10;
        for (int i = 0; i < count; i++) {
            good.add(row(
                    random,
                    truth,
                    scarcity == Scarcity.ONE_DEGREE ? one : degree(random),
                    scarcity == Scarcity.SMALL_BATCHES ? 4 : 128));
        }
        rows.addAll(good);
        if (scarcity == Scarcity.DUPLICATES) for (int i = 0; i < 9; i++) rows.add(good.getFirst());
        if (scarcity == Scarcity.OUTLIERS) {
            EngineMeasurement m = row(random, truth, degree(random), 128);
            rows.add(new EngineMeasurement(m.deployment(), m.load(), m.metric(), 10 * m.seconds()));
        }
        EngineFit fit = EngineCalibration.fit(rows);
        for (EngineTerm term : EngineTerm.values()) {
            assertThat(fit.terms().get(term)).isBetween(term.low(), term.high());
        }
        double most = 1;
        for (EngineMeasurement m : good) most = Math.max(most, Math.exp(Math.abs(Math.log(againstGeneric(m)))));
        for (int i = 0; i < 30; i++) {
            EngineMeasurement elsewhere = row(random, truth, 1 << random.nextInt(4), 256);
            double predicted = fit.seconds(elsewhere.deployment(), elsewhere.load(), elsewhere.metric())
                    .seconds();
            double factor =
                    predicted / EngineModelTest.generic(elsewhere.deployment(), elsewhere.load(), elsewhere.metric());
            assertThat(factor).isBetween(1 / (SLACK * most), SLACK * most);
        }
    }

    @Property(seed = "20261122", tries = 15)
    void twentyFiveRowsBeatGenericTerms(@ForAll long seed) {
        Random random = new Random(seed);
        EngineTerms truth = engine(random);
        List<EngineMeasurement> rows = new ArrayList<>();
        for (int i = 0; i < 25; i++) rows.add(row(random, truth, degree(random), 128));
        EngineFit fit = EngineCalibration.fit(rows);
        double fitted = 0;
        double generic = 0;
        for (int i = 0; i < 100; i++) {
            EngineMeasurement m = row(random, truth, degree(random), 128);
            generic += Math.abs(Math.log(againstGeneric(m)));
            fitted += Math.abs(
                    Math.log(fit.seconds(m.deployment(), m.load(), m.metric()).seconds() / m.seconds()));
        }
        assertThat(fitted / 100).isLessThan(Math.max(0.06, generic / 100));
    }
}
