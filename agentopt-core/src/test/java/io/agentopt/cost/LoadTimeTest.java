package io.agentopt.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.cost.LoadTime.Preparation;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoadTimeTest {
    private static final Preparation NONE = new Preparation.Takes(0);
    private static final LoadStage DISK = new LoadStage("disk", 2e9, 0.5, false);
    private static final LoadStage PCIE = LoadStage.ofEachDevice("pcie", 20e9);

    @Test
    void aStagedLoaderTakesTheSumAndAStreamingOneTheSlowest() {
        List<LoadStage> way = List.of(DISK, PCIE);
        assertThat(LoadTime.staged(140e9, 1, way, NONE).transferSeconds()).isCloseTo(0.5 + 70 + 7, within(1e-9));
        assertThat(LoadTime.staged(140e9, 4, way, NONE).transferSeconds()).isCloseTo(0.5 + 70 + 1.75, within(1e-9));
        assertThat(LoadTime.streamed(140e9, 1, way, 14e9, NONE).transferSeconds())
                .isCloseTo(0.5 + 0.1 * 77 + 0.9 * 70, within(1e-9));
        assertThat(LoadTime.streamed(140e9, 1, way, 1e3, NONE).transferSeconds())
                .isCloseTo(0.5 + 70, within(1e-3));
        assertThat(LoadTime.streamed(140e9, 1, way, 1e15, NONE)).isEqualTo(LoadTime.staged(140e9, 1, way, NONE));
    }

    @Test
    void preparationIsDeclaredOrUnknown() {
        LoadTime declared = LoadTime.staged(4e9, 1, List.of(DISK), new Preparation.Takes(12));
        assertThat(declared.total()).isInstanceOfSatisfying(Estimate.Known.class, k -> {
            assertThat(k.seconds()).isCloseTo(14.5, within(1e-12));
            assertThat(k.breakdown().bound()).isEqualTo("floor");
        });
        LoadTime open = LoadTime.staged(4e9, 1, List.of(DISK), new Preparation.Unknown("graphs were never captured"));
        assertThat(open.total())
                .isInstanceOfSatisfying(
                        Estimate.Unknown.class,
                        u -> assertThat(u.reason()).contains("2.50 s", "never captured", "Preparation.Takes"));
    }

    @Test
    void weightsThatAreThereTakeNoTime() {
        assertThat(LoadTime.staged(4e9, 1, List.of(), NONE).transferSeconds()).isZero();
        assertThat(LoadTime.staged(0, 1, List.of(PCIE), NONE).transferSeconds()).isZero();
    }

    @Test
    void badInputIsNamed() {
        assertThatThrownBy(() -> LoadTime.staged(-1, 1, List.of(), NONE)).hasMessageContaining("-1.0 bytes");
        assertThatThrownBy(() -> LoadTime.staged(Double.NaN, 1, List.of(), NONE))
                .hasMessageContaining("NaN bytes");
        assertThatThrownBy(() -> LoadTime.staged(1, 0, List.of(), NONE)).hasMessageContaining("0 devices");
        assertThatThrownBy(() -> LoadTime.streamed(1, 1, List.of(), 0, NONE)).hasMessageContaining("chunks of 0.0");
        assertThatThrownBy(() -> LoadStage.shared("disk", 0)).hasMessageContainingAll("'disk'", "0.0 bytes/s");
        assertThatThrownBy(() -> LoadStage.shared(" ", 1)).hasMessageContaining("blank");
        assertThatThrownBy(() -> new LoadStage("disk", 1, Double.NaN, false)).hasMessageContaining("NaN s");
        assertThatThrownBy(() -> new Preparation.Takes(-1)).hasMessageContaining("Use Unknown");
    }
}
