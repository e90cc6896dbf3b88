package io.agentopt.benchmarks.llm;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Another JVM on the same class path. It takes lines and gives lines; what it says on its error stream is shown. */
final class ChildJvm implements AutoCloseable {
    private static final String MARK = "= "; // natives print to standard output too

    private final String name;
    private final Process process;
    private final BufferedReader out;
    private final PrintWriter in;

    /** @param options of the JVM */
    ChildJvm(Class<?> main, List<String> options, Map<String, String> environment, Object... arguments) {
        name = main.getSimpleName() + List.of(arguments);
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of("--enable-native-access=ALL-UNNAMED", "-Dai.djl.offline=true", "-DOPT_OUT_TRACKING=true"));
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
        for (Object a : arguments) command.add(a.toString());
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(environment);
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException("The process " + name + " cannot be started: " + e.getMessage(), e);
        }
        out = process.inputReader(StandardCharsets.UTF_8);
        in = new PrintWriter(process.outputWriter(StandardCharsets.UTF_8), true);
    }

    /** Says a line to the one who started this JVM. */
    static void say(String line) {
        System.out.println(MARK + line);
        System.out.flush();
    }

    void tell(String line) {
        in.println(line);
    }

    /**
     * {@return the next line that it {@link #say says}}
     *
     * @throws IllegalStateException if it ended instead
     */
    String hear() {
        try {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith(MARK)) return line.substring(MARK.length());
            }
            int status = process.waitFor();
            throw new IllegalStateException("The process " + name + " ended with status " + status
                    + " (128 + n: by signal n) before it answered.");
        } catch (IOException e) {
            throw new UncheckedIOException("The process " + name + " cannot be read: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Ends it. */
    @Override
    public void close() {
        in.close();
        process.destroyForcibly();
    }
}
