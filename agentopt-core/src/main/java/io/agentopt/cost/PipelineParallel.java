package io.agentopt.cost;

import io.agentopt.hardware.DeviceSpec;
import io.agentopt.hardware.Link;

/**
 * Work whose layers are spread over p stages of devices, and whose batch is cut into m micro-batches that follow one another through them.
 *
 * <pre>
 * slot    = time of one stage for one micro-batch of one pass + transfer of its activations to the next stage
 * seconds = slot * ((N - 1) max(m, p) + m + p - 1)             N = passes: a micro-batch begins a pass when it has left the last one
 * bubble  = 1 - N m / slots;   with N = 1: (p - 1) / (m + p - 1)
 * bytes   = T h bytes of activations a boundary and pass, over m micro-batches
 * </pre>
 *
 * The slowest stage sets the pace: with Lp layers a pass it has ceil(Lp / p) of them. Embedding and head count as spread like the layers.
 * Every micro-batch reads its stage's weights again. Transfers do not overlap arithmetic. The one-pass form is GPipe's (arXiv 1811.06965).
 *
 * @param microBatch work of the slowest stage for one micro-batch of one pass
 * @param stages p, at least 1
 * @param microBatches m, at least 1
 * @param passes N
 * @param boundaryBytes activations of one micro-batch between two stages, bytes
 */
public record PipelineParallel(Demand microBatch, int stages, int microBatches, double passes, double boundaryBytes) {

    /** Spreads the work of a transformer, whose width follows from its all-reduces: T h = reduced bytes / reductions. */
    public static PipelineParallel of(Demand demand, int stages, int microBatches) {
        if (demand.reductions() == 0 && demand.operators() > 0 && stages > 1) {
            throw new IllegalArgumentException("A demand of " + demand.operatorClass()
                    + " without all-reduces does not say how wide its activations are. Give the bytes between stages.");
        }
        double perPass = demand.reductions() == 0 ? 0 : demand.reduceBytes() / demand.reductions();
        return of(demand, stages, microBatches, perPass);
    }

    /**
     * Spreads any work.
     *
     * @param bytesPerPass activations of the whole batch between two stages in one pass, bytes
     * @throws IllegalArgumentException if there are more stages than layers
     */
    public static PipelineParallel of(Demand demand, int stages, int microBatches, double bytesPerPass) {
        if (stages < 1 || microBatches < 1) {
            throw new IllegalArgumentException("A pipeline of " + stages + " stages and " + microBatches
                    + " micro-batches for " + demand.operatorClass() + " needs at least one of each.");
        }
        if (!(bytesPerPass >= 0 && Double.isFinite(bytesPerPass))) {
            throw new IllegalArgumentException("The activations (" + bytesPerPass + " bytes) between stages of "
                    + demand.operatorClass() + " must be finite and at least 0.");
        }
        double passes = demand.operators();
        double work = passes > 0 ? 1 / (passes * microBatches) : 0;
        double share = share(demand, stages);
        Demand one = new Demand(
                demand.flops() * share * work,
                demand.bytesRead() * share * work,
                demand.bytesWritten() * share * work,
                passes > 0 ? demand.weightBytes() * share / passes : 0,
                demand.residentBytes() * share,
                demand.kvBytesResident() * share,
                passes > 0 ? demand.layers() * share / passes : 0,
                passes > 0 ? 1 : 0,
                demand.reduceBytes() * share * work,
                passes > 0 ? demand.reductions() * share / passes : 0,
                demand.precision(),
                demand.operatorClass(),
                demand.kvParts());
        return new PipelineParallel(one, stages, microBatches, passes, stages == 1 ? 0 : bytesPerPass / microBatches);
    }

    /** What the largest stage has of the whole. */
    private static double share(Demand demand, int stages) {
        double layers = demand.operators() > 0 ? Math.rint(demand.layers() / demand.operators()) : 0;
        if (layers == 0) return 1.0 / stages; // an operator without layers is taken to divide evenly
        if (stages > layers) {
            throw new IllegalArgumentException("A pipeline of " + stages + " stages for " + demand.operatorClass()
                    + " has more stages than the model has layers (" + (long) layers + "). Use at most that many.");
        }
        return Math.ceil(layers / stages) / layers;
    }

    /** {@return all work of the slowest stage} */
    public Demand stage() {
        return microBatch.times(passes * microBatches);
    }

    /** {@return slots from the first micro-batch's start at the first stage to the last one's end at the last stage} */
    public double slots() {
        double fill = (double) microBatches + stages - 1;
        return passes <= 1 ? passes * fill : (passes - 1) * Math.max(microBatches, stages) + fill;
    }

    /** {@return share of the time in which a stage waits, in [0, 1)} */
    public double bubble() {
        return passes == 0 ? 0 : 1 - passes * microBatches / slots();
    }

    /** {@return activations that cross all boundaries in all passes, bytes} */
    public double transferBytes() {
        return boundaryBytes * microBatches * passes * (stages - 1);
    }

    /**
     * Estimates the time of all the work.
     *
     * @param device one of the devices, all of a kind
     * @param tensorParallel devices of each stage
     * @param link between two stages
     * @return as the cost model; transfers count as collective time
     */
    public Estimate seconds(CostModel cost, DeviceSpec device, int tensorParallel, Link link) {
        return switch (cost.seconds(microBatch, device, tensorParallel)) {
            case Estimate.Known k -> {
                double transfer = stages == 1 ? 0 : link.seconds(boundaryBytes);
                double slots = slots();
                Estimate.Breakdown b = k.breakdown();
                yield new Estimate.Known(
                        slots * (k.seconds() + transfer),
                        k.relativeSpread(),
                        k.confidence(),
                        new Estimate.Breakdown(
                                slots * b.computeSeconds(),
                                slots * b.memorySeconds(),
                                slots * b.floorSeconds(),
                                slots * (b.collectiveSeconds() + transfer)));
            }
            case Estimate.Unknown u -> u;
            case Estimate.Infeasible i -> i;
        };
    }
}
