package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A provider like AMD's MIGraphX and a driver like HIP, both without a card, and the strings by which tests pull them. */
public final class StubMigraphx {
    private static final String SOURCE = "stub_provider.c";

    private StubMigraphx() {}

    /** {@return the provider, which says that it has HIP's memory} */
    public static Path provider() {
        return StubLibrary.of(SOURCE, "MIGRAPHX", "MEMORY");
    }

    /** {@return one that computes in host memory, as the provider inside ONNX Runtime says} */
    public static Path hostProvider() {
        return StubLibrary.of(SOURCE, "MIGRAPHX");
    }

    /** {@return the driver} */
    public static Path driver() {
        return StubLibrary.of("../../../../agentopt-mlir/src/test/native/stub_driver.c", "HIP");
    }

    /** {@return a provider's one device; it is registered as detection does, because one library has one name in a process} */
    public static EpDevice device(Path provider) {
        String name = provider.equals(provider()) ? "agentopt.rocm" : "test.migraphx.host";
        List<EpDevice> devices = OrtEnvironment.get().register(new EpSpec(name, provider, Map.of()));
        return devices.getFirst();
    }

    /** {@return programs that a provider made so far} */
    public static int programs(Path provider) {
        return call(provider, "stub_programs");
    }

    /** Lets the provider's next run fail, once. */
    public static void failRun() {
        call(provider(), "stub_fail_run");
    }

    /** Lets the provider's next run wait for {@link #go}. */
    public static void holdRun() {
        call(provider(), "stub_hold_run");
    }

    public static void awaitHeld() {
        while (call(provider(), "stub_is_held") == 0) Thread.onSpinWait();
    }

    public static void go() {
        call(provider(), "stub_go");
    }

    /** Lets a call of the driver's function fail, once, after so many that do not. */
    public static void failDriver(String function, int error, int after) {
        named("stub_fail", FunctionDescriptor.ofVoid(ADDRESS, JAVA_LONG, JAVA_LONG), function, (long) error, (long)
                after);
    }

    /** Lets the next call of the driver's function fail, and every later one of any. */
    public static void loseDriver(String function, int error) {
        named("stub_lose", FunctionDescriptor.ofVoid(ADDRESS, JAVA_LONG, JAVA_LONG), function, (long) error, 0L);
    }

    /** Lets the kernel that chooses tokens take the lowest score, until {@link #resetDriver}. */
    public static void chooseLowest() {
        call(driver(), "stub_choose_lowest");
    }

    /** Takes failures back. */
    public static void resetDriver() {
        call(driver(), "stub_reset");
    }

    /** Takes everything of the driver's back, as the end of a process does. */
    public static void forgetDriver() {
        call(driver(), "stub_forget");
    }

    /** {@return what the driver has given out and not got back} */
    public static int live() {
        return call(driver(), "stub_live");
    }

    private static void named(String control, FunctionDescriptor shape, String function, Object... further) {
        try (Arena scratch = Arena.ofConfined()) {
            Object[] all = new Object[further.length + 1];
            all[0] = scratch.allocateFrom(function);
            System.arraycopy(further, 0, all, 1, further.length);
            Linker.nativeLinker()
                    .downcallHandle(symbol(driver(), control), shape)
                    .invokeWithArguments(all);
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    private static int call(Path library, String control) {
        try {
            return (int) Linker.nativeLinker()
                    .downcallHandle(symbol(library, control), FunctionDescriptor.of(JAVA_INT))
                    .invoke();
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    private static MemorySegment symbol(Path library, String name) {
        return SymbolLookup.libraryLookup(library, Arena.global()).findOrThrow(name);
    }
}
