package io.agentopt.benchmarks.lower;

import io.agentopt.graph.AgentGraph;
import io.agentopt.lower.MlirLowering;
import io.agentopt.plan.Placement;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The first lowering of a process: loading the library, binding its functions and lowering ten operators, in a JVM that has done nothing else. */
public final class FirstUse {
    private FirstUse() {}

    /** Prints the milliseconds that the first lowering took. */
    public static void main(String[] args) {
        AgentGraph<String, String> graph = GeneratedGraph.of(10, 1);
        Placement placement = GeneratedGraph.placed(graph, 1);
        long start = System.nanoTime();
        new MlirLowering().lower(graph, placement);
        System.out.println((System.nanoTime() - start) / 1e6);
    }

    /** {@return milliseconds in a new JVM} */
    static double inNewProcess() throws IOException {
        Process process = new ProcessBuilder(List.of(
                        System.getProperty("java.home") + "/bin/java",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        FirstUse.class.getName()))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0)
                throw new IOException("The process of a first use ended with " + process.exitValue());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while a first use was measured", e);
        }
        return Double.parseDouble(said.strip());
    }
}
