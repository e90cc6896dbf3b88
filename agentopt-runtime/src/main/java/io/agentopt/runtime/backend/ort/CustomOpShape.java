package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Shapes when a model is loaded, where sizes may be names. */
final class CustomOpShape {
    private CustomOpShape() {}

    /** Sets the output's shape, unless a size of it has neither number nor name. */
    static void infer(OrtApi api, Arena scratch, MemorySegment context, CustomOp op) {
        MemorySegment out = scratch.allocate(ADDRESS);
        List<long[]> shapes = new ArrayList<>();
        MemorySegment first = MemorySegment.NULL, room = TypeAndShape.room(scratch);
        List<ElementType> types = new ArrayList<>();
        for (int i = 0; i < op.inputs(); i++) {
            api.call(OrtFunction.INFERENCE_INPUT, context, (long) i, out); // the context's own
            MemorySegment info = out.get(ADDRESS, 0);
            if (i == 0) first = info;
            TypeAndShape described = TypeAndShape.of(api, info, room, "An input of " + op.name());
            shapes.add(described.shape());
            types.add(described.type());
        }
        long[] shape = op.shape(shapes);
        MemorySegment names = scratch.allocate(ADDRESS, Math.max(1, shapes.getFirst().length));
        api.call(OrtFunction.GET_SYMBOLS, first, names, (long) shapes.getFirst().length);
        MemorySegment none = scratch.allocateFrom(""), symbols = scratch.allocate(ADDRESS, Math.max(1, shape.length));
        for (int i = 0; i < shape.length; i++) {
            MemorySegment symbol = shape[i] >= 0 ? none : names.getAtIndex(ADDRESS, i);
            if (shape[i] < 0
                    && (shapes.getFirst()[i] != shape[i] || OrtApi.text(symbol).isEmpty())) return;
            symbols.setAtIndex(ADDRESS, i, symbol);
        }
        api.call(OrtFunction.CREATE_TYPE_AND_SHAPE, out);
        MemorySegment result = out.get(ADDRESS, 0);
        try {
            // The input's: ONNX Runtime asks one of the operators of a name for all of their types.
            api.call(OrtFunction.SET_ELEMENT_TYPE, result, types.getFirst().onnx());
            api.call(OrtFunction.SET_DIMENSIONS, result, scratch.allocateFrom(JAVA_LONG, shape), (long) shape.length);
            api.call(OrtFunction.SET_SYMBOLS, result, symbols, (long) shape.length);
            api.call(OrtFunction.INFERENCE_OUTPUT, context, 0L, result);
        } finally {
            api.release(OrtFunction.RELEASE_TYPE_AND_SHAPE, result);
        }
    }
}
