package io.agentopt.mlir.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each way to use the launchers wrongly, and each failure of a driver: a Java exception that says what was attempted. */
@SuppressWarnings("MustBeClosedChecker")
class MisuseTest {
    @TempDir
    Path folder;

    @Test
    void aMachineWithoutDriver() {
        assertThat(GpuDriver.open(GpuApi.HIP))
                .isInstanceOfSatisfying(
                        GpuDriver.Absent.class, a -> assertThat(a.reason()).startsWith("There is no AMD driver: "));
    }

    @Test
    void aFileThatIsNoDriver() throws IOException {
        Path text = Files.writeString(folder.resolve("libcuda.so.1"), "hello");
        assertThat(GpuDriver.open(GpuApi.CUDA, text))
                .isInstanceOfSatisfying(
                        GpuDriver.Absent.class,
                        a -> assertThat(a.reason()).startsWith("The NVIDIA driver '" + text + "' cannot be loaded: "));
        assertThat(GpuDriver.open(GpuApi.CUDA, StubDriver.of(GpuApi.HIP).file()))
                .isEqualTo(new GpuDriver.Absent("The library is no NVIDIA driver: it has no function cuInit."));
    }

    @Test
    void aDriverThatDoesNotStart() {
        StubDriver stub = StubDriver.of(GpuApi.CUDA);
        stub.fail(DriverFunction.INIT, 999, 0);
        assertThat(GpuDriver.open(GpuApi.CUDA, stub.file()))
                .isEqualTo(
                        new GpuDriver.Absent("The NVIDIA driver failed to start: CUDA_ERROR_STUB (999: stub text)."));
    }

    @Test
    void anErrorThatTheDriverDoesNotName() {
        StubDriver stub = StubDriver.of(GpuApi.CUDA);
        stub.fail(DriverFunction.INIT, 99999, 0);
        assertThat(GpuDriver.open(GpuApi.CUDA, stub.file()))
                .isEqualTo(new GpuDriver.Absent(
                        "The NVIDIA driver failed to start: unknown error (99999: unknown error)."));
    }

