package io.agentopt.cost.engine;

import static io.agentopt.cost.engine.EngineModelTest.A100;
import static io.agentopt.cost.engine.EngineModelTest.LARGE;
import static io.agentopt.cost.engine.EngineModelTest.SMALL;
import static io.agentopt.cost.engine.EngineModelTest.on;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.cost.Confidence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class EngineCalibrationTest {
    private static final EngineTerms TRUTH = EngineTerms.generic(A100)
            .with(EngineTerm.MEMORY, 0.6)
            .with(EngineTerm.COMPUTE, 0.5)
            .with(EngineTerm.ITERATION_SECONDS, 6e-3);

    private static EngineMeasurement measured(int devices, EngineLoad load, EngineMetric metric) {
        Deployment d = on(A100, LARGE, devices);
        return new EngineMeasurement(
                d, load, metric, EngineModel.seconds(d, load, metric, TRUTH).seconds());
    }

    private static List<EngineMeasurement> rows(int mostBatch) {
        List<EngineMeasurement> rows = new ArrayList<>();
        for (int devices : new int[] {2, 4, 8}) {
            for (int batch = 1; batch <= mostBatch; batch *= 2) {
                rows.add(measured(devices, new EngineLoad(512, 128, batch), EngineMetric.TOKEN_TIME));
                rows.add(measured(devices, new EngineLoad(512, 128, batch), EngineMetric.TIME_TO_FIRST_TOKEN));
            }
        }
        return rows;
    }

    private static double error(EngineFit fit, EngineMeasurement truth) {
        return Math.abs(
                fit.seconds(truth.deployment(), truth.load(), truth.metric()).seconds() / truth.seconds() - 1);
    }

    @Test
    void findsWhatTheRowsWereMadeWith() {
        EngineFit fit = EngineCalibration.fit(rows(64));
        assertThat(fit.used()).isEqualTo(42);
        assertThat(fit.terms().get(EngineTerm.MEMORY)).isCloseTo(0.6, within(0.05));
        assertThat(fit.terms().confidence()).isEqualTo(Confidence.IMPORTED);
        assertThat(error(fit, measured(4, new EngineLoad(300, 128, 24), EngineMetric.TOKEN_TIME)))
                .isLessThan(0.03);
        assertThat(error(fit, measured(4, new EngineLoad(900, 128, 12), EngineMetric.TIME_TO_FIRST_TOKEN)))
                .isLessThan(0.05);
        assertThat(fit.report()).contains("42 rows", "cross-validated");
    }

    @Test
    void smallBatchesAloneDoNotRunAway() {
        EngineFit fit = EngineCalibration.fit(rows(4));
        for (EngineTerm term : EngineTerm.values()) {
            assertThat(fit.terms().get(term)).isBetween(term.low(), term.high());
        }
        assertThat(error(fit, measured(4, new EngineLoad(512, 128, 256), EngineMetric.TOKEN_TIME)))
                .isLessThan(0.5);
    }

    @Test
    void beyondItsRowsAFitIsLessSure() {
        EngineFit fit = EngineCalibration.fit(rows(4));
        double inside = fit.seconds(on(A100, LARGE, 4), new EngineLoad(512, 128, 2), EngineMetric.TOKEN_TIME)
                .relativeSpread();
        double outside = fit.seconds(on(A100, LARGE, 4), new EngineLoad(512, 128, 200), EngineMetric.TOKEN_TIME)
                .relativeSpread();
        assertThat(outside).isEqualTo(2 * inside);
    }

    @Test
    void oneRowMovesTheFitAndKeepsTheRest() {
        EngineMeasurement only = measured(2, new EngineLoad(512, 128, 1), EngineMetric.TOKEN_TIME);
        EngineFit fit = EngineCalibration.fit(List.of(only));
        assertThat(error(fit, only)).isLessThan(0.05);
        assertThat(fit.terms().get(EngineTerm.LINK)).isEqualTo(EngineTerm.LINK.generic(), within(1e-9));
        assertThat(fit.correctedError()).isEmpty();
    }

    @Test
    void noRowIsAnErrorWithAWayOut() {
        assertThatThrownBy(() -> EngineCalibration.fit(List.of())).hasMessageContaining("EngineTerms.generic");
    }

    @Test
    void impossibleRowsAreCountedAndNothingElseIsAnError() {
        EngineMeasurement row = measured(2, new EngineLoad(512, 128, 1), EngineMetric.TOKEN_TIME);
        EngineMeasurement impossible = new EngineMeasurement(row.deployment(), row.load(), row.metric(), 0.01);
        EngineFit fit = EngineCalibration.fit(List.of(row, impossible));
        assertThat(fit.used()).isEqualTo(1);
        assertThat(fit.rejected()).singleElement().asString().contains("0.01", "Llama-2-70b", "A100");
        assertThatThrownBy(() -> EngineCalibration.fit(List.of(impossible))).hasMessageContaining("None of 1");
    }

    @Test
    void aSmallGroupBorrowsFromTheOthers() {
        Map<String, List<EngineMeasurement>> groups = new LinkedHashMap<>();
        groups.put("much", rows(64));
        groups.put("little", rows(1).subList(0, 2));
        EngineFit little =
                Objects.requireNonNull(EngineCalibration.fitGroups(groups).get("little"));
        assertThat(error(little, measured(8, new EngineLoad(512, 128, 32), EngineMetric.TOKEN_TIME)))
                .isLessThan(0.1);
    }

    /** Whatever the times, terms stay in their bounds: {@link EngineTerms} would throw otherwise. */
    @Property(seed = "20261122", tries = 25)
    void noDataMakesTheFitRunAway(
            @ForAll @IntRange(min = 1, max = 12) int count,
            @ForAll long seed,
            @ForAll @DoubleRange(min = 0, max = 4) double decades) {
        Random random = new Random(seed);
        List<EngineMetric> metrics = List.of(EngineMetric.values());
        List<EngineMeasurement> rows = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            EngineMetric metric = metrics.get(random.nextInt(metrics.size()));
            EngineLoad load =
                    new EngineLoad(1 + random.nextInt(3000), 1 + random.nextInt(500), 1 + random.nextInt(128));
            Deployment d = on(A100, SMALL, 1 << random.nextInt(4));
            double ideal = new EngineMeasurement(d, load, metric, 1).idealSeconds();
            rows.add(new EngineMeasurement(
                    d, load, metric, Math.max(1e-9, ideal) * Math.pow(10, random.nextDouble() * decades)));
        }
        EngineFit fit = EngineCalibration.fit(rows);
        for (EngineTerm term : EngineTerm.values()) {
            assertThat(fit.terms().get(term)).isBetween(term.low(), term.high());
        }
        EngineMeasurement first = rows.getFirst();
        double seconds =
                fit.seconds(first.deployment(), first.load(), first.metric()).seconds();
        double plain = EngineModel.seconds(first.deployment(), first.load(), first.metric(), fit.terms())
                .seconds();
        assertThat(seconds).isFinite().isPositive().isBetween(plain * Math.exp(-0.5001), plain * Math.exp(0.5001));
    }
}
