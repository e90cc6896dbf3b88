package io.agentopt.mlir.gpu;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;

/** The driver in src/test/native/stub_driver.c, compiled once a process for each interface, and the strings by which a test pulls it. */
final class StubDriver {
    private static final Pattern PATHS = Pattern.compile(":");
    private static final Map<GpuApi, StubDriver> COMPILED = new EnumMap<>(GpuApi.class);

    private final GpuApi api;
    private final Path file;
    private final SymbolLookup symbols;

    private StubDriver(GpuApi api, Path file) {
        this.api = api;
        this.file = file;
        this.symbols = SymbolLookup.libraryLookup(file, Arena.global());
    }

    /** {@return the stub, fresh; the test is skipped where there is no C compiler} */
    static synchronized StubDriver of(GpuApi api) {
        Optional<String> compiler = compiler();
        if (compiler.isEmpty()) System.out.println("SKIPPED: no C compiler (cc) for the stub of a GPU driver");
        Assumptions.assumeTrue(compiler.isPresent(), "no C compiler");
        StubDriver stub = COMPILED.computeIfAbsent(api, a -> compile(compiler.get(), a));
        stub.call("stub_reset");
        assertThat(stub.live()).as("handles that an earlier test left open").isZero();
        return stub;
    }

    GpuDriver driver() {
        GpuDriver.Outcome outcome = GpuDriver.open(api, file);
        assertThat(outcome).isInstanceOf(GpuDriver.Opened.class);
        return ((GpuDriver.Opened) outcome).driver();
    }

    GpuApi api() {
        return api;
    }

    Path file() {
        return file;
    }

    /** {@return code that holds kernels of these names} */
    byte[] code(String... kernels) {
        String text = switch (api) {
            case CUDA -> ".version 8.0\n.entry " + String.join("\n.entry ", kernels) + "\n";
            case HIP -> "\u007fELF " + String.join(" ", kernels);
        };
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** Lets the function's next call but {@code after} fail once. */
    void fail(DriverFunction function, int error, int after) {
        try (Arena scratch = Arena.ofConfined()) {
            MemorySegment name = scratch.allocateFrom(function.name(api));
            MemorySegment symbol = symbols.find("stub_fail").orElseThrow();
            Linker.nativeLinker()
                    .downcallHandle(symbol, FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, JAVA_LONG, JAVA_LONG))
                    .invoke(name, (long) error, (long) after);
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    /** Lets the two devices not reach each other's memory, until the next test. */
    void separate() {
        call("stub_apart");
    }

    /** {@return copies from one device to the other so far in this process} */
    int peerCopies() {
        return call("stub_peers");
    }

    /** Takes back everything, as the end of a process does. */
    void forgetAll() {
        call("stub_forget");
    }

    /** {@return how many handles and contexts the driver has given out and not got back} */
    int live() {
        return call("stub_live");
    }

    private int call(String function) {
        try {
            return (int) Linker.nativeLinker()
                    .downcallHandle(symbols.find(function).orElseThrow(), FunctionDescriptor.of(JAVA_INT))
                    .invoke();
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }

    private static StubDriver compile(String compiler, GpuApi api) {
        try {
            Path folder = Files.createTempDirectory("agentopt-stub-");
            folder.toFile().deleteOnExit();
            Path file = folder.resolve(api.library());
            file.toFile().deleteOnExit();
            List<String> command = new ArrayList<>(List.of(compiler, "-shared", "-fPIC", "-O1", "-o", file.toString()));
            if (api == GpuApi.HIP) command.add("-DHIP");
            command.addAll(List.of("src/test/native/stub_driver.c", "-lm"));
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(process.waitFor()).as(said).isZero();
            return new StubDriver(api, file);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Optional<String> compiler() {
        for (String folder : PATHS.split(System.getenv().getOrDefault("PATH", ""), -1))
            if (Files.isExecutable(Path.of(folder, "cc")))
                return Optional.of(Path.of(folder, "cc").toString());
        return Optional.empty();
    }
}
