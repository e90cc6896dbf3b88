package io.agentopt.runtime.llm.kv;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.mlir.gpu.GpuApi;
import io.agentopt.mlir.gpu.GpuContext;
import io.agentopt.mlir.gpu.GpuDriver;
import io.agentopt.mlir.gpu.GpuStream;
import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtMemory;
import io.agentopt.runtime.backend.ort.StubLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Caches in a device's memory, on a driver without a device, against those in host memory. */
class DeviceKvTest {
    private static final int ROWS = 3,
            CAPACITY = 1500; // 1.5 MB a tensor and row, so that copies are cut in several ways
    private static final KvShape SHAPE = new KvShape(3, 2, 128, ElementType.FLOAT32);

    @FunctionalInterface
    interface Body {
        void run(DeviceKv device, HostKv host, Arena arena);
    }

    private static void both(Supplier<Arena> memoryOf, Body body) {
        GpuDriver driver = ((GpuDriver.Opened) GpuDriver.open(GpuApi.CUDA, StubLibrary.driver())).driver();
        try (Arena arena = memoryOf.get();
                OrtMemory memory = OrtMemory.named("Cpu", 0);
                GpuContext context = driver.context(0);
                GpuStream stream = context.stream();
                DeviceKv device = new DeviceKv(SHAPE, ROWS, CAPACITY, context, stream, memory);
                HostKv host = new HostKv(SHAPE, ROWS, CAPACITY)) {
            body.run(device, host, arena);
        }
    }

    private static MemorySegment random(Arena arena, int positions, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        MemorySegment m = arena.allocate(positions * SHAPE.bytesPerPosition(), 64);
        for (long i = 0; i < m.byteSize() / 4; i++) m.setAtIndex(JAVA_INT, i, random.nextInt());
        return m;
    }

    private static void assertSame(DeviceKv device, HostKv host, Arena arena) {
        MemorySegment a = arena.allocate(CAPACITY * SHAPE.bytesPerPosition());
        MemorySegment b = arena.allocate(a.byteSize());
        for (int row = 0; row < ROWS; row++) {
            device.read(row, 0, CAPACITY, a);
            host.read(row, 0, CAPACITY, b);
            assertThat(a.mismatch(b)).as("row " + row).isEqualTo(-1);
        }
    }

    @Test
    void copiesOfAllKindsLandWhereTheHostsDo() {
        both(Arena::ofShared, DeviceKvTest::copy);
    }

    /** Memory that only one thread may touch is copied by that thread. */
    @Test
    void memoryOfOneThreadTravelsToo() {
        both(Arena::ofConfined, DeviceKvTest::copy);
    }

    private static void copy(DeviceKv device, HostKv host, Arena arena) {
        for (int row = 0; row < ROWS; row++) {
            MemorySegment packed = random(arena, CAPACITY, row);
            device.write(row, 0, CAPACITY, packed);
            host.write(row, 0, CAPACITY, packed);
        }
        assertSame(device, host, arena);
        MemorySegment piece = random(arena, 77, 9);
        for (KvRows kv : new KvRows[] {device, host}) {
            kv.write(1, 300, 77, piece);
            kv.move(1, 2, 501);
            kv.move(0, 0, 12);
            kv.move(0, 1, 0);
            try (KvBlock block = kv.save(0, 40, 1300)) {
                kv.restore(block, 2, 240);
                assertThat(block.bytes()).isEqualTo(1260 * SHAPE.bytesPerPosition());
            }
        }
        assertSame(device, host, arena);
    }

    @Test
    void changesAreCounted() {
        both(Arena::ofShared, (device, host, arena) -> {
            MemorySegment piece = random(arena, 4, 1);
            long before = device.changes();
            device.read(0, 0, 4, piece);
            assertThat(device.changes()).isEqualTo(before);
            device.write(0, 0, 4, piece);
            device.move(0, 1, 4);
            try (KvBlock block = device.save(0, 0, 4)) {
                assertThat(device.changes()).isEqualTo(before + 2);
                device.restore(block, 2, 0);
            }
            assertThat(device.changes()).isEqualTo(before + 3);
        });
    }

    @Test
    void positionsOutsideARowAreRefused() {
        both(Arena::ofShared, (device, host, arena) -> {
            assertThatThrownBy(() -> device.move(0, 1, CAPACITY + 1))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessageContaining("row 1");
            assertThatThrownBy(() -> device.move(ROWS, 1, 3)).isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> device.save(0, 1490, 1501)).isInstanceOf(IndexOutOfBoundsException.class);
        });
    }
}
