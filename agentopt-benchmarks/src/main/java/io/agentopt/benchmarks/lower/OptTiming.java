package io.agentopt.benchmarks.lower;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs mlir-opt with the agent dialect, and reads what its own {@code -mlir-timing} says of the passes. */
final class OptTiming {
    private static final int SEAL_BYTES = 40;
    private static final Path SCRIPT = Path.of("agentopt-benchmarks", "src", "main", "native", "agent_opt.sh");
    private static final Path DIALECT = Path.of("agentopt-mlir", "src", "main", "native");

    /** A line of the report: seconds, share in brackets, name. */
    private static final Pattern LINE = Pattern.compile("^\\s*([0-9.]+) \\([^)]*\\)\\s+(\\S.*?)\\s*$");

    /** The rows of the passes that are compared; analyses are part of the pass that asks for them. */
    private static final Set<String> PASSES = Set.of("Canonicalizer", "CSE", "LoopInvariantCodeMotion");

    private final Path opt;

    private OptTiming(Path opt) {
        this.opt = opt;
    }

    /** {@return mlir-opt, built where it is not there yet; throws an {@link IOException} that says why it cannot be} */
    static OptTiming build() throws IOException {
        List<String> lines = run(List.of("sh", SCRIPT.toString(), DIALECT.toString()));
        return new OptTiming(Path.of(lines.getLast()));
    }

    /**
     * {@return seconds in the passes, verifier behind each included, in one process; the median of several processes}
     *
     * @param bytecode the module, sealed as {@code MlirModule} writes it; mlir-opt is given what is behind the seal
     * @param passes as {@code canonicalize,cse}
     */
    double seconds(byte[] bytecode, List<String> passes, int processes) throws IOException {
        Path file = Files.createTempFile("agentopt", ".mlirbc");
        try {
            Files.write(file, Arrays.copyOfRange(bytecode, SEAL_BYTES, bytecode.length));
            double[] all = new double[processes];
            for (int i = 0; i < processes; i++) {
                List<String> report = run(List.of(
                        opt.toString(),
                        file.toString(),
                        "--pass-pipeline=builtin.module(" + String.join(",", passes) + ")",
                        "--mlir-disable-threading",
                        "--mlir-timing",
                        "--mlir-timing-display=list",
                        "-o",
                        "/dev/null"));
                all[i] = passSeconds(report)
                        .orElseThrow(() -> new IOException("mlir-opt's timing was not understood: " + report));
            }
            Arrays.sort(all);
            return all[all.length / 2];
        } finally {
            Files.deleteIfExists(file);
        }
    }

    static OptionalDouble passSeconds(List<String> report) {
        double sum = 0;
        boolean found = false;
        for (String line : report) {
            Matcher row = LINE.matcher(line);
            if (!row.matches() || !PASSES.contains(row.group(2))) continue;
            sum += Double.parseDouble(row.group(1));
            found = true;
        }
        return found ? OptionalDouble.of(sum) : OptionalDouble.empty();
    }

    private static List<String> run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        List<String> lines = new ArrayList<>(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList());
        try {
            int code = process.waitFor();
            if (code != 0)
                throw new IOException("'" + String.join(" ", command) + "' ended with " + code + ": " + lines);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException("Interrupted while '" + command.getFirst() + "' ran", e));
        }
        return lines;
    }
}
