package io.agentopt.runtime.llm.kv;

import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.mlir.gpu.GpuApi;
import io.agentopt.mlir.gpu.GpuContext;
import io.agentopt.mlir.gpu.GpuDriver;
import io.agentopt.mlir.gpu.GpuException;
import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtMemory;
import io.agentopt.runtime.backend.ort.StubGpu;
import io.agentopt.runtime.backend.ort.StubLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each way between tables against the way through a stage, on a driver of two devices without one. */
class TransferBufferTest {
    private static final int ROWS = 3, CAPACITY = 1100;
    private static final int[] LENGTHS = {1, 77, 1023, 1024, 1100}; // runs are long from 1024 positions on
    private static final KvShape SHAPE = new KvShape(3, 2, 128, ElementType.FLOAT32);
    private static final String ALLOCATE = "cuMemAlloc_v2", PIN = "cuMemHostAlloc", DOWN = "cuMemcpyDtoHAsync_v2";

    private static final MemorySegment NUMBERS = numbers();

    private final GpuDriver driver = ((GpuDriver.Opened) GpuDriver.open(GpuApi.CUDA, StubLibrary.driver())).driver();
    private final Arena arena = Arena.ofShared();
    private final OrtMemory memory = OrtMemory.named("Cpu", 0);
    private final GpuContext here = driver.context(0), there = driver.context(1), again = driver.context(0);
    private final DeviceKv device = table(here), other = table(there), second = table(again);
    private final HostKv host = new HostKv(SHAPE, ROWS, CAPACITY);

    private DeviceKv table(GpuContext context) {
        return new DeviceKv(SHAPE, ROWS, CAPACITY, context, context.stream(), memory);
    }

    @BeforeEach
    void fill() {
        int at = 0; // rows hold the same numbers, each from another one on
        for (KvRows kv : new KvRows[] {device, other, second, host}) {
            for (int row = 0; row < ROWS; row++) kv.write(row, 0, CAPACITY, NUMBERS.asSlice(8L * at++));
        }
    }

    @AfterEach
    void nothingIsLeft() {
        host.close();
        try {
            for (DeviceKv kv : new DeviceKv[] {device, other, second}) kv.close();
            for (GpuContext context : new GpuContext[] {here, there, again}) context.close();
            assertThat(StubGpu.live()).isZero();
        } finally {
            StubGpu.forget();
            memory.close();
            arena.close();
        }
    }

    private static MemorySegment numbers() {
        SplittableRandom random = new SplittableRandom(4);
        MemorySegment m = Arena.ofAuto().allocate((CAPACITY + 20) * SHAPE.bytesPerPosition(), 64);
        for (long i = 0; i < m.byteSize() / 8; i++) m.setAtIndex(JAVA_LONG, i, random.nextLong());
        return m;
    }

    private MemorySegment packed(KvRows kv, int row, int from, int to) {
        MemorySegment m = arena.allocate((to - from) * SHAPE.bytesPerPosition(), 64);
        if (from < to) kv.read(row, from, to, m);
        return m;
    }

    /** Copies layers in two groups and checks the row, what lies behind the copy, and the neighbours. */
    private void assertArrives(KvRows from, KvRows to, Class<?> kind) {
        for (int n : LENGTHS) {
            MemorySegment expected = packed(from, 2, 0, n), behind = packed(to, 1, n, CAPACITY);
            MemorySegment before = packed(to, 0, 0, CAPACITY), after = packed(to, 2, 0, CAPACITY);
            try (TransferBuffer buffer = TransferBuffer.between(from, to, 2 * n * SHAPE.bytesPerLayer())) {
                assertThat(buffer).isInstanceOf(kind);
                for (int layer = 0; layer < SHAPE.layers(); layer += 2) {
                    int count = Math.min(2, SHAPE.layers() - layer);
                    buffer.take(from, 2, n, layer, count);
                    buffer.give(to, 1, n, layer, count);
                }
            }
            assertThat(packed(to, 1, 0, n).mismatch(expected))
                    .as("%d positions", n)
                    .isEqualTo(-1);
            assertThat(packed(to, 1, n, CAPACITY).mismatch(behind))
                    .as("behind %d", n)
                    .isEqualTo(-1);
            assertThat(packed(to, 0, 0, CAPACITY).mismatch(before)).isEqualTo(-1);
            assertThat(packed(to, 2, 0, CAPACITY).mismatch(after)).isEqualTo(-1);
        }
    }

    @Test
    void betweenADeviceAndTheHostThroughPinnedMemory() {
        assertArrives(device, host, TransferBuffer.Pinned.class);
        assertArrives(host, device, TransferBuffer.Pinned.class);
    }

    @Test
    void betweenTwoDevicesDirectly() {
        int before = StubGpu.peerCopies();
        assertArrives(device, other, TransferBuffer.Peer.class);
        assertThat(StubGpu.peerCopies()).isGreaterThan(before);
        assertArrives(other, device, TransferBuffer.Peer.class);
    }

    @Test
    void betweenTwoTablesOfOneDevice() {
        int before = StubGpu.peerCopies();
        assertArrives(device, second, TransferBuffer.Peer.class);
        assertThat(StubGpu.peerCopies()).isEqualTo(before);
    }

    @Test
    void devicesThatDoNotReachEachOtherGoThroughPinnedMemory() {
        StubGpu.separate();
        assertArrives(device, other, TransferBuffer.Pinned.class);
    }

    @Test
    void withoutADeviceThroughOrdinaryMemory() {
        assertArrives(host, host, TransferBuffer.Ordinary.class);
        try (TransferBuffer buffer = TransferBuffer.ready(host, host, 100).orElseThrow()) {
            assertThat(buffer).isInstanceOf(TransferBuffer.Ordinary.class);
        }
    }

