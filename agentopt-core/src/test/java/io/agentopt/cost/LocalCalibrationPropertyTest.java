package io.agentopt.cost;

import static io.agentopt.cost.LocalCalibrationTest.CPU;
import static io.agentopt.cost.LocalCalibrationTest.seconds;
import static io.agentopt.cost.LocalCalibrationTest.small;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

class LocalCalibrationPropertyTest {
    /** Whatever the times, the terms stay inside their bounds: the record's constructor would throw otherwise. */
    @Property(seed = "20261122", tries = 40)
    void noDataMakesTheFitRunAway(
            @ForAll @IntRange(min = 1, max = 8) int count,
            @ForAll long seed,
            @ForAll @DoubleRange(min = -9, max = 9) double decades) {
        Random random = new Random(seed);
        List<Measurement> points = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Demand demand = TransformerDemand.decodeStep(
                    small(1 + random.nextInt(32), 64 * (1 + random.nextInt(16))),
                    1 + random.nextInt(2000),
                    1 + random.nextInt(64));
            points.add(new Measurement(demand, Math.pow(10, decades + random.nextGaussian())));
        }
        try {
            Calibration fit = LocalCalibration.fit(CPU, points);
            assertThat(fit.used() + fit.rejected().size()).isEqualTo(count);
            assertThat(seconds(fit, CPU, points.getFirst().demand())).isFinite().isPositive();
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageContaining("impossible");
        }
    }
}
