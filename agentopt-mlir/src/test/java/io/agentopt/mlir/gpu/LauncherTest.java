package io.agentopt.mlir.gpu;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the launchers do when all goes well, on both interfaces. */
@SuppressWarnings("try")
class LauncherTest {
    @ParameterizedTest
    @EnumSource
    void devicesAreListed(GpuApi api) {
        String architecture = api == GpuApi.CUDA ? "sm_90" : "gfx942";
        assertThat(StubDriver.of(api).driver().devices())
                .containsExactly(
                        new GpuDevice(api, 0, "stub", 6L << 30, architecture),
                        new GpuDevice(api, 1, "stub", 6L << 30, architecture));
    }

    @ParameterizedTest
    @EnumSource
    void aDriverThatDoesNotSayTheArchitectureListsItsDevices(GpuApi api) {
        StubDriver stub = StubDriver.of(api);
        GpuDriver driver = stub.driver();
        stub.fail(DriverFunction.DEVICE_PROPERTIES, 1, 0);
        assertThat(driver.devices().getFirst().architecture()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aDriverWithoutDevicesListsNone(GpuApi api) {
        StubDriver stub = StubDriver.of(api);
        GpuDriver driver = stub.driver();
        stub.fail(DriverFunction.DEVICE_COUNT, 100, 0);
        assertThat(driver.devices()).isEmpty();
        stub.fail(DriverFunction.INIT, 100, 0);
        assertThat(GpuDriver.open(api, stub.file())).isInstanceOf(GpuDriver.Opened.class);
    }

    @ParameterizedTest
    @EnumSource
    void aKernelRunsOnWhatWasCopied(GpuApi api) {
        StubDriver stub = StubDriver.of(api);
        float[] numbers = {1, 2, 3, 4, 5, 6, 7, 8};
        try (GpuContext context = stub.driver().context(0)) {
            DeviceMemory memory = context.allocate(32);
            memory.all().copyFrom(MemorySegment.ofArray(numbers));
            GpuStream stream = context.stream();
            GpuFunction scale = context.load(stub.code("scale")).function("scale");
            // The kernel sees the last four numbers only.
            Arguments arguments =
                    Arguments.of(new Argument.Memref(memory.slice(16, 16), Float.BYTES, 4), new Argument.Float32(10));
            stream.launch(scale, new LaunchShape(1, 32, 0), arguments);
            stream.launch(scale, new LaunchShape(1, 32, 0), arguments);
            stream.synchronize();
            float[] back = new float[8];
            memory.all().copyTo(MemorySegment.ofArray(back));
            assertThat(back).containsExactly(1, 2, 3, 4, 500, 600, 700, 800);
            assertThat(scale.mostThreads()).isEqualTo(1024);
            assertThat(scale.registers()).isEqualTo(32);
        }
        assertThat(stub.live()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void heapArraysLargerThanAStageArriveWhole(GpuApi api) {
        int[] numbers = new int[(4 << 20) / 4 * 2 + 3]; // two stages and a bit
        for (int i = 0; i < numbers.length; i++) numbers[i] = i * 31;
        try (GpuContext context = StubDriver.of(api).driver().context(0)) {
            DeviceMemory memory = context.allocate(4L * numbers.length);
            memory.all().copyFrom(MemorySegment.ofArray(numbers));
            int[] back = new int[numbers.length];
            memory.all().copyTo(MemorySegment.ofArray(back));
            assertThat(back).isEqualTo(numbers);
        }
    }

    @ParameterizedTest
    @EnumSource
    void streamsCopyFillAndWait(GpuApi api) {
        try (GpuContext context = StubDriver.of(api).driver().context(1)) {
            PinnedMemory host = context.allocatePinned(64);
            DeviceMemory a = context.allocate(64), b = context.allocate(64);
            GpuStream first = context.stream(), second = context.stream(-1);
            GpuEvent reached = context.event();
            host.segment().setAtIndex(JAVA_INT, 2, 77);
            first.fill(a.all(), 5);
            first.upload(a.slice(16, 4), host, 8);
            first.record(reached);
            second.waitFor(reached);
            second.copy(b.all(), a.all());
            second.download(host, 32, b.slice(16, 32));
            second.synchronize();
            assertThat(host.segment().getAtIndex(JAVA_INT, 8)).isEqualTo(77);
            assertThat(host.segment().getAtIndex(JAVA_INT, 9)).isEqualTo(5);
        }
    }

    @ParameterizedTest
    @EnumSource
    void slicesMoveAtOnce(GpuApi api) {
        try (GpuContext context = StubDriver.of(api).driver().context(0)) {
            int[] wide = IntStream.range(0, 24).toArray(); // 2 slices of 4 rows of 3
            DeviceMemory from = context.allocate(96), to = context.allocate(32);
            from.all().copyFrom(MemorySegment.ofArray(wide));
            GpuStream stream = context.stream();
            stream.copyBoxes(
                    new BoxCopy(to.all(), new BoxCopy.Pitches(8, 2), from.all(), new BoxCopy.Pitches(12, 4), 8, 2, 2));
            stream.synchronize();
            int[] back = new int[8];
            to.all().copyTo(MemorySegment.ofArray(back));
            assertThat(back).containsExactly(0, 1, 3, 4, 12, 13, 15, 16);
        }
    }

    @ParameterizedTest
    @EnumSource
    void rowsOfDifferentPitchMoveAllWays(GpuApi api) {
        try (GpuContext context = StubDriver.of(api).driver().context(0)) {
            PinnedMemory host = context.allocatePinned(64);
            for (int i = 0; i < 16; i++) host.segment().setAtIndex(JAVA_INT, i, i);
            DeviceMemory wide = context.allocate(64), narrow = context.allocate(16);
            GpuStream stream = context.stream();
            // Rows of two ints, four apart on the host, five apart on the device, two apart in the narrow memory.
            stream.copyRows(new RowCopy(new RowCopy.OnDevice(wide.all()), 20, new RowCopy.OnHost(host, 4), 16, 8, 2));
            stream.copyRows(
                    new RowCopy(new RowCopy.OnDevice(narrow.all()), 8, new RowCopy.OnDevice(wide.all()), 20, 8, 2));
            stream.copyRows(new RowCopy(new RowCopy.OnHost(host, 40), 12, new RowCopy.OnDevice(narrow.all()), 8, 8, 2));
            stream.synchronize();
            int[] back = host.segment().asSlice(40, 20).toArray(JAVA_INT);
            assertThat(back).containsExactly(1, 2, 12, 5, 6);
        }
    }

    @ParameterizedTest
    @EnumSource
    void eventsTellTheTimeBetweenThem(GpuApi api) {
        try (GpuContext context = StubDriver.of(api).driver().context(0)) {
            GpuStream stream = context.stream();
            GpuEvent before = context.event(), after = context.event();
            stream.record(before);
            stream.record(after);
            after.synchronize();
            assertThat(after.secondsSince(before)).isBetween(0.0, 60.0);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anyThreadMayUseAContext(GpuApi api) {
        StubDriver stub = StubDriver.of(api);
        try (GpuContext context = stub.driver().context(0);
                GpuContext other = stub.driver().context(1)) {
            DeviceMemory memory = context.allocate(4);
            CompletableFuture.runAsync(() -> {
                        other.synchronize(); // leaves another device current on this thread
                        memory.all().copyFrom(MemorySegment.ofArray(new float[] {42}));
                    })
                    .join();
            float[] back = new float[1];
            memory.all().copyTo(MemorySegment.ofArray(back));
            assertThat(back).containsExactly(42);
        }
    }

    @ParameterizedTest
    @EnumSource
    void freeMemoryIsTheDriversAccount(GpuApi api) {
        try (GpuContext context = StubDriver.of(api).driver().context(0)) {
            long before = context.freeBytes();
            DeviceMemory memory = context.allocate(1 << 20);
            assertThat(context.freeBytes()).isEqualTo(before - (1 << 20));
            memory.close();
            assertThat(context.freeBytes()).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @EnumSource
    void memrefsAreDescriptors(GpuApi api) {
        try (GpuContext context = StubDriver.of(api).driver().context(0);
                Arena arena = Arena.ofConfined()) {
            DeviceMemory memory = context.allocate(4 * 2 * 3 * 5);
            Arguments arguments = Arguments.of(
                    new Argument.Index(7),
                    new Argument.Memref(memory.all(), Float.BYTES, 2, 3, 5),
                    new Argument.Int32(-1),
                    new Argument.Address(memory.slice(4, 8)));
            MemorySegment pointers =
                    MemorySegment.ofAddress(arguments.pointers()).reinterpret(8 * 12);
            long[] values = new long[12];
            for (int i = 0; i < 12; i++) {
                MemorySegment at = pointers.getAtIndex(java.lang.foreign.ValueLayout.ADDRESS, i)
                        .reinterpret(8);
                values[i] = i == 10 ? at.get(JAVA_INT, 0) : at.get(java.lang.foreign.ValueLayout.JAVA_LONG, 0);
            }
            long base = values[1];
            assertThat(values).containsExactly(7, base, base, 0, 2, 3, 5, 15, 5, 1, -1, base + 4);
        }
    }

    @ParameterizedTest
    @EnumSource
    void pinnedMemoryIsOrdinaryMemoryOfAnyThread(GpuApi api) {
        try (GpuContext context = StubDriver.of(api).driver().context(0);
                PinnedMemory pinned = context.allocatePinned(8)) {
            CompletableFuture.runAsync(() -> pinned.segment().set(JAVA_FLOAT, 4, 3f))
                    .join();
            assertThat(pinned.segment().get(JAVA_FLOAT, 4)).isEqualTo(3f);
            assertThat(pinned.bytes()).isEqualTo(8);
        }
    }
}
