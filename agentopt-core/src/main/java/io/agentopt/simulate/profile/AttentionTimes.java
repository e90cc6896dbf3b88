package io.agentopt.simulate.profile;

import io.agentopt.cost.importer.LlmServingSimImporter.AttentionTime;
import io.agentopt.simulate.server.IterationWork;
import java.util.List;

/**
 * Attention of one layer in one iteration, from measured kernels over one prompt chunk, or sequences that decode with equal contexts, or both.
 *
 * <pre>
 * seconds = overlap * (prefill + decode)
 * prefill = sum over chunks of prefill(tokens, context) - (chunks - 1) * floor
 * decode  = decode(sequences, mean context)
 * </pre>
 *
 * {@code overlap} is what a kernel over both took, over the sum of its parts: interpolated over the four numbers, for the largest chunk. The
 * floor is the shortest prompt kernel: a launch that several chunks of one iteration share. A chunk longer than measured is taken in pieces.
 */
final class AttentionTimes {
    private final RaggedGrid prefill;
    private final RaggedGrid decode;
    private final RaggedGrid overlap;
    private final double floorSeconds;
    private final double[] two = new double[2];
    private final double[] four = new double[4];

    AttentionTimes(List<AttentionTime> times) {
        RaggedGrid.Builder prompts = new RaggedGrid.Builder();
        RaggedGrid.Builder decodes = new RaggedGrid.Builder();
        double shortest = Double.POSITIVE_INFINITY;
        for (AttentionTime t : times) {
            if (t.decodes() == 0) {
                prompts.put(t.seconds(), t.prefillTokens(), t.prefillContext());
                shortest = Math.min(shortest, t.seconds());
            } else if (t.prefillTokens() == 0) {
                decodes.put(t.seconds(), t.decodes(), t.decodeContext());
            }
        }
        if (prompts.isEmpty() || decodes.isEmpty()) {
            throw new IllegalArgumentException(
                    "An attention profile needs kernels with a prompt alone and kernels with decodes"
                            + " alone; of " + times.size() + " rows none has "
                            + (prompts.isEmpty() ? "the first" : "the second")
                            + ". Is the file complete?");
        }
        prefill = prompts.build(true);
        decode = decodes.build(true);
        floorSeconds = shortest;
        RaggedGrid.Builder shares = new RaggedGrid.Builder();
        shares.put(1, 1, 0, 1, 1);
        for (AttentionTime t : times) {
            if (t.prefillTokens() == 0 || t.decodes() == 0) continue;
            double parts = chunk(t.prefillTokens(), t.prefillContext()) + decode(t.decodes(), t.decodeContext());
            shares.put(t.seconds() / parts, t.prefillTokens(), t.prefillContext(), t.decodes(), t.decodeContext());
        }
        overlap = shares.build(false);
    }

    double seconds(IterationWork work) {
        int decodes = work.decodes();
        double context = decodes == 0 ? 0 : (double) work.decodeContextTokens() / decodes;
        double decodeSeconds = decodes == 0 ? 0 : decode(decodes, context);
        if (work.chunks() == 0) return decodeSeconds;
        double prefillSeconds = floorSeconds;
        int largest = 0;
        for (int i = 0; i < work.chunks(); i++) {
            prefillSeconds += chunk(work.chunkTokens(i), work.chunkContext(i)) - floorSeconds;
            if (work.chunkTokens(i) > work.chunkTokens(largest)) largest = i;
        }
        if (decodes == 0) return prefillSeconds;
        four[0] = work.chunkTokens(largest);
        four[1] = work.chunkContext(largest);
        four[2] = decodes;
        four[3] = context;
        return overlap.at(four) * (prefillSeconds + decodeSeconds);
    }

    private double decode(double sequences, double context) {
        two[0] = sequences;
        two[1] = context;
        return decode.at(two);
    }

    private double chunk(int tokens, int context) {
        int longest = (int) prefill.last();
        double seconds = floorSeconds;
        int done = 0;
        while (done < tokens) {
            two[0] = Math.min(longest, tokens - done);
            two[1] = (double) context + done;
            seconds += prefill.at(two) - floorSeconds;
            done += (int) two[0];
        }
        return seconds;
    }
}
