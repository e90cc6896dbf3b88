package io.agentopt.runtime.backend.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.opentest4j.TestAbortedException;

/** Libraries that tests compile from src/test/native with the system's C compiler; without one those tests are skipped. */
public final class StubLibrary {
    private static final ConcurrentHashMap<List<String>, Path> BUILT = new ConcurrentHashMap<>();

    private StubLibrary() {}

    /** {@return the stub execution provider that misbehaves as a macro says; {@code PLAIN} works} */
    public static Path provider(String macro) {
        return of("stub_provider.c", macro);
    }

    /** {@return a driver of CUDA whose memory is the host's and whose kernels run on the CPU by name} */
    public static Path driver() {
        return of("../../../../agentopt-mlir/src/test/native/stub_driver.c");
    }

    /** {@return a library of a source file and macros, built once in this process; it stays where it is as long as that} */
    public static Path of(String source, String... macros) {
        List<String> key = new ArrayList<>(List.of(macros));
        key.addFirst(source);
        return BUILT.computeIfAbsent(key, k -> build(source, macros));
    }

    /** Builds a library of a source file into a file that is linked to another, which may be gone afterwards. */
    public static Path linked(Path output, String source, Path needed, String... options) {
        List<String> all = new ArrayList<>(List.of(options));
        all.addAll(List.of("-Wl,--no-as-needed", "-L" + needed.getParent(), "-l:" + needed.getFileName()));
        return compile(Path.of("src/test/native", source).toAbsolutePath(), output, all);
    }

    private static Path build(String source, String... macros) {
        assumeTrue(
                System.getProperty("os.name").equals("Linux"),
                "skipped: the stub libraries are built and loaded on Linux only");
        Path input = Path.of("src/test/native", source).toAbsolutePath();
        try {
            Path folder = Files.createTempDirectory("agentopt-stub");
            String name = input.getFileName().toString().replace(".c", "");
            Path output = folder.resolve("lib" + name + "-" + String.join("-", macros) + ".so");
            output.toFile().deleteOnExit();
            return compile(
                    input,
                    output,
                    java.util.Arrays.stream(macros).map(m -> "-D" + m).toList());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Path compile(Path input, Path output, List<String> options) {
        assertThat(input).isRegularFile();
        try {
            List<String> command = new ArrayList<>(
                    List.of("cc", "-std=c11", "-D_DEFAULT_SOURCE", "-shared", "-fPIC", "-o", output.toString()));
            command.add(input.toString());
            command.addAll(options);
            command.add("-lm");
            Process compiler =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String said = new String(compiler.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(compiler.waitFor()).as(said).isZero();
            return output;
        } catch (IOException e) {
            throw new TestAbortedException("skipped: there is no C compiler (cc) on this machine", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
