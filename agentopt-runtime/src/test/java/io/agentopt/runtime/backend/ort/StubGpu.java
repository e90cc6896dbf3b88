package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;

/** The strings by which tests pull the driver of {@link StubLibrary#driver}. */
public final class StubGpu {
    public static final int INVALID_VALUE = 1, OUT_OF_MEMORY = 2, LAUNCH_FAILED = 719;

    private StubGpu() {}

    /** Lets the next call of a driver's function fail, once. */
    public static void fail(String function, int error) {
        fail(function, error, 0);
    }

    /** Lets the next call but {@code after} of a driver's function fail, once. */
    public static void fail(String function, int error, int after) {
        named("stub_fail", function, JAVA_LONG, JAVA_LONG).with((long) error, (long) after);
    }

    /** Lets the next call of a driver's function fail, and every later one. */
    public static void lose(String function, int error) {
        lose(function, error, 0);
    }

    /** Lets the next call but {@code after} of a driver's function fail, and every later one. */
    public static void lose(String function, int error, int after) {
        named("stub_lose", function, JAVA_LONG, JAVA_LONG).with((long) error, (long) after);
    }

    /** Lets the next call of a driver's function wait for {@link #go}. */
    public static void hold(String function) {
        named("stub_hold", function).with();
    }

    /** Waits until a call waits. */
    public static void awaitHeld() {
        while (call("stub_is_held") == 0) Thread.onSpinWait();
    }

    /** Lets the call that waits go on. */
    public static void go() {
        call("stub_go");
    }

    /** Lets the two devices not reach each other's memory, until {@link #forget}. */
    public static void separate() {
        call("stub_apart");
    }

    /** {@return copies from one device to the other so far in this process} */
    public static int peerCopies() {
        return call("stub_peers");
    }

    /** {@return handles and contexts that the driver has given out and not got back} */
    public static int live() {
        return call("stub_live");
    }

    /** {@return launches of the kernel that draws since the last call} */
    public static int drawn() {
        return call("stub_drawn");
    }

    /** Takes everything back, as the end of a process does. */
    public static void forget() {
        call("stub_forget");
    }

    private interface Named {
        void with(Object... arguments);
    }

    private static Named named(String control, String function, MemoryLayout... further) {
        return arguments -> {
            try (Arena scratch = Arena.ofConfined()) {
                MemorySegment name = scratch.allocateFrom(function);
                FunctionDescriptor shape = FunctionDescriptor.ofVoid(ADDRESS).appendArgumentLayouts(further);
                Object[] all = new Object[arguments.length + 1];
                all[0] = name;
                System.arraycopy(arguments, 0, all, 1, arguments.length);
                Linker.nativeLinker().downcallHandle(symbol(control), shape).invokeWithArguments(all);
            } catch (Throwable t) {
                throw new IllegalStateException(t);
            }
        };
    }

    private static int call(String control) {
        try {
            return (int) Linker.nativeLinker()
                    .downcallHandle(symbol(control), FunctionDescriptor.of(JAVA_INT))
                    .invoke();
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    private static MemorySegment symbol(String name) {
        return SymbolLookup.libraryLookup(StubLibrary.driver(), Arena.global())
                .find(name)
                .orElseThrow();
    }
}
