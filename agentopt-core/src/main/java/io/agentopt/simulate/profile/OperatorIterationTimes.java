package io.agentopt.simulate.profile;

import io.agentopt.cost.importer.LlmServingSimImporter.LayerTime;
import io.agentopt.simulate.server.IterationTimes;
import io.agentopt.simulate.server.IterationWork;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntToDoubleFunction;

/**
 * Iterations as sums of measured operators:
 *
 * <pre>
 * seconds = embedding(t) + final_layernorm(t) + lm_head(s) + sampler(s) + c * chunk
 *           + L * (2 layernorm(t) + attention(...) + all other operators of a layer (t) + 2 all-reduce(t))
 * </pre>
 *
 * with t tokens, s sequences and c prompt chunks in the iteration and L layers. {@code chunk} is what a prompt chunk takes beside the operators: preparing
 * inputs, and attention over unequal contexts in one kernel, where profiles have equal ones. An operator between measured sizes is interpolated linearly. Not
 * thread-safe.
 */
public final class OperatorIterationTimes implements IterationTimes {
    private static final Set<String> ONCE = Set.of("embedding", "final_layernorm");
    private static final List<String> NEEDED = List.of("qkv_proj", "o_proj", "gate_up_proj", "down_proj", "layernorm");
    private static final String TWICE_A_LAYER = "layernorm"; // before attention and before the feed-forward part

    private final int layers;
    private final double chunkSeconds;
    private final AttentionTimes attention;
    private final double[] byTokens;
    private final double[] bySequences;
    private final IntToDoubleFunction allReduceSeconds;

    /**
     * Times of a model without tensor parallelism.
     *
     * @param layers of the model, at least 1
     * @param chunkSeconds what a prompt chunk takes beside the operators, s; 0 if nobody measured it
     */
    public OperatorIterationTimes(OperatorProfile profile, int layers, double chunkSeconds) {
        this(profile, layers, chunkSeconds, _ -> 0);
    }

    /**
     * Times of a model on one or several devices.
     *
     * @param layers of the model, at least 1
     * @param chunkSeconds what a prompt chunk takes beside the operators, s
     * @param allReduceSeconds of one all-reduce over so many tokens, s
     */
    public OperatorIterationTimes(
            OperatorProfile profile, int layers, double chunkSeconds, IntToDoubleFunction allReduceSeconds) {
        if (layers < 1 || !(chunkSeconds >= 0)) {
            throw new IllegalArgumentException("The layers (" + layers + ") must be at least 1 and the chunkSeconds ("
                    + chunkSeconds + ") not negative.");
        }
        this.layers = layers;
        this.chunkSeconds = chunkSeconds;
        this.attention = new AttentionTimes(profile.attention());
        this.byTokens = tokens(profile.layers(), layers);
        this.bySequences = table(profile.perSequence(), _ -> 1);
        this.allReduceSeconds = allReduceSeconds;
    }

    @Override
    public double seconds(IterationWork work) {
        int tokens = work.tokens();
        return at(byTokens, tokens)
                + at(bySequences, work.sequences())
                + layers * (attention.seconds(work) + 2 * allReduceSeconds.applyAsDouble(tokens))
                + work.chunks() * chunkSeconds;
    }

    private static double[] tokens(List<LayerTime> times, int layers) {
        Set<String> names = new TreeSet<>();
        for (LayerTime t : times) names.add(t.layer());
        for (String needed : NEEDED) {
            if (!names.contains(needed)) {
                throw new IllegalArgumentException("The profile has no operator '" + needed + "'. It has " + names
                        + ": a transformer with dense layers needs all of " + NEEDED + ".");
            }
        }
        return table(times, name -> ONCE.contains(name) ? 1 : name.equals(TWICE_A_LAYER) ? 2 * layers : layers);
    }

    private interface Times {
        int of(String layer);
    }

    /** {@return the sum of all operators at each size from 0 to one beyond the largest measured} */
    private static double[] table(List<LayerTime> times, Times count) {
        SortedMap<String, RaggedGrid.Builder> points = new TreeMap<>();
        int largest = 0;
        for (LayerTime t : times) {
            points.computeIfAbsent(t.layer(), _ -> new RaggedGrid.Builder()).put(t.seconds(), t.size());
            largest = Math.max(largest, t.size());
        }
        double[] sum = new double[largest + 2];
        double[] point = new double[1];
        for (Map.Entry<String, RaggedGrid.Builder> each : points.entrySet()) {
            RaggedGrid curve = each.getValue().build(true);
            for (int size = 0; size < sum.length; size++) {
                point[0] = size;
                sum[size] += count.of(each.getKey()) * curve.at(point);
            }
        }
        return sum;
    }

    private static double at(double[] table, int size) {
        int last = table.length - 1;
        if (size <= last) return table[size];
        return table[last] + (size - last) * (table[last] - table[last - 1]);
    }
}
