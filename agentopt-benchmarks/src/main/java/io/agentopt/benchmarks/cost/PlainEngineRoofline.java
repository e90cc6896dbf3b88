package io.agentopt.benchmarks.cost;

import io.agentopt.cost.Demand;
import io.agentopt.cost.Parameters;
import io.agentopt.cost.TransformerDemand;
import io.agentopt.cost.engine.Deployment;
import io.agentopt.cost.engine.EngineLoad;
import io.agentopt.cost.engine.EngineMeasurement;
import io.agentopt.cost.engine.EngineMetric;
import io.agentopt.model.ModelSpec;
import java.util.List;
import org.apache.commons.math3.optim.InitialGuess;
import org.apache.commons.math3.optim.MaxEval;
import org.apache.commons.math3.optim.nonlinear.scalar.GoalType;
import org.apache.commons.math3.optim.nonlinear.scalar.ObjectiveFunction;
import org.apache.commons.math3.optim.nonlinear.scalar.noderiv.NelderMeadSimplex;
import org.apache.commons.math3.optim.nonlinear.scalar.noderiv.SimplexOptimizer;

/**
 * The peer: max(FLOP / (peak * ec), bytes / (bandwidth * em)) + overhead per pass, and two all-reduces a layer at 0.7 of the link and 10 us.
 * Three terms, fitted to the same calibration rows by log errors; nothing of continuous batching but the prefill term.
 *
 * @param compute share of the peak rate
 * @param memory share of the bandwidth
 * @param overhead per pass, s
 */
record PlainEngineRoofline(double compute, double memory, double overhead) {
    /** What published planners assume: 0.6, 0.8, 1 ms. */
    static final PlainEngineRoofline GENERIC = new PlainEngineRoofline(0.6, 0.8, 1e-3);

    static PlainEngineRoofline fit(List<EngineMeasurement> rows) {
        PlainEngineRoofline best = GENERIC;
        double least = Double.MAX_VALUE;
        for (double[] start :
                new double[][] {{0, 1, Math.log(1e-3)}, {-1, 1, Math.log(1e-2)}, {0, 0, Math.log(1e-4)}}) {
            double[] u = new SimplexOptimizer(1e-8, 1e-8)
                    .optimize(
                            new MaxEval(20_000),
                            new ObjectiveFunction(v -> loss(bounded(v), rows)),
                            GoalType.MINIMIZE,
                            new InitialGuess(start),
                            new NelderMeadSimplex(3, 0.5))
                    .getPointRef();
            double loss = loss(bounded(u), rows);
            if (loss < least) {
                least = loss;
                best = bounded(u);
            }
        }
        return best;
    }

    double seconds(EngineMeasurement at) {
        Deployment d = at.deployment();
        EngineLoad load = at.load();
        int context = load.promptTokens() + Math.max(1, load.outputTokens() / 2);
        ModelSpec model = d.model();
        return switch (at.metric()) {
            case TIME_TO_FIRST_TOKEN -> pass(d, prefill(model, load, load.batch()));
            case TOKEN_TIME -> pass(d, TransformerDemand.decodeStep(model, context, load.batch()));
            case SERVED_TOKEN_TIME ->
                pass(d, TransformerDemand.decodeStep(model, context, load.batch()))
                        + (load.batch() - 1.0) / load.outputTokens() * pass(d, prefill(model, load, 1));
            case REQUEST ->
                pass(d, prefill(model, load, load.batch()))
                        + (load.outputTokens() - 1)
                                * pass(d, TransformerDemand.decodeStep(model, context, load.batch()));
            case LAYER_PREFILL, LAYER_DECODE -> layer(d, load, at.metric());
        };
    }

    private double layer(Deployment d, EngineLoad load, EngineMetric metric) {
        Demand all = metric == EngineMetric.LAYER_PREFILL
                ? prefill(d.model(), load, load.batch())
                : TransformerDemand.decodeStep(d.model(), load.promptTokens(), load.batch());
        double head = Parameters.of(d.model()).head();
        double flops = all.flops() - 2 * head * load.batch();
        double bytes = all.trafficBytes() - head * d.model().weights().bytes();
        double layers = d.model().layers();
        return roofline(d, flops / layers, bytes / layers) + overhead + reductions(d, all) / layers;
    }

    private static Demand prefill(ModelSpec model, EngineLoad load, int batch) {
        return TransformerDemand.prefill(model, load.promptTokens(), batch);
    }

    private double pass(Deployment d, Demand work) {
        return roofline(d, work.flops(), work.trafficBytes()) + overhead + reductions(d, work);
    }

    private double roofline(Deployment d, double flops, double bytes) {
        double peak = d.device().peakFlops(d.model().compute()).orElseThrow();
        double n = d.tensorParallel();
        return Math.max(flops / (n * peak * compute), bytes / (n * d.device().memoryBytesPerSecond() * memory));
    }

    private static double reductions(Deployment d, Demand work) {
        double n = d.tensorParallel();
        double link = d.device().intraNodeBytesPerSecond().orElse(0);
        return n == 1 || link == 0
                ? 0
                : 2 * (n - 1) / n * work.reduceBytes() / (link * 0.7) + work.reductions() * 10e-6;
    }

    private static double loss(PlainEngineRoofline roofline, List<EngineMeasurement> rows) {
        double sum = 0;
        for (EngineMeasurement row : rows) sum += Math.abs(Math.log(roofline.seconds(row) / row.seconds()));
        return sum;
    }

    private static PlainEngineRoofline bounded(double[] u) {
        return new PlainEngineRoofline(
                1.05 / (1 + Math.exp(-u[0])), 1.05 / (1 + Math.exp(-u[1])), Math.clamp(Math.exp(u[2]), 1e-7, 0.1));
    }
}
