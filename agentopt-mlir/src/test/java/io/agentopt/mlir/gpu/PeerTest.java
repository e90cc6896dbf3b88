package io.agentopt.mlir.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Copies from device to device. */
class PeerTest {
    @ParameterizedTest
    @EnumSource
    void memoryTravelsFromDeviceToDevice(GpuApi api) {
        StubDriver stub = StubDriver.of(api);
        try (GpuContext here = stub.driver().context(0);
                GpuContext there = stub.driver().context(1);
                GpuContext again = stub.driver().context(0)) {
            assertThat(here.reachPeer(there)).isTrue();
            assertThat(here.reachPeer(there)).as("once more").isTrue();
            assertThat(here.reachPeer(again)).as("one device").isTrue();
            int[] numbers = {1, 2, 3, 4}, back = new int[4];
            DeviceMemory target = here.allocate(16);
            GpuStream stream = here.stream();
            for (GpuContext from : new GpuContext[] {there, again}) {
                stream.fill(target.all(), 0);
                DeviceMemory source = from.allocate(16);
                source.all().copyFrom(MemorySegment.ofArray(numbers));
                int before = stub.peerCopies();
                stream.copyFromPeer(target.slice(4, 8), source.slice(8, 8));
                stream.synchronize();
                assertThat(stub.peerCopies() - before).isEqualTo(from == there ? 1 : 0);
                target.all().copyTo(MemorySegment.ofArray(back));
                assertThat(back).containsExactly(0, 3, 4, 0);
            }
            stub.separate();
            assertThat(here.reachPeer(there)).isFalse();
        }
        assertThat(stub.live()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void failuresAreAnAnswerOrAnException(GpuApi api) {
        StubDriver stub = StubDriver.of(api);
        try (GpuContext here = stub.driver().context(0);
                GpuContext there = stub.driver().context(1)) {
            for (DriverFunction f : List.of(DriverFunction.CAN_REACH_PEER, DriverFunction.REACH_PEER)) {
                stub.fail(f, 3, 0);
                assertThat(here.reachPeer(there)).as(f.name()).isFalse();
            }
            DeviceMemory own = here.allocate(16), foreign = there.allocate(16);
            GpuStream stream = here.stream();
            stub.fail(DriverFunction.COPY_PEER_ASYNC, 3, 0);
            assertThatThrownBy(() -> stream.copyFromPeer(own.all(), foreign.all()))
                    .isInstanceOf(GpuException.class)
                    .hasMessageContaining("copying 16 bytes from device 1 'stub' to device 0 'stub'");
        }
    }

    @ParameterizedTest
    @EnumSource
    void whatDoesNotFitIsRefused(GpuApi api) {
        StubDriver stub = StubDriver.of(api);
        try (GpuContext here = stub.driver().context(0);
                GpuContext there = stub.driver().context(1)) {
            DeviceMemory own = here.allocate(16), foreign = there.allocate(16);
            GpuStream stream = here.stream();
            assertThatThrownBy(() -> stream.copyFromPeer(foreign.all(), own.all()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("belongs to another context");
            assertThatThrownBy(() -> stream.copyFromPeer(own.slice(0, 8), foreign.all()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("A copy of 16 bytes to 8 bytes.");
            foreign.close();
            assertThatThrownBy(() -> stream.copyFromPeer(own.all(), foreign.all()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("is closed");
        }
    }

    @Test
    void devicesOfTwoVendorsAreNoPeers() {
        StubDriver cuda = StubDriver.of(GpuApi.CUDA), hip = StubDriver.of(GpuApi.HIP);
        try (GpuContext here = cuda.driver().context(0);
                GpuContext there = hip.driver().context(1)) {
            DeviceMemory own = here.allocate(16), foreign = there.allocate(16);
            GpuStream stream = here.stream();
            for (Runnable use : List.<Runnable>of(
                    () -> here.reachPeer(there), () -> stream.copyFromPeer(own.all(), foreign.all()))) {
                assertThatThrownBy(use::run)
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("A copy from device 1 'stub' of AMD to device 0 'stub' of NVIDIA."
                                + " Copy through host memory.");
            }
        }
    }
}
