package io.agentopt.cost;

import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.ModelSpec;

/**
 * Tells how long work takes. Implementations are immutable and thread-safe; an estimate takes about a microsecond.
 *
 * <p>Work of a known language model is best asked for by model ({@link #prefill}, {@link #decode}): a model of a serving engine knows more
 * about a pass than its {@link Demand} says. Without one they go by {@link TransformerDemand}.
 */
public interface CostModel {
    /**
     * Estimates work on one device or on several of a kind that share it.
     *
     * @param demand the work, in total
     * @param device one of the devices
     * @param tensorParallel how many share the work, at least 1
     * @return a time, or why there is none; never NaN
     */
    Estimate seconds(Demand demand, DeviceSpec device, int tensorParallel);

    /** Estimates work on one device. */
    default Estimate seconds(Demand demand, DeviceSpec device) {
        return seconds(demand, device, 1);
    }

    /**
     * Adds the time of work to a sum; what {@link #seconds(Demand, DeviceSpec, int)} says, for loops that must not make objects.
     *
     * @param sum takes the time, or why there is none
     */
    default void addSeconds(Demand demand, DeviceSpec device, int tensorParallel, SecondsSum sum) {
        sum.add(seconds(demand, device, tensorParallel));
    }

    /**
     * Estimates reading prompts up to their first new token, nothing else running.
     *
     * @param tensorParallel how many devices share the work, at least 1
     * @param promptTokens tokens of each prompt, cached prefix included
     * @param batch prompts
     * @param cachedPrefix leading tokens of each whose KV entries exist already, below {@code promptTokens}
     */
    default Estimate prefill(
            ModelSpec model, DeviceSpec device, int tensorParallel, int promptTokens, int batch, int cachedPrefix) {
        return seconds(TransformerDemand.prefill(model, promptTokens, batch, cachedPrefix), device, tensorParallel);
    }

    /**
     * Estimates what prompts add to a decode step that reads them along (chunked prefill): weights and fixed times are the step's. Here the demand of
     * a prefill without them.
     *
     * @param tensorParallel how many devices share the work, at least 1
     * @param promptTokens tokens of each prompt up to the end of its chunk, those before included
     * @param batch prompts
     * @param cachedPrefix leading tokens of each that were read before, below {@code promptTokens}
     */
    default Estimate fusedPrefill(
            ModelSpec model, DeviceSpec device, int tensorParallel, int promptTokens, int batch, int cachedPrefix) {
        Demand alone = TransformerDemand.prefill(model, promptTokens, batch, cachedPrefix);
        return seconds(alone.fused(), device, tensorParallel);
    }

    /**
     * Estimates all decode steps of completions that run together: one fewer than output tokens, as prefill gives the first.
     *
     * @param promptTokens tokens of each prompt
     * @param outputTokens tokens of each completion, at least 1
     * @param batch sequences
     */
    default Estimate decode(
            ModelSpec model, DeviceSpec device, int tensorParallel, int promptTokens, int outputTokens, int batch) {
        return seconds(TransformerDemand.decode(model, promptTokens, outputTokens, batch), device, tensorParallel);
    }

    /**
     * Estimates one decode step.
     *
     * @param contextTokens tokens that each new token attends to, itself included
     * @param batch sequences
     */
    default Estimate decodeStep(ModelSpec model, DeviceSpec device, int tensorParallel, int contextTokens, int batch) {
        return seconds(TransformerDemand.decodeStep(model, contextTokens, batch), device, tensorParallel);
    }

    /**
     * Estimates an encoder pass.
     *
     * @param tokens tokens of each text
     * @param batch texts
     */
    default Estimate embed(ModelSpec model, DeviceSpec device, int tensorParallel, int tokens, int batch) {
        return seconds(TransformerDemand.embed(model, tokens, batch), device, tensorParallel);
    }
}
