package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Names of a session's inputs and outputs as runs take them: in native memory, written once, as long as this is reachable. */
final class SessionNames {
    private final Arena arena = Arena.ofAuto();
    private final List<String> inputs;
    private final List<String> outputs;
    private final MemorySegment inputTexts;
    private final MemorySegment outputTexts;
    private final Map<String, Output> byName = new HashMap<>();

    /** @param owner of the output, for messages */
    private record Output(MemorySegment text, String owner) {}

    SessionNames(String model, Collection<String> inputs, Collection<String> outputs) {
        this.inputs = List.copyOf(inputs);
        this.outputs = List.copyOf(outputs);
        inputTexts = texts(inputs);
        outputTexts = texts(outputs);
        for (int i = 0; i < outputs.size(); i++) {
            String name = this.outputs.get(i);
            byName.put(name, new Output(outputTexts.getAtIndex(ADDRESS, i), "'" + name + "' of model '" + model + "'"));
        }
    }

    private MemorySegment texts(Collection<String> names) {
        return OrtApi.texts(arena, new ArrayList<>(names));
    }

    /** {@return inputs in the model's order} */
    List<String> inputs() {
        return inputs;
    }

    /** {@return outputs in the model's order} */
    List<String> outputs() {
        return outputs;
    }

    /** {@return the inputs as an array of pointers} */
    MemorySegment inputTexts() {
        return inputTexts;
    }

    /** {@return the outputs as an array of pointers} */
    MemorySegment outputTexts() {
        return outputTexts;
    }

    /** {@return the name of an output} */
    MemorySegment text(String output) {
        return of(output).text();
    }

    /** {@return whose an output is, as the subject of a sentence} */
    String owner(String output) {
        return of(output).owner();
    }

    private Output of(String output) {
        Output found = byName.get(output);
        if (found == null) throw new IllegalStateException("The output '" + output + "' has no name in memory.");
        return found;
    }
}
