package io.agentopt.kernels;

import io.agentopt.kernel.ElementType;
import io.agentopt.kernel.KernelSpec;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the MLIR of cosine scores says for each element type. Floats are summed in f32; i8 in i32, which holds 131,072 products of the largest.
 *
 * <p>A row's square takes its own way to 32 bits, for i8 by the magnitude: LLVM makes a multiplication of pairs ({@code vpmaddwd}) of a sum of products only
 * where nothing else uses the widened factors.
 */
final class CosineArithmetic {
    private static final int GPU_VECTOR_BYTES = 16;

    private CosineArithmetic() {}

    static ElementType query(ElementType rows) {
        return rows == ElementType.I8 ? ElementType.I8 : ElementType.F32;
    }

    static Map<String, String> substitutions(KernelSpec spec) {
        ElementType type = spec.type("type");
        Map<String, String> all = new TreeMap<>(spec.parameters());
        all.put("query", query(type).mlir());
        all.putAll(
                switch (type) {
                    case I8 -> integers();
                    case F16 -> floats("f16", "arith.extf");
                    case F32 -> floats("f32", "arith.bitcast");
                    case I32, I64 ->
                        throw new IllegalArgumentException("Kernel '" + spec + "' has no arithmetic for " + type + ".");
                });
        all.putAll(vectors(type));
        return all;
    }

    /** {@return what the MLIR for a GPU says: a lane reads 16 bytes of a row at a time, or what of them divides the row} */
    static Map<String, String> gpuSubstitutions(KernelSpec spec, int wave) {
        Map<String, String> all = substitutions(spec);
        ElementType type = spec.type("type");
        long vector = GPU_VECTOR_BYTES / type.bytes();
        while (spec.integer("d") % vector != 0) vector /= 2;
        all.put("vector", Long.toString(vector));
        all.put("vector_stride", Long.toString(vector * wave));
        all.put("row_alignment", Long.toString(vector * type.bytes()));
        all.put(
                "query_alignment",
                Long.toString(Math.min(GPU_VECTOR_BYTES, vector * query(type).bytes())));
        boolean whole = type == ElementType.I8;
        String sum = whole ? "i32" : "f32", add = whole ? "arith.addi" : "arith.addf";
        for (String name : List.of("query", "dot", "square"))
            all.put("sum_" + name, GpuSelection.sumAcrossLanes(name, sum, add, wave));
        return all;
    }

    private static Map<String, String> floats(String type, String widen) {
        return Map.of(
                "sum", "f32",
                "zero", "0.0",
                "multiply", "arith.mulf",
                "add", "arith.addf",
                "flags", "fastmath<reassoc,contract>",
                "widen", widen,
                "magnitude", "arith.bitcast %m : " + type + " to " + type,
                "widen_magnitude", widen,
                "widen_query", "arith.bitcast",
                "to_float", "arith.bitcast");
    }

    private static Map<String, String> integers() {
        return Map.of(
                "sum", "i32",
                "zero", "0",
                "multiply", "arith.muli",
                "add", "arith.addi",
                "flags", "",
                "widen", "arith.extsi",
                "magnitude", "math.absi %m : i8",
                "widen_magnitude", "arith.extui",
                "widen_query", "arith.extsi",
                "to_float", "arith.sitofp");
    }

    /** Lanes of a loop over a row, and how many vectors of them are summed side by side. */
    private static Map<String, String> vectors(ElementType type) {
        return type == ElementType.I8
                ? Map.of("lanes", "32", "side_by_side", "2")
                : Map.of("lanes", "16", "side_by_side", "4");
    }
}
