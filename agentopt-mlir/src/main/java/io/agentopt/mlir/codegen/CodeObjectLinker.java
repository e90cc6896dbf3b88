package io.agentopt.mlir.codegen;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Makes an AMD code object, which drivers load, of a relocatable one, by an LLVM linker of this machine. */
public final class CodeObjectLinker {
    private static final Pattern PATHS = Pattern.compile(":");
    private static final long SECONDS = 60;

    private final Path linker;

    public CodeObjectLinker(Path linker) {
        this.linker = linker;
    }

    /** {@return the linker of ROCm (ROCM_PATH, /opt/rocm), of the PATH or of an LLVM 22, if there is one} */
    public static Optional<CodeObjectLinker> find() {
        List<Path> candidates = new ArrayList<>();
        String rocm = System.getenv("ROCM_PATH");
        if (rocm != null && !rocm.isBlank()) candidates.add(Path.of(rocm, "llvm/bin/ld.lld"));
        candidates.add(Path.of("/opt/rocm/llvm/bin/ld.lld"));
        for (String folder :
                PATHS.split(Optional.ofNullable(System.getenv("PATH")).orElse(""), -1)) {
            if (folder.startsWith("/")) candidates.add(Path.of(folder, "ld.lld"));
        }
        candidates.add(Path.of("/usr/lib/llvm-22/bin/ld.lld"));
        return candidates.stream().filter(Files::isExecutable).findFirst().map(CodeObjectLinker::new);
    }

    /**
     * {@return the code object}
     *
     * @throws IllegalArgumentException when the linker refuses the file, with what it says
     * @throws UncheckedIOException when it cannot be run
     */
    public byte[] link(byte[] relocatable) {
        try {
            Path folder = Files.createTempDirectory("agentopt-link-");
            Path input = folder.resolve("kernel.o");
            Path output = folder.resolve("kernel.hsaco");
            Path messages = folder.resolve("messages");
            try {
                Files.write(input, relocatable);
                run(
                        messages,
                        linker.toString(),
                        "-flavor",
                        "gnu",
                        "-shared",
                        "--no-undefined",
                        input.toString(),
                        "-o",
                        output.toString());
                return Files.readAllBytes(output);
            } finally {
                for (Path file : List.of(input, output, messages, folder)) Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The linker '" + linker + "' could not be run.", e);
        }
    }

    private void run(Path messages, String... command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(messages.toFile())
                .start();
        try {
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("It did not end in " + SECONDS + " s.");
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IOException("The wait for it was interrupted.", e);
        }
        if (process.exitValue() != 0) {
            throw new IllegalArgumentException("The linker '" + linker + "' refused the file: "
                    + Files.readString(messages, StandardCharsets.UTF_8).strip());
        }
    }
}