    @Test
    void writesAreCountedAsChanges() {
        long before = device.changes();
        try (TransferBuffer buffer = TransferBuffer.between(host, device, SHAPE.bytesPerPosition())) {
            buffer.take(host, 0, 1, 0, SHAPE.layers());
            buffer.give(device, 0, 1, 0, SHAPE.layers());
            assertThat(device.changes()).isEqualTo(before + 1);
        }
    }

    @Test
    void blocksAreKeptForTheNext() {
        assertThat(TransferBuffer.ready(device, host, 1)).isEmpty();
        assertThat(TransferBuffer.ready(device, other, 1)).isEmpty();
        TransferBuffer.between(device, host, 1).close();
        TransferBuffer.between(device, other, 1).close();
        int live = StubGpu.live();
        for (KvRows to : new KvRows[] {host, other}) {
            try (TransferBuffer first = TransferBuffer.ready(device, to, 1).orElseThrow()) {
                assertThat(first).isNotInstanceOf(TransferBuffer.Ordinary.class);
                assertThat(TransferBuffer.ready(device, to, 1)).isEmpty();
            }
            assertThat(StubGpu.live()).isEqualTo(live);
        }
    }

    @Test
    void withoutPinnedMemoryThroughTheStage() {
        for (KvRows[] pair : new KvRows[][] {{device, host}, {host, device}}) {
            StubGpu.fail(PIN, StubGpu.OUT_OF_MEMORY);
            try (TransferBuffer buffer = TransferBuffer.between(pair[0], pair[1], SHAPE.bytesPerPosition())) {
                assertThat(buffer).isInstanceOf(TransferBuffer.Ordinary.class);
            }
        }
        assertArrives(device, host, TransferBuffer.Pinned.class); // there is memory again
    }

    /** For lanes of direct copies; the stage needs none. */
    @Test
    void withoutMemoryOnTheDeviceThroughTheStage() {
        for (int failing = 0; failing < 2; failing++) {
            int live = StubGpu.live();
            try (TransferBuffer buffer = TransferBuffer.between(device, host, 77 * SHAPE.bytesPerPosition())) {
                int with = StubGpu.live();
                StubGpu.fail(ALLOCATE, StubGpu.OUT_OF_MEMORY, failing);
                buffer.take(device, 0, 77, 0, SHAPE.layers());
                assertThat(StubGpu.live()).isEqualTo(with).isBetween(live, live + 1);
                buffer.give(host, 1, 77, 0, SHAPE.layers());
            }
            assertThat(packed(host, 1, 0, 77).mismatch(packed(device, 0, 0, 77)))
                    .isEqualTo(-1);
        }
    }

    @Test
    void withoutMemoryOnTheReceivingDeviceRunByRun() {
        try (TransferBuffer buffer = TransferBuffer.between(device, other, 77 * SHAPE.bytesPerPosition())) {
            buffer.take(device, 0, 77, 0, SHAPE.layers());
            StubGpu.fail(ALLOCATE, StubGpu.OUT_OF_MEMORY);
            buffer.give(other, 1, 77, 0, SHAPE.layers());
        }
        assertThat(packed(other, 1, 0, 77).mismatch(packed(device, 0, 0, 77))).isEqualTo(-1);
    }

    @Test
    void withoutMemoryOnTheGivingDeviceThroughPinnedMemory() {
        StubGpu.fail(ALLOCATE, StubGpu.OUT_OF_MEMORY);
        try (TransferBuffer buffer = TransferBuffer.between(device, other, SHAPE.bytesPerPosition())) {
            assertThat(buffer).isInstanceOf(TransferBuffer.Pinned.class);
        }
    }

    @Test
    void aCopyThatFailsInTheMiddleLeavesAllUsable() {
        for (int failing = 0; failing < 3; failing++) {
            try (TransferBuffer buffer = TransferBuffer.between(device, host, 77 * SHAPE.bytesPerPosition())) {
                StubGpu.fail(DOWN, StubGpu.INVALID_VALUE, failing);
                assertThatThrownBy(() -> buffer.take(device, 0, 77, 0, SHAPE.layers()))
                        .isInstanceOf(GpuException.class)
                        .hasNoSuppressedExceptions();
                buffer.take(device, 0, 77, 0, SHAPE.layers());
                buffer.give(host, 1, 77, 0, SHAPE.layers());
            }
            assertThat(packed(host, 1, 0, 77).mismatch(packed(device, 0, 0, 77)))
                    .isEqualTo(-1);
        }
    }

    @Test
    void positionsOutsideARowAreRefused() {
        try (TransferBuffer buffer = TransferBuffer.between(device, host, (CAPACITY + 1) * SHAPE.bytesPerPosition())) {
            assertThatThrownBy(() -> buffer.take(device, 0, CAPACITY + 1, 0, SHAPE.layers()))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> buffer.take(device, ROWS, 5, 0, SHAPE.layers()))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void closingWaitsForABufferOfAnotherThread() throws InterruptedException {
        GpuContext context = driver.context(0);
        DeviceKv own = table(context);
        TransferBuffer buffer = TransferBuffer.between(own, other, SHAPE.bytesPerPosition());
        buffer.take(own, 0, 1, 0, SHAPE.layers());
        Thread closing = Thread.ofPlatform().start(own::close);
        while (closing.getState() != Thread.State.WAITING) Thread.onSpinWait();
        buffer.give(other, 1, 1, 0, SHAPE.layers());
        buffer.close();
        closing.join();
        context.close();
        assertThat(TransferBuffer.between(own, other, 1)).isInstanceOf(TransferBuffer.Ordinary.class);
    }
}
