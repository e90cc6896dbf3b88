package io.agentopt.cost;

import io.agentopt.hardware.DeviceSpec;
import io.agentopt.hardware.Link;
import io.agentopt.model.ModelSpec;

/**
 * A mixture of experts over N devices: each holds E / N experts of every mixture layer and a copy of everything else, works on T / N of the
 * tokens, and sends them to the devices of the experts that they visit and back.
 *
 * <pre>
 * weights of a device = everything else + ceil(E / N) experts
 * copies of a token   = (N - 1) (1 - prod over i below k of (E - E/N - i) / (E - i))      devices other than its own that hold one of its k
 * bytes of a device   = T / N * copies * h a, out and in, for each of the 2 exchanges of a mixture layer      (a bytes per activation)
 * imbalance           = E[max of N loads] / mean load, mean = T k / N
 * E[max]              = sum over x from 0 of 1 - F(x)^N,   F of a Poisson distribution with that mean
 * </pre>
 *
 * Derivation: with uniform routing a token's k experts are a random subset, so a device with E / N of the E holds none of them with the
 * hypergeometric probability above (one copy goes to a device, whatever number of its experts is visited). Loads of devices are taken as
 * independent Poisson counts, which is right for many experts; trained routers are less uniform than that, so the imbalance is a lower bound.
 * Exchanges do not overlap arithmetic.
 *
 * @param device work of the most loaded device, all passes
 * @param devices N, at least 1
 * @param imbalance load of the most loaded device over the mean, at least 1
 * @param exchanges dispatches and combines, of all layers and passes
 * @param exchangeBytes bytes that a device sends in one of them
 */
public record ExpertParallel(Demand device, int devices, double imbalance, double exchanges, double exchangeBytes) {

    /**
     * Spreads the experts of a model over devices.
     *
     * @param model a mixture of experts
     * @param demand its work, of {@link TransformerDemand}
     * @throws IllegalArgumentException if the model has no experts, or fewer than there are devices
     */
    public static ExpertParallel of(ModelSpec model, Demand demand, int devices) {
        int experts = model.experts().count();
        if (devices < 1 || devices > experts) {
            throw new IllegalArgumentException("Model '" + model.id() + "' has " + experts + " experts, which "
                    + devices + " devices cannot share: use 1 to " + experts + " devices"
                    + (experts == 0 ? ", or tensor parallelism for a dense model." : "."));
        }
        double passes = demand.operators();
        double activation = model.compute().bytes();
        double tokens = demand.reductions() == 0
                ? 0
                : demand.reduceBytes() / demand.reductions() / (model.hidden() * activation);
        Parameters p = Parameters.of(model);
        double mixtures = model.layers() - Math.min(model.experts().denseLayers(), model.layers());
        double imbalance = imbalance(tokens * p.expertsPerToken() / devices, devices);
        double routed = 2 * p.routedPerExpert() * p.expertsPerToken() * tokens * passes;
        double held = Math.ceil((double) experts / devices);
        double bytes = model.bytesPerWeight();
        double dense = demand.weightBytes() - passes * (p.touchedBy(tokens) - p.touchedBy(0)) * bytes;
        double visited = (p.touchedBy(tokens) - p.touchedBy(0)) * held / experts * bytes;
        Demand one = new Demand(
                (demand.flops() - routed) / devices + routed / devices * imbalance,
                demand.bytesRead() / devices,
                demand.bytesWritten() / devices,
                dense + passes * visited,
                demand.residentBytes() - p.routedPerExpert() * (experts - held) * bytes,
                demand.kvBytesResident() / devices,
                demand.layers(),
                demand.operators(),
                0,
                0,
                demand.precision(),
                demand.operatorClass());
        double copies = (devices - 1) * (1 - missed(experts, held, p.expertsPerToken()));
        return new ExpertParallel(
                one,
                devices,
                imbalance,
                devices == 1 ? 0 : 2 * mixtures * passes,
                tokens / devices * copies * model.hidden() * activation);
    }

    /** Probability that a device with {@code held} of the experts has none of the {@code chosen} ones. */
    private static double missed(double experts, double held, int chosen) {
        double none = 1;
        for (int i = 0; i < chosen; i++) none *= Math.max(0, experts - held - i) / (experts - i);
        return none;
    }

    /**
     * {@return the expected largest of N loads over their mean, with uniform routing}
     *
     * @param mean visits of a device's experts by a pass's tokens; 0 gives 1
     * @param devices N
     */
    public static double imbalance(double mean, int devices) {
        if (devices == 1 || mean <= 0) return 1;
        double spread = 12 * Math.sqrt(mean) + 30;
        int first = (int) Math.max(0, Math.floor(mean - spread)), last = (int) Math.ceil(mean + spread);
        double[] weight = new double[last - first + 1];
        int mode = (int) Math.floor(mean);
        weight[mode - first] = 1;
        for (int x = mode + 1; x <= last; x++) weight[x - first] = weight[x - first - 1] * mean / x;
        for (int x = mode; x > first; x--) weight[x - first - 1] = weight[x - first] * x / mean;
        double total = 0;
        for (double w : weight) total += w;
        double below = 0, largest = first;
        for (double w : weight) {
            below += w / total;
            largest += 1 - Math.pow(Math.min(1, below), devices);
        }
        return Math.max(1, largest / mean);
    }

    /** {@return seconds of all exchanges: each device sends its bytes over its own link} */
    public double exchangeSeconds(Link link) {
        return exchanges * link.seconds(exchangeBytes);
    }

    /**
     * Estimates the time of all the work.
     *
     * @param spec one of the devices, all of a kind
     * @param link between two of them
     * @return as the cost model; exchanges count as collective time
     */
    public Estimate seconds(CostModel cost, DeviceSpec spec, Link link) {
        return switch (cost.seconds(device, spec, 1)) {
            case Estimate.Known k -> {
                double exchange = exchangeSeconds(link);
                Estimate.Breakdown b = k.breakdown();
                yield new Estimate.Known(
                        k.seconds() + exchange,
                        k.relativeSpread(),
                        k.confidence(),
                        new Estimate.Breakdown(
                                b.computeSeconds(),
                                b.memorySeconds(),
                                b.floorSeconds(),
                                b.collectiveSeconds() + exchange));
            }
            case Estimate.Unknown u -> u;
            case Estimate.Infeasible i -> i;
        };
    }
}
