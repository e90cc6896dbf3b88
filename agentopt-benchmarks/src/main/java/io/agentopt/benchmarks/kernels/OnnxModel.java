package io.agentopt.benchmarks.kernels;

import io.agentopt.runtime.backend.onnx.OnnxWriter;
import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtBinding;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.backend.ort.OrtSession;
import io.agentopt.runtime.backend.ort.OrtTensor;
import io.agentopt.runtime.backend.ort.SessionSettings;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A model of few operators in ONNX Runtime, on one thread, whose inputs and outputs are bound to memory. Closed with the arena that it is made for. */
final class OnnxModel {
    private final OrtBinding binding;
    private final OrtRunOptions options = OrtRunOptions.create();
    private final Map<String, OrtTensor> outputs = new LinkedHashMap<>();
    private final List<AutoCloseable> resources = new ArrayList<>();

    @SuppressWarnings("restricted")
    OnnxModel(Arena arena, String name, OnnxWriter model) {
        OrtSession session = OrtSession.open(model.model(), name, SessionSettings.cpu(1));
        binding = OrtBinding.of(session);
        resources.addAll(List.of(options, binding, session));
        // The arena closes what lies outside of it too.
        var _ = MemorySegment.NULL.reinterpret(0, arena, address -> close());
    }

    /** Binds an input to a copy of the data. */
    OnnxModel input(String name, ElementType type, MemorySegment data, long... shape) {
        OrtTensor tensor = OrtTensor.allocate(type, shape);
        tensor.data().copyFrom(data);
        binding.bindInput(name, tensor);
        resources.add(tensor);
        return this;
    }

    /** Binds an output to new memory. */
    OnnxModel output(String name, ElementType type, long... shape) {
        OrtTensor tensor = OrtTensor.allocate(type, shape);
        binding.bindOutput(name, tensor);
        outputs.put(name, tensor);
        resources.add(tensor);
        return this;
    }

    void run() {
        binding.run(options);
    }

    /** {@return what the last run left in an output of f32} */
    float[] floats(String output) {
        OrtTensor tensor = outputs.get(output);
        if (tensor == null) throw new IllegalArgumentException("No output '" + output + "' is bound.");
        return tensor.data().toArray(ValueLayout.JAVA_FLOAT);
    }

    private void close() {
        for (AutoCloseable resource : resources) {
            try {
                resource.close();
            } catch (Exception e) {
                throw new IllegalStateException("The bench cannot close " + resource + ".", e);
            }
        }
    }
}
