package io.agentopt.cost;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalDouble;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;

class CollectivesPropertyTest {
    @Property(seed = "20261122", tries = 300)
    void timesAreFiniteAndGrowWithBytesAndShrinkWithRates(
            @ForAll CollectiveKind kind,
            @ForAll @DoubleRange(min = 0, max = 1e12) double bytes,
            @ForAll @DoubleRange(min = 1, max = 1e6) double more,
            @ForAll @IntRange(min = 2, max = 300) int devices,
            @ForAll @IntRange(min = 1, max = 8) int island,
            @ForAll @IntRange(min = 1, max = 4) int islands,
            @ForAll @DoubleRange(min = 1e9, max = 1e12) double rate) {
        Topology slow = new Topology(island, rate, island * islands, rate / 3, OptionalDouble.of(rate / 10));
        double time = seconds(kind, bytes, devices, slow);
        assertThat(time).isPositive().isFinite();
        assertThat(seconds(kind, bytes + more, devices, slow)).isGreaterThanOrEqualTo(time);
        Topology faster = new Topology(island, rate, island * islands, rate / 3, OptionalDouble.of(rate / 5));
        assertThat(seconds(kind, bytes, devices, faster)).isLessThanOrEqualTo(time);
        double ideal = Collectives.wireSeconds(kind, bytes, devices, island * islands, slow, true);
        double shared = Collectives.wireSeconds(kind, bytes, devices, island * islands, slow, false);
        assertThat(ideal).isNotNegative().isLessThanOrEqualTo(shared * (1 + 1e-12));
        assertThat(shared).isLessThanOrEqualTo(time);
    }

    private static double seconds(CollectiveKind kind, double bytes, int devices, Topology topology) {
        return ((Estimate.Known) Collectives.estimate(kind, bytes, devices, topology)).seconds();
    }
}