    @ParameterizedTest
    @EnumSource
    void aDeviceThatIsNotThere(GpuApi api) {
        assertThatThrownBy(() -> StubDriver.of(api).driver().context(2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("There is no device 2: the " + api.vendor() + " driver lists [");
    }

    @ParameterizedTest
    @EnumSource
    void outOfMemory(GpuApi api) {
        StubDriver stub = StubDriver.of(api);
        String prefix = api == GpuApi.CUDA ? "CUDA_ERROR_OUT_OF_MEMORY" : "hipErrorOutOfMemory";
        try (GpuContext context = stub.driver().context(0)) {
            assertThatThrownBy(() -> context.allocate(1L << 40))
                    .isInstanceOfSatisfying(
                            GpuException.class, e -> assertThat(e.error()).isEqualTo(2))
                    .hasMessage(DriverFunction.ALLOCATE.name(api) + " failed with " + prefix
                            + " (2: out of memory) while allocating 1099511627776 bytes on device 0 'stub'."
                            + " Close device memory that is no longer needed, or ask for less.");
            assertThatThrownBy(() -> context.allocatePinned(1L << 40)).isInstanceOf(GpuException.class);
            assertThatThrownBy(() -> context.allocate(0)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> context.allocatePinned(-1)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(stub.live()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void aLaunchThatFailsWhileItRuns(GpuApi api) {
        StubDriver stub = StubDriver.of(api);
        GpuContext context = stub.driver().context(0);
        GpuStream stream = context.stream();
        GpuFunction trap = context.load(stub.code("trap")).function("trap");
        stream.launch(trap, new LaunchShape(1, 1, 0), Arguments.of());
        assertThatThrownBy(stream::synchronize)
                .isInstanceOf(GpuException.class)
                .hasMessageContaining("(719: stub text) while waiting for the work of a stream on device 0 'stub'.")
                .hasMessageEndingWith("start a new process.");
        // Everything on a lost device fails, and closing still closes all of it.
        assertThatThrownBy(context::close)
                .isInstanceOfSatisfying(
                        GpuException.class, e -> assertThat(e.getSuppressed()).hasSize(1));
        context.close();
        assertThat(stream.isOpen()).isFalse();
        stub.forgetAll();
    }

    @ParameterizedTest
    @EnumSource
    void aLaunchThatTheDriverRefuses(GpuApi api) {
        StubDriver stub = StubDriver.of(api);
        try (GpuContext context = stub.driver().context(0)) {
            GpuStream stream = context.stream();
            GpuFunction scale = context.load(stub.code("scale")).function("scale");
            DeviceMemory memory = context.allocate(16);
            Arguments arguments =
                    Arguments.of(new Argument.Memref(memory.all(), Float.BYTES, 4), new Argument.Float32(1));
            assertThatThrownBy(() -> stream.launch(scale, new LaunchShape(1, 32, 1 << 20), arguments))
                    .isInstanceOf(GpuException.class)
                    .hasMessageContaining("while launching the kernel 'scale' as LaunchShape[blocks=1, threads=32");
            memory.close(); // a refused launch holds nothing
        }
    }

    @ParameterizedTest
    @EnumSource
    void shapesOfNothing(GpuApi api) {
        assertThatThrownBy(() -> new LaunchShape(0, 32, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new LaunchShape(1, 1025, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new LaunchShape(1, 1, -1)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @EnumSource
    void codeThatIsNone(GpuApi api) {
        StubDriver stub = StubDriver.of(api);
        try (GpuContext context = stub.driver().context(0)) {
            byte[] text = "hello".getBytes(StandardCharsets.UTF_8);
            assertThatThrownBy(() -> context.load(text))
                    .isInstanceOf(GpuException.class)
                    .hasMessageContaining("while loading code of 5 bytes on device 0 'stub'.")
                    .hasMessageContaining(
                            api == GpuApi.CUDA ? "The driver's compiler says: stub: line 1: no entry" : "another chip");
            assertThatThrownBy(() -> context.load(new byte[0])).isInstanceOf(IllegalArgumentException.class);
            GpuModule module = context.load(stub.code("scale"));
            assertThatThrownBy(() -> module.function("nothing"))
                    .isInstanceOf(GpuException.class)
                    .hasMessageContaining("while looking for the kernel 'nothing'. The module holds no kernel");
        }
        assertThat(stub.live()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void closedTwiceIsClosedOnce(GpuApi api) {
        StubDriver stub = StubDriver.of(api);
        GpuContext context = stub.driver().context(0);
        for (GpuResource resource : new GpuResource[] {
            context.allocate(4),
            context.allocatePinned(4),
            context.stream(),
            context.event(),
            context.load(stub.code("scale"))
        }) {
            resource.close();
            resource.close();
            assertThat(resource.isOpen()).isFalse();
        }
        context.close();
        context.close();
        assertThat(stub.live()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void useAfterClose(GpuApi api) {
        StubDriver stub = StubDriver.of(api);
        GpuContext context = stub.driver().context(0);
        GpuStream stream = context.stream();
        GpuEvent event = context.event();
        GpuModule module = context.load(stub.code("scale"));
        GpuFunction scale = module.function("scale");
        DeviceMemory memory = context.allocate(16), other = context.allocate(16);
        PinnedMemory pinned = context.allocatePinned(16);
        DeviceSegment segment = memory.all();
        Arguments arguments = Arguments.of(new Argument.Memref(segment, Float.BYTES, 4), new Argument.Float32(1));
        MemorySegment bytes = pinned.segment();
        memory.close();
        closed(
                () -> segment.copyFrom(MemorySegment.ofArray(new float[4])),
                "The device memory of 16 bytes on device 0 'stub' is closed");
        closed(() -> stream.fill(segment, 0), "device memory");
        closed(() -> stream.copy(other.all(), segment), "device memory");
        closed(() -> stream.launch(scale, new LaunchShape(1, 1, 0), arguments), "device memory");
        closed(() -> Arguments.of(new Argument.Address(segment)), "device memory");
        pinned.close();
        closed(() -> stream.upload(other.all(), pinned, 0), "pinned memory of 16 bytes");
        assertThatThrownBy(() -> bytes.get(java.lang.foreign.ValueLayout.JAVA_BYTE, 0))
                .isInstanceOf(IllegalStateException.class);
        event.close();
        closed(() -> stream.record(event), "The event");
        closed(event::synchronize, "The event");
        module.close();
        closed(() -> stream.launch(scale, new LaunchShape(1, 1, 0), Arguments.of()), "The module");
        closed(() -> module.function("scale"), "The module");
        closed(scale::registers, "The module");
        stream.close();
        closed(stream::synchronize, "The stream");
        context.close();
        closed(() -> context.allocate(4), "The context on device 0 'stub' is closed");
        closed(() -> other.all().copyTo(MemorySegment.ofArray(new float[4])), "device memory");
        assertThat(stub.live()).isZero();
    }

    private static void closed(Runnable use, String named) {
        assertThatThrownBy(use::run).isInstanceOf(IllegalStateException.class).hasMessageContaining(named);
    }

    @ParameterizedTest
    @EnumSource
    void resourcesOfAnotherContext(GpuApi api) {
        StubDriver stub = StubDriver.of(api);
        try (GpuContext here = stub.driver().context(0);
                GpuContext there = stub.driver().context(1)) {
            GpuStream stream = here.stream();
            DeviceMemory foreign = there.allocate(16), own = here.allocate(16);
            GpuFunction function = there.load(stub.code("scale")).function("scale");
            GpuEvent event = there.event();
            foreign(() -> stream.fill(foreign.all(), 0));
            foreign(() -> stream.copy(own.all(), foreign.all()));
            foreign(() -> stream.upload(own.all(), there.allocatePinned(16), 0));
            foreign(() -> stream.record(event));
            foreign(() -> stream.waitFor(event));
            foreign(() -> here.event().secondsSince(event));
            foreign(() -> stream.launch(function, new LaunchShape(1, 1, 0), Arguments.of()));
            GpuFunction ours = here.load(stub.code("scale")).function("scale");
            foreign(() ->
                    stream.launch(ours, new LaunchShape(1, 1, 0), Arguments.of(new Argument.Address(foreign.all()))));
        }
        assertThat(stub.live()).isZero();
    }

    private static void foreign(Runnable use) {
        assertThatThrownBy(use::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("belongs to another context");
    }

    @ParameterizedTest
    @EnumSource
    void rangesOutside(GpuApi api) {
        try (GpuContext context = StubDriver.of(api).driver().context(0)) {
            DeviceMemory memory = context.allocate(16);
            PinnedMemory pinned = context.allocatePinned(16);
            GpuStream stream = context.stream();
            outside(() -> memory.slice(8, 9));
            outside(() -> memory.slice(-1, 1));
            outside(() -> memory.slice(8, 8).slice(4, 5));
            outside(() -> memory.slice(8, Long.MAX_VALUE));
            outside(() -> new DeviceSegment(memory, Long.MAX_VALUE, 1));
            outside(() -> stream.upload(memory.all(), pinned, 1));
            outside(() -> stream.download(pinned, -1, memory.all()));
            RowCopy.Side device = new RowCopy.OnDevice(memory.all()), host = new RowCopy.OnHost(pinned, 0);
            BoxCopy.Pitches two = new BoxCopy.Pitches(4, 2), wide = new BoxCopy.Pitches(5, 2);
            outside(() -> new BoxCopy(memory.all(), two, memory.all(), wide, 4, 2, 2));
            outside(() -> new BoxCopy(memory.all(), two, memory.all(), two, 4, 2, 3));
            refused(() -> new BoxCopy(memory.all(), two, memory.all(), two, 5, 1, 1), "pitches");
            refused(() -> new BoxCopy(memory.all(), two, memory.all(), two, 4, 3, 1), "pitches");
            refused(() -> new BoxCopy(memory.all(), two, memory.all(), two, 4, 1, 0), "0 slices");
            outside(() -> new RowCopy(device, 8, host, 9, 8, 2));
            outside(() -> new RowCopy(device, 9, host, 8, 8, 2));
            outside(() -> new RowCopy.OnHost(pinned, 17));
            refused(() -> new RowCopy(host, 8, host, 8, 8, 1), "both ends on the host");
            refused(() -> new RowCopy(device, 4, host, 8, 8, 1), "pitch");
            refused(() -> new RowCopy(device, 8, host, 8, 8, 0), "0 rows");
            refused(() -> memory.all().copyFrom(MemorySegment.ofArray(new byte[15])), "15 bytes of host memory");
            refused(() -> stream.copy(memory.all(), memory.slice(0, 8)), "same length");
            refused(() -> stream.fill(memory.slice(0, 7), 0), "4-byte words");
            refused(() -> new Argument.Memref(memory.all(), Float.BYTES, 5), "does not fit");
            refused(() -> new Argument.Memref(memory.all(), Float.BYTES, -1), "size of -1");
            refused(() -> new Argument.Memref(memory.slice(4, 4), Float.BYTES, 1), "multiple of 16");
        }
    }

    private static void outside(Runnable use) {
        assertThatThrownBy(use::run).isInstanceOf(IndexOutOfBoundsException.class);
    }

    private static void refused(Runnable use, String named) {
        assertThatThrownBy(use::run)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(named);
    }

    @ParameterizedTest
    @EnumSource
    void hostMemoryThatCannotBeUsed(GpuApi api) {
        try (GpuContext context = StubDriver.of(api).driver().context(0)) {
            DeviceMemory memory = context.allocate(16);
            Arena arena = Arena.ofConfined();
            MemorySegment host = arena.allocate(16);
            refused(() -> memory.all().copyTo(host.asReadOnly()), "read-only");
            memory.all().copyFrom(host.asReadOnly());
            assertThatThrownBy(
                            () -> CompletableFuture.runAsync(() -> memory.all().copyTo(host))
                                    .join())
                    .hasCauseInstanceOf(WrongThreadException.class);
            arena.close();
            assertThatThrownBy(() -> memory.all().copyTo(host)).isInstanceOf(IllegalStateException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aResourceInUseIsNotClosed(GpuApi api) {
        StubDriver stub = StubDriver.of(api);
        GpuContext context = stub.driver().context(0);
        DeviceMemory memory = context.allocate(16);
        memory.hold();
        assertThatThrownBy(memory::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("in use by a call");
        assertThatThrownBy(context::close).isInstanceOf(IllegalStateException.class);
        assertThat(memory.isOpen()).isTrue();
        memory.drop();
        context.close();
        assertThat(stub.live()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void everyFunctionsFailureIsReported(GpuApi api) {
        for (DriverFunction function : DriverFunction.values()) {
            // The driver is absent then (see above), or a device has no architecture (see LauncherTest), or no place on
            // its bus is known.
            if (function == DriverFunction.INIT
                    || function == DriverFunction.DEVICE_PROPERTIES
                    || function == DriverFunction.DEVICE_BUS) continue;
            if (function == DriverFunction.COPY_BOXES_ASYNC && api == GpuApi.HIP) continue; // copies of rows instead
            if (function.name().contains("PEER")) continue; // see PeerTest
            StubDriver stub = StubDriver.of(api);
            GpuDriver driver = stub.driver();
            stub.fail(function, 3, 0);
            assertThatThrownBy(() -> useEverything(stub, driver))
                    .as(function.name())
                    .isInstanceOfSatisfying(GpuException.class, e -> {
                        assertThat(e.error()).isEqualTo(3);
                        assertThat(e.api()).isEqualTo(api);
                    })
                    .hasMessageStartingWith(function.name(api) + " failed with ")
                    .hasMessageContaining("(3: stub text) while ");
            stub.forgetAll();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aDeviceThatDoesNotTellItsPlaceOnTheBusIsThere(GpuApi api) {
        StubDriver stub = StubDriver.of(api);
        GpuDriver driver = stub.driver();
        stub.fail(DriverFunction.DEVICE_BUS, 3, 0);
        assertThat(driver.devices())
                .isNotEmpty()
                .allSatisfy(d -> assertThat(d.properties().pciBusId()).isEmpty());
        stub.forgetAll();
    }

    private static void useEverything(StubDriver stub, GpuDriver driver) {
        driver.devices();
        try (GpuContext context = driver.context(0)) {
            DeviceMemory memory = context.allocate(16);
            PinnedMemory pinned = context.allocatePinned(16);
            context.freeBytes();
            GpuStream stream = context.stream();
            GpuEvent before = context.event(), after = context.event();
            memory.all().copyFrom(MemorySegment.ofArray(new float[4]));
            memory.all().copyTo(MemorySegment.ofArray(new float[4]));
            stream.record(before);
            stream.waitFor(before);
            stream.fill(memory.all(), 1);
            stream.upload(memory.all(), pinned, 0);
            stream.download(pinned, 0, memory.all());
            stream.copy(memory.all(), memory.all());
            stream.copyRows(new RowCopy(new RowCopy.OnDevice(memory.all()), 8, new RowCopy.OnHost(pinned, 0), 8, 8, 2));
            BoxCopy.Pitches pitches = new BoxCopy.Pitches(4, 1);
            stream.copyBoxes(new BoxCopy(memory.all(), pitches, memory.all(), pitches, 4, 1, 2));
            GpuFunction scale = context.load(stub.code("scale")).function("scale");
            scale.mostThreads();
            stream.launch(
                    scale,
                    new LaunchShape(1, 1, 0),
                    Arguments.of(new Argument.Memref(memory.all(), Float.BYTES, 4), new Argument.Float32(1)));
            stream.record(after);
            stream.synchronize();
            after.synchronize();
            after.secondsSince(before);
            context.synchronize();
        }
    }
}
