package io.agentopt.model;

import java.util.Objects;

/**
 * A model of which only the size is known: its weights can be placed, its time cannot be estimated from shapes.
 *
 * @param id unique name
 * @param parameters published count
 * @param weights number format of the weights
 */
public record UnshapedModel(String id, double parameters, Precision weights) implements SpeechModel {
    public UnshapedModel {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(weights, "weights");
        if (id.isBlank()) throw new IllegalArgumentException("A model needs a name; its id is blank.");
        if (!(parameters > 0 && Double.isFinite(parameters))) {
            throw new IllegalArgumentException(
                    "The parameters (" + parameters + ") of model '" + id + "' must be a finite number above 0.");
        }
    }

    /** {@return bytes that the weights occupy} */
    public double weightBytes() {
        return parameters * weights.bytes();
    }
}
