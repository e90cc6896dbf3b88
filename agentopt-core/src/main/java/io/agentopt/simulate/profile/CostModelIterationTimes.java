package io.agentopt.simulate.profile;

import io.agentopt.cost.CostModel;
import io.agentopt.cost.Estimate;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.ModelSpec;
import io.agentopt.simulate.server.IterationTimes;
import io.agentopt.simulate.server.IterationWork;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Iterations as the cost model sees them:
 *
 * <pre>
 * seconds = decode step(sequences, mean context) + sum over chunks of fused prefill(chunk)     with sequences that decode
 * seconds = prefill(largest chunk) + sum over the others of fused prefill(chunk)               without
 * </pre>
 *
 * Decode steps are asked for at contexts a power of 2 apart and interpolated linearly, as attention reads in proportion to the context. Not
 * thread-safe.
 */
public final class CostModelIterationTimes implements IterationTimes {
    private static final int CONTEXTS = 31; // 2^0 to 2^30 tokens

    private final CostModel costs;
    private final ModelSpec model;
    private final DeviceSpec device;
    private final int tensorParallel;
    private double[] @Nullable [] steps =
            new double[256][]; // by sequences and power of 2 of the context; 0 where not asked for yet

    /**
     * Times of a model on devices.
     *
     * @param tensorParallel devices that share each layer, at least 1
     * @throws IllegalArgumentException if the cost model has no time for a step of one sequence, with its reason
     */
    public CostModelIterationTimes(CostModel costs, ModelSpec model, DeviceSpec device, int tensorParallel) {
        this.costs = Objects.requireNonNull(costs, "costs");
        this.model = Objects.requireNonNull(model, "model");
        this.device = Objects.requireNonNull(device, "device");
        this.tensorParallel = tensorParallel;
        step(1, 0);
        chunk(1, 0, false);
    }

    @Override
    public double seconds(IterationWork work) {
        int largest = -1;
        double seconds = 0;
        if (work.decodes() > 0) {
            seconds = decode(work.decodes(), (double) work.decodeContextTokens() / work.decodes());
        } else {
            for (int i = 0; i < work.chunks(); i++) {
                if (largest < 0 || work.chunkTokens(i) > work.chunkTokens(largest)) largest = i;
            }
        }
        for (int i = 0; i < work.chunks(); i++) {
            seconds += chunk(work.chunkTokens(i), work.chunkContext(i), i != largest);
        }
        return seconds;
    }

    private double decode(int sequences, double context) {
        int power = Math.min(CONTEXTS - 2, Math.getExponent(Math.max(1, context)));
        double low = 1L << power;
        double below = step(sequences, power);
        return context <= low ? below : below + (context - low) / low * (step(sequences, power + 1) - below);
    }

    private double step(int sequences, int power) {
        if (sequences >= steps.length) {
            double[] @Nullable [] more = new double[Math.max(sequences + 1, 2 * steps.length)][];
            System.arraycopy(steps, 0, more, 0, steps.length);
            steps = more;
        }
        double[] row = steps[sequences];
        if (row == null) {
            row = new double[CONTEXTS];
            steps[sequences] = row;
        }
        if (row[power] == 0) {
            Estimate estimate = costs.decodeStep(model, device, tensorParallel, 1 << power, sequences);
            row[power] = estimate instanceof Estimate.Infeasible && power > 1
                    ? further(sequences, power)
                    : known(estimate, "A decode step of " + sequences + " sequences");
        }
        return row[power];
    }

    /** Contexts beyond the memory only mark the end of a line: whether a batch fits is the server's to know, which counts shared blocks once. */
    private double further(int sequences, int power) {
        double below = step(sequences, power - 1);
        return below + 2 * Math.max(0, below - step(sequences, power - 2));
    }

    private double chunk(int tokens, int before, boolean fused) {
        int prompt = before + tokens;
        Estimate estimate = fused
                ? costs.fusedPrefill(model, device, tensorParallel, prompt, 1, before)
                : costs.prefill(model, device, tensorParallel, prompt, 1, before);
        return estimate instanceof Estimate.Known k ? k.seconds() : known(estimate, "A prompt chunk");
    }

    private double known(Estimate estimate, String what) {
        return switch (estimate) {
            case Estimate.Known k -> k.seconds();
            case Estimate.Unknown u -> throw timeless(what, u.reason());
            case Estimate.Infeasible i -> throw timeless(what, i.reason());
        };
    }

    private IllegalArgumentException timeless(String what, String reason) {
        return new IllegalArgumentException(what + " of model '" + model.id() + "' on " + tensorParallel + " x '"
                + device.id() + "' cannot be simulated, for the cost model has no time: " + reason);
    }
}
