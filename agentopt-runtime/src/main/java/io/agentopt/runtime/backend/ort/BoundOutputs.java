package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads what a binding's outputs hold. */
final class BoundOutputs {
    private BoundOutputs() {}

    @SuppressWarnings("restricted")
    static Map<String, OrtTensor> read(OrtEnvironment environment, String model, MemorySegment binding) {
        OrtApi api = environment.api();
        Map<String, OrtTensor> outputs = new LinkedHashMap<>();
        try (Arena scratch = Arena.ofConfined()) {
            List<String> names = names(environment, scratch, binding);
            MemorySegment out = scratch.allocate(ADDRESS), n = scratch.allocate(JAVA_LONG);
            api.call(OrtFunction.BOUND_OUTPUT_VALUES, binding, environment.allocator(), out, n);
            long count = n.get(JAVA_LONG, 0);
            if (count == 0) return outputs;
            MemorySegment values = out.get(ADDRESS, 0).reinterpret(count * ADDRESS.byteSize());
            MemorySegment room = TypeAndShape.room(scratch);
            int done = 0;
            try {
                for (String name : names) {
                    MemorySegment value = values.getAtIndex(ADDRESS, done++);
                    outputs.put(
                            name,
                            OrtTensor.result(environment, value, "'" + name + "' of model '" + model + "'", room));
                }
            } catch (RuntimeException e) {
                outputs.values().forEach(OrtTensor::close);
                for (long i = done; i < count; i++)
                    api.release(OrtFunction.RELEASE_VALUE, values.getAtIndex(ADDRESS, i));
                throw e;
            } finally {
                api.call(OrtFunction.ALLOCATOR_FREE, environment.allocator(), values);
            }
        }
        return outputs;
    }

    /** The names come as one text without separators, and their lengths. */
    @SuppressWarnings("restricted")
    private static List<String> names(OrtEnvironment environment, Arena scratch, MemorySegment binding) {
        OrtApi api = environment.api();
        MemorySegment text = scratch.allocate(ADDRESS),
                lengths = scratch.allocate(ADDRESS),
                n = scratch.allocate(JAVA_LONG);
        api.invoke(OrtFunction.BOUND_OUTPUT_NAMES, binding, environment.allocator(), text, lengths, n);
        long count = n.get(JAVA_LONG, 0);
        List<String> names = new ArrayList<>();
        if (count == 0) return names;
        MemorySegment sizes = lengths.get(ADDRESS, 0).reinterpret(count * JAVA_LONG.byteSize());
        long at = 0, all = 0;
        for (long i = 0; i < count; i++) all += sizes.getAtIndex(JAVA_LONG, i);
        MemorySegment letters = text.get(ADDRESS, 0).reinterpret(all);
        for (long i = 0; i < count; i++) {
            long length = sizes.getAtIndex(JAVA_LONG, i);
            names.add(new String(
                    letters.asSlice(at, length).toArray(java.lang.foreign.ValueLayout.JAVA_BYTE),
                    StandardCharsets.UTF_8));
            at += length;
        }
        api.call(OrtFunction.ALLOCATOR_FREE, environment.allocator(), letters);
        api.call(OrtFunction.ALLOCATOR_FREE, environment.allocator(), sizes);
        return names;
    }
}
