package io.agentopt.examples.tco;

import io.agentopt.model.ModelCatalog;
import io.agentopt.model.ModelSpec;
import io.agentopt.model.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What is served, and under which promise.
 *
 * @param size "8B" or "70B"
 * @param precision of weights, arithmetic and KV cache
 * @param promptTokens tokens of each prompt
 * @param outputTokens tokens of each answer, at least 2
 * @param target what bounds the batch
 */
record Scenario(String size, Precision precision, int promptTokens, int outputTokens, Target target) {
    /** Llama 3 and 3.1 have the same shapes; the catalog lists 3.1. */
    private static final String MODEL = "meta-llama/Meta-Llama-3.1-";

    /** {@return the paper's: two models, two formats, reasoning and summarising, both promises} */
    static List<Scenario> all() {
        List<Scenario> all = new ArrayList<>();
        for (Target target : Target.values()) {
            for (int[] shape : new int[][] {{512, 4096}, {4096, 512}}) {
                for (String size : List.of("8B", "70B")) {
                    for (Precision p : List.of(Precision.FP16, Precision.FP8)) {
                        all.add(new Scenario(size, p, shape[0], shape[1], target));
                    }
                }
            }
        }
        return all;
    }

    ModelSpec model() {
        return ModelCatalog.packaged().find(MODEL + size).with(precision, precision, precision);
    }

    boolean longPrompt() {
        return promptTokens > outputTokens;
    }

    String workload() {
        return promptTokens + "/" + outputTokens + " " + size + " "
                + precision.id().toUpperCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return workload() + " " + target;
    }
}
