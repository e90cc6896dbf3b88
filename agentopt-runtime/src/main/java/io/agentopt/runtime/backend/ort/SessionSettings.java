package io.agentopt.runtime.backend.ort;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How a model is opened.
 *
 * @param threads that one operator may use; at least 1
 * @param optimization of the graph when it is loaded
 * @param arena whether freed CPU memory is kept for the next run; faster, never given back before close
 * @param spinning whether idle threads burn CPU time to start sooner; off suits several models on one machine
 * @param config further settings of the session, by ONNX Runtime's names
 * @param device where it runs; empty for the CPU
 * @param weights that it shares with other sessions of the model
 * @param profile prefix of a file that every run is profiled into, until {@link OrtSession#endProfile}
 */
public record SessionSettings(
        int threads,
        Optimization optimization,
        boolean arena,
        boolean spinning,
        Map<String, String> config,
        Optional<SessionDevice> device,
        Optional<PrepackedWeights> weights,
        Optional<Path> profile) {
    private static final String AS_WRITTEN = "agentopt.as_written"; // ONNX Runtime keeps keys that it does not know

    /** Levels of graph optimisation. */
    public enum Optimization {
        NONE(0),
        BASIC(1),
        EXTENDED(2),
        ALL(99);

        private final int level;

        Optimization(int level) {
            this.level = level;
        }

        int level() {
            return level;
        }
    }

    public SessionSettings {
        if (threads < 1)
            throw new IllegalArgumentException("The threads (" + threads + ") of a session must be at least 1.");
        config = Map.copyOf(config);
    }

    /** Settings without sharing and profile. */
    public SessionSettings(
            int threads,
            Optimization optimization,
            boolean arena,
            boolean spinning,
            Map<String, String> config,
            Optional<SessionDevice> device) {
        this(threads, optimization, arena, spinning, config, device, Optional.empty(), Optional.empty());
    }

    /** {@return settings for the CPU: everything optimised, arena on, no spinning} */
    public static SessionSettings cpu(int threads) {
        return new SessionSettings(threads, Optimization.ALL, true, false, Map.of(), Optional.empty());
    }

    /** {@return these settings on a provider's device, without fallback to the CPU} */
    public SessionSettings on(SessionDevice where) {
        return new SessionSettings(threads, optimization, arena, spinning, config, Optional.of(where), weights, profile)
                .with("session.disable_cpu_ep_fallback", "1");
    }

    /** {@return these settings with a further one, by ONNX Runtime's name} */
    public SessionSettings with(String key, String value) {
        Map<String, String> all = new HashMap<>(config);
        all.put(key, value);
        return new SessionSettings(threads, optimization, arena, spinning, all, device, weights, profile);
    }

    /** {@return these settings, by which a model runs as its file is written: no nodes are joined to one of this library's} */
    public SessionSettings asWritten() {
        return with(AS_WRITTEN, "1");
    }

    boolean isAsWritten() {
        return config.containsKey(AS_WRITTEN);
    }

    /** {@return these settings with a record of where nodes went, for {@link OrtSession#assignment}} */
    public SessionSettings recordingAssignment() {
        return with(GraphAssignment.CONFIG, "1");
    }

    /** {@return these settings with shared weights} */
    public SessionSettings sharing(PrepackedWeights shared) {
        return new SessionSettings(
                threads, optimization, arena, spinning, config, device, Optional.of(shared), profile);
    }

    /** {@return these settings with a profile; a time and the suffix .json follow the prefix} */
    public SessionSettings profiling(Path prefix) {
        return new SessionSettings(
                threads, optimization, arena, spinning, config, device, weights, Optional.of(prefix));
    }
}
