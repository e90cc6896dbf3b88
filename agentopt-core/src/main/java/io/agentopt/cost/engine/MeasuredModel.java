package io.agentopt.cost.engine;

import java.util.Objects;

/**
 * The model whose passes an efficiency was fitted to. Work does not name its model, but has the bytes of weights that lie in memory all the
 * while: they tell it.
 *
 * @param id the model's id
 * @param weightBytes {@code Demand.residentBytes} of its passes, bytes
 */
public record MeasuredModel(String id, double weightBytes) {
    public MeasuredModel {
        Objects.requireNonNull(id, "id");
        if (id.isBlank()) throw new IllegalArgumentException("The id of a measured model is blank. Name the model.");
        if (!(weightBytes >= 0 && Double.isFinite(weightBytes))) {
            throw new IllegalArgumentException("The weightBytes (" + weightBytes + ") of measured model '" + id
                    + "' must be finite and at least 0.");
        }
    }
}
