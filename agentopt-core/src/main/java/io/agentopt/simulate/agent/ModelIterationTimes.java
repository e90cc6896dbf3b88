package io.agentopt.simulate.agent;

import io.agentopt.cost.CostModel;
import io.agentopt.cost.Estimate;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.ModelSpec;
import io.agentopt.simulate.server.IterationTimes;
import io.agentopt.simulate.server.IterationWork;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Iterations of an engine by the cost model. Prompts ride on decode steps, so the weights pass once:
 *
 * <pre>
 * decode only   D(n, c)                                    n sequences of mean context c
 * prompts only  P(k1) + sum over further chunks (P(k) - D(1))+
 * both          D(n, c) + sum over chunks (P(k) - D(1))+
 * seconds = that / speed                                    speed below 1 where models share devices
 * </pre>
 *
 * Decode steps are asked for once a number of sequences and a context of a geometric grid, and interpolated between.
 */
final class ModelIterationTimes implements IterationTimes {
    private static final double GRID = 1.3;
    private static final int GRID_POINTS = 64;

    private final CostModel cost;
    private final ModelSpec model;
    private final DeviceSpec device;
    private final int degree;
    private final double speed;
    private final Map<Integer, double[]> decodes = new HashMap<>();
    private final Map<Long, Double> prefills = new HashMap<>();

    ModelIterationTimes(CostModel cost, ModelSpec model, DeviceSpec device, int degree, double speed) {
        this.cost = cost;
        this.model = model;
        this.device = device;
        this.degree = degree;
        this.speed = speed;
    }

    @Override
    public double seconds(IterationWork work) {
        int n = work.decodes();
        double seconds = n == 0 ? 0 : decode(n, (double) work.decodeContextTokens() / n);
        for (int i = 0; i < work.chunks(); i++) {
            double chunk = prefill(work.chunkTokens(i), work.chunkContext(i));
            seconds += seconds == 0 ? chunk : added(chunk, work.chunkTokens(i) + work.chunkContext(i));
        }
        return seconds / speed;
    }

    /** {@return seconds of a decode step, any number of sequences from 1} */
    double decodeSeconds(double sequences, double context) {
        double whole = Math.floor(sequences);
        double part = sequences - whole;
        double few = decode((int) whole, context);
        return (part == 0 ? few : few + part * (decode((int) whole + 1, context) - few)) / speed;
    }

    /** {@return seconds to read a prompt with nothing else running} */
    double promptSeconds(int tokens) {
        return prefill(tokens, 0) / speed;
    }

    /** {@return seconds that a prompt adds to an iteration that runs anyway} */
    double addedByPrompt(int tokens) {
        return added(prefill(tokens, 0), tokens) / speed;
    }

    private double added(double alone, int context) {
        return Math.max(0, alone - decode(1, context));
    }

    private double decode(int sequences, double context) {
        double place = Math.log(Math.max(1, context)) / Math.log(GRID);
        int below = Math.min(GRID_POINTS - 2, (int) place);
        double low = atGrid(sequences, below);
        double from = gridTokens(below);
        double to = gridTokens(below + 1);
        if (context <= from) return low;
        double high = atGrid(sequences, below + 1);
        return low + (high - low) * (context - from) / (to - from);
    }

    private double atGrid(int sequences, int point) {
        double[] row = decodes.computeIfAbsent(sequences, k -> {
            double[] empty = new double[GRID_POINTS];
            Arrays.fill(empty, Double.NaN);
            return empty;
        });
        if (Double.isNaN(row[point])) row[point] = step(sequences, point);
        return row[point];
    }

    /** Where the cache of so many sequences of this context would not fit, fewer tokens' time stands: the server never gets there. */
    private double step(int sequences, int point) {
        for (int p = point; p > 0; p--) {
            if (cost.decodeStep(model, device, degree, (int) gridTokens(p), sequences) instanceof Estimate.Known k) {
                return k.seconds();
            }
        }
        return known(cost.decodeStep(model, device, degree, 1, sequences));
    }

    private double prefill(int tokens, int before) {
        return prefills.computeIfAbsent(
                (long) before << 32 | tokens,
                k -> known(cost.prefill(model, device, degree, before + tokens, 1, before)));
    }

    private double known(Estimate estimate) {
        return switch (estimate) {
            case Estimate.Known k -> k.seconds();
            case Estimate.Unknown u -> throw impossible(u.reason());
            case Estimate.Infeasible i -> throw impossible(i.reason());
        };
    }

    private IllegalArgumentException impossible(String reason) {
        return new IllegalArgumentException("Model '" + model.id() + "' on " + degree + " x '" + device.id()
                + "' cannot be simulated: " + reason + " Simulate with the cost model of the plan.");
    }

    private static double gridTokens(int point) {
        return Math.floor(Math.pow(GRID, point));
    }
}
