package io.agentopt.operator;

import io.agentopt.message.Tensor;
import io.agentopt.message.Tensors;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Runs a model file (ONNX): one port an input, each a {@link Tensor}, an embedding or sound; a {@link Tensor} out, or {@link Tensors} where several outputs
 * are asked for.
 *
 * @param <O> {@link Tensor} or {@link Tensors}
 * @param model the model
 * @param inputs names of the model's inputs, in port order
 * @param outputs names of the model's outputs that are wanted
 * @param work of one run for the planner; {@code OnnxDemand} reads it off a file
 */
public record Infer<O>(ModelRef model, List<String> inputs, List<String> outputs, Optional<Work> work)
        implements Operator<Object, O> {
    public Infer {
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(work, "work");
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        names(model, "input", inputs);
        names(model, "output", outputs);
    }

    /** {@return a run of a model that gives one tensor} */
    public static Infer<Tensor> one(ModelRef model, String output, List<String> inputs) {
        return new Infer<>(model, inputs, List.of(output), Optional.empty());
    }

    /** {@return a run of a model that gives several tensors} */
    public static Infer<Tensors> several(ModelRef model, List<String> outputs, List<String> inputs) {
        if (outputs.size() < 2)
            throw new IllegalArgumentException(
                    "The outputs " + outputs + " of model '" + model + "' are not several. Ask for one: Infer.one.");
        return new Infer<>(model, inputs, outputs, Optional.empty());
    }

    /** {@return this operator with what one run costs} */
    public Infer<O> costing(Work ofARun) {
        return new Infer<>(model, inputs, outputs, Optional.of(ofARun));
    }

    private static void names(ModelRef model, String what, List<String> names) {
        if (names.isEmpty())
            throw new IllegalArgumentException("No " + what + " of model '" + model + "' is named. Name at least one.");
        if (names.stream().anyMatch(String::isBlank) || new HashSet<>(names).size() < names.size())
            throw new IllegalArgumentException("The " + what + "s " + names + " of model '" + model
                    + "' must have names that are not blank and differ.");
    }

    @Override
    public int arity() {
        return inputs.size();
    }

    @Override
    public String kind() {
        return "infer";
    }
}
