package io.agentopt.runtime.backend.ort;

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
 */
public record SessionSettings(
        int threads,
        Optimization optimization,
        boolean arena,
        boolean spinning,
        Map<String, String> config,
        Optional<EpDevice> device) {
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

    /** {@return settings for the CPU: everything optimised, arena on, no spinning} */
    public static SessionSettings cpu(int threads) {
        return new SessionSettings(threads, Optimization.ALL, true, false, Map.of(), Optional.empty());
    }

    /** {@return these settings on a registered provider's device, without fallback to the CPU} */
    public SessionSettings on(EpDevice where) {
        var strict = new java.util.HashMap<>(config);
        strict.put("session.disable_cpu_ep_fallback", "1");
        return new SessionSettings(threads, optimization, arena, spinning, strict, Optional.of(where));
    }
}
