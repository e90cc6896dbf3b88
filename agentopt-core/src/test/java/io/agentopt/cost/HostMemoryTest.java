package io.agentopt.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class HostMemoryTest {
    @Test
    void pinnedMemoryIsFasterAndBothAreUnsure() {
        Estimate.Known pinned = (Estimate.Known) HostMemory.PINNED.seconds(1e9, 25e9);
        Estimate.Known pageable = (Estimate.Known) HostMemory.PAGEABLE.seconds(1e9, 25e9);
        assertThat(pinned.seconds()).isCloseTo(10e-6 + 1e9 / 20e9, within(1e-12));
        assertThat(pageable.seconds()).isCloseTo(20e-6 + 1e9 / 8.75e9, within(1e-12));
        assertThat(pinned.relativeSpread()).isEqualTo(0.5);
        assertThat(pinned.confidence()).isEqualTo(Confidence.GENERIC);
        assertThatThrownBy(() -> HostMemory.PINNED.seconds(-1, 25e9)).hasMessageContaining("-1.0 bytes");
        assertThatThrownBy(() -> HostMemory.PINNED.seconds(1, 0)).hasMessageContaining("pinned host memory");
    }

    @Test
    void aCacheStreamsAtThePaceOfTheSlowestHop() {
        List<LoadStage> way = List.of(
                HostMemory.PINNED.stage(25e9), LoadStage.shared("network", 10e9), HostMemory.PINNED.stage(25e9));
        Estimate.Known whole = (Estimate.Known) KvTransfer.streamed(4e9, 2, way, 4e9);
        assertThat(whole.seconds()).isCloseTo(20e-6 + 0.1 + 0.4 + 0.1, within(1e-12));
        Estimate.Known chunks = (Estimate.Known) KvTransfer.streamed(4e9, 2, way, 4e7);
        assertThat(chunks.seconds()).isCloseTo(20e-6 + 0.01 * 0.6 + 0.99 * 0.4, within(1e-12));
        assertThat(chunks.relativeSpread()).isEqualTo(0.5);
        assertThatThrownBy(() -> KvTransfer.streamed(4e9, 2, List.of(), 4e7)).hasMessageContaining("no stage");
    }

    @Test
    void aTransferBehindAPrefillLeavesItsLastLayer() {
        assertThat(KvTransfer.exposedSeconds(0.8, 4, 8)).isCloseTo(0.1, within(1e-12));
        assertThat(KvTransfer.exposedSeconds(8, 4, 8)).isCloseTo(8 - 3.5, within(1e-12));
        assertThat(KvTransfer.exposedSeconds(8, 0, 8)).isCloseTo(8, within(1e-12));
        assertThat(KvTransfer.exposedSeconds(3, 1, 1)).isCloseTo(3, within(1e-12));
        assertThatThrownBy(() -> KvTransfer.exposedSeconds(1, 1, 0)).hasMessageContaining("0 layers");
    }
}
