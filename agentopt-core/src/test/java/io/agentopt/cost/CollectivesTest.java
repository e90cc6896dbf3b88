package io.agentopt.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.cost.kernel.CollectiveForm;
import io.agentopt.cost.kernel.KernelShape.Collective;
import io.agentopt.hardware.DeviceCatalog;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class CollectivesTest {
    private static final double BYTES = 64e6;
    private static final double ROOT = Math.sqrt(BYTES);
    private static final Topology SWITCHED = Topology.uniform(8, 300e9, OptionalDouble.of(25e9));
    private static final Topology PAIRS = new Topology(2, 300e9, 4, 31e9, OptionalDouble.of(25e9));

    @Test
    void oneLevelIsASum() {
        double fixed = 7e-6 + 8e-9 * ROOT, rate = 300e9 * 0.75;
        assertThat(seconds(CollectiveKind.ALL_REDUCE, 8, SWITCHED))
                .isCloseTo(fixed + 1.75 * BYTES / rate, within(1e-12));
        assertThat(seconds(CollectiveKind.ALL_GATHER, 8, SWITCHED))
                .isCloseTo(fixed + 0.875 * BYTES / rate, within(1e-12));
        assertThat(seconds(CollectiveKind.REDUCE_SCATTER, 8, SWITCHED))
                .isEqualTo(seconds(CollectiveKind.ALL_GATHER, 8, SWITCHED));
        assertThat(seconds(CollectiveKind.ALL_TO_ALL, 4, SWITCHED))
                .isCloseTo(fixed + 0.75 * BYTES / rate, within(1e-12));
        assertThat(seconds(CollectiveKind.SEND_RECV, 2, SWITCHED)).isCloseTo(fixed + BYTES / rate, within(1e-12));
        assertThat(seconds(CollectiveKind.ALL_REDUCE, 1, SWITCHED)).isZero();
    }

    @Test
    void pairsAndHostsAddALevelEach() {
        double pair = 7e-6 + 8e-9 * ROOT + BYTES / (300e9 * 0.75);
        double host = 8e-6 + 1e-7 * ROOT + BYTES / (31e9 * 0.33);
        double network = 30e-6 + 1e-7 * ROOT + BYTES / (25e9 * 0.25);
        assertThat(seconds(CollectiveKind.ALL_REDUCE, 2, PAIRS)).isCloseTo(pair, within(1e-12));
        assertThat(seconds(CollectiveKind.ALL_REDUCE, 4, PAIRS)).isCloseTo(pair + host, within(1e-12));
        assertThat(seconds(CollectiveKind.ALL_REDUCE, 8, PAIRS)).isCloseTo(pair + host + network, within(1e-12));
        assertThat(seconds(CollectiveKind.SEND_RECV, 8, PAIRS)).isCloseTo(network, within(1e-12));
        // Four devices behind the host's link send half of theirs to the other host.
        double between = 4 * 0.5 * BYTES / (25e9 * 0.25) - BYTES / (25e9 * 0.25) + network;
        assertThat(seconds(CollectiveKind.ALL_TO_ALL, 8, Topology.uniform(4, 300e9, OptionalDouble.of(25e9))))
                .isCloseTo(between + 7e-6 + 8e-9 * ROOT + 0.75 * BYTES / (300e9 * 0.75), within(1e-12));
    }

    @Test
    void theFormOfOneLevelIsTheSameEquation() {
        CollectiveForm form = new CollectiveForm(DeviceCatalog.packaged().find("A100"), SWITCHED);
        for (CollectiveKind kind : CollectiveKind.values()) {
            int devices = kind == CollectiveKind.SEND_RECV ? 2 : 4;
            double twin = form.seconds(
                    new Collective(kind, (long) BYTES, devices, devices), new double[] {0.75, 7e-6, 8e-9, 1});
            assertThat(seconds(kind, devices, SWITCHED)).as(kind.id()).isCloseTo(twin, within(1e-9));
        }
    }

    @Test
    void theSpreadIsThatOfTheOutermostLink() {
        assertThat(known(8, PAIRS).relativeSpread()).isEqualTo(0.55);
        assertThat(known(4, PAIRS).relativeSpread()).isEqualTo(0.65);
        assertThat(known(2, PAIRS).relativeSpread()).isEqualTo(0.4);
        assertThat(known(2, PAIRS).confidence()).isEqualTo(Confidence.GENERIC);
    }

    @Test
    void whatCannotBeTimedIsSaid() {
        Topology alone = Topology.uniform(8, 300e9, OptionalDouble.empty());
        assertThat(Collectives.estimate(CollectiveKind.ALL_REDUCE, BYTES, 16, alone))
                .isInstanceOfSatisfying(
                        Estimate.Unknown.class,
                        u -> assertThat(u.reason()).contains("16 devices", "network rate is unknown"));
        assertThatThrownBy(() -> Collectives.estimate(CollectiveKind.ALL_REDUCE, Double.NaN, 2, alone))
                .hasMessageContaining("NaN bytes");
        assertThatThrownBy(() -> Collectives.estimate(CollectiveKind.ALL_REDUCE, 1, 0, alone))
                .hasMessageContaining("0 devices");
        assertThatThrownBy(() -> new Topology(4, 1e9, 2, 1e9, OptionalDouble.empty()))
                .hasMessageContaining("islands of 4");
        assertThatThrownBy(() -> Topology.uniform(4, 0, OptionalDouble.empty()))
                .hasMessageContaining("island rate (0.0");
    }

    private static double seconds(CollectiveKind kind, int devices, Topology topology) {
        return ((Estimate.Known) Collectives.estimate(kind, BYTES, devices, topology)).seconds();
    }

    private static Estimate.Known known(int devices, Topology topology) {
        return (Estimate.Known) Collectives.estimate(CollectiveKind.ALL_REDUCE, BYTES, devices, topology);
    }
}
