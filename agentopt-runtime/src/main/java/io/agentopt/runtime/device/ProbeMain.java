package io.agentopt.runtime.device;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * The other process of {@link ProbeProcess}: climbs one ladder and prints lines of JSON, one before each stage ({@code stage})
 * and one at the end ({@code ready}). It ends when its standard input does, so that it does not outlive who started it.
 */
final class ProbeMain {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ProbeMain() {}

    /**
     * Climbs and says so.
     *
     * @param arguments the id of a family of GPUs, or of a provider that a property names
     */
    public static void main(String[] arguments) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        Thread.ofPlatform().daemon().name("agentopt-probe-parent").start(ProbeMain::endWithInput);
        String id = arguments[0];
        Consumer<String> stage = s -> line(out, JSON.createObjectNode().put("stage", s));
        stage.accept("starting");
        boolean ready = false;
        for (Probe probe : Devices.probes()) if (probe.id().equals(id)) ready = climb(probe, stage);
        line(out, JSON.createObjectNode().put("ready", ready));
        Runtime.getRuntime().halt(0); // what was loaded is not asked to unload
    }

    /** A line of its own, whatever a native library has printed. */
    private static void line(PrintStream out, ObjectNode said) {
        out.print("\n" + said + "\n");
        out.flush();
    }

    private static boolean climb(Probe probe, Consumer<String> stage) {
        try {
            return probe.climb(stage).stream().allMatch(DetectedDevice::isReady);
        } catch (RuntimeException | LinkageError e) {
            return false; // it came back; the process that asked finds the same and says so
        }
    }

    private static void endWithInput() {
        try {
            while (System.in.read() >= 0) {} // nothing is sent
        } catch (IOException closed) {
            // as good as its end
        }
        Runtime.getRuntime().halt(3);
    }
}
