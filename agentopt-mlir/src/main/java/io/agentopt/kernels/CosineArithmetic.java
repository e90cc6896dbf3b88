package io.agentopt.kernels;

import io.agentopt.kernel.ElementType;
import io.agentopt.kernel.KernelDefinition;
import io.agentopt.kernel.KernelSpec;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;

/**
 * What the MLIR of cosine scores says for each element type. Floats are summed in f32; i8 in i32, which holds 131,072 products of the largest.
 *
 * <p>Where loops are left to LLVM, a row's square takes its own way to 32 bits, for i8 by the magnitude: LLVM makes a multiplication of pairs
 * ({@code vpmaddwd}) of a sum of products only where nothing else uses the widened factors. Where vectors are written out, neighbours are added in pairs,
 * which is such a multiplication, with the sum where the processor has one for both ({@code vpdpwssd}).
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
        long d = spec.integer("d"), lanes = Long.parseLong(all.get("lanes"));
        all.put("whole", Long.toString(d / lanes * lanes));
        all.put("rest", Long.toString(d % lanes));
        all.put("has_rest", Boolean.toString(d % lanes > 0));
        all.put("rows_ahead", Long.toString(ROWS * Math.ceilDiv(AHEAD_BYTES, ROWS * d * type.bytes())));
        all.put("no_element", type.isFloat() ? "0.0" : "0");
        all.put("no_factor", query(type).isFloat() ? "0.0" : "0");
        all.put("four_scores", fourScores(all));
        return all;
    }

    /** The function that both kernels call, so that their scores are the same to the last bit. */
    private static String fourScores(Map<String, String> values) {
        try (InputStream in = CosineArithmetic.class.getResourceAsStream(FOUR_SCORES)) {
            if (in == null) throw new IllegalStateException("The resource '" + FOUR_SCORES + "' is missing.");
            return KernelDefinition.PLACEHOLDER
                    .matcher(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                    .replaceAll(found -> Matcher.quoteReplacement(Objects.requireNonNull(values.get(found.group(1)))));
        } catch (IOException e) {
            throw new UncheckedIOException("The resource '" + FOUR_SCORES + "' cannot be read.", e);
        }
    }

    private static final String FOUR_SCORES = "/io/agentopt/kernels/cosine_rows.mlir";

    /** How far ahead of the arithmetic memory is asked for: as the pass {@code agentopt-prefetch-rows} does. */
    private static final long AHEAD_BYTES = 12_288;

    /** Rows that share each vector of the query. */
    private static final long ROWS = 4;

    private static final String OF_FLOATS = """
              // Adds the products of a row's elements with the query's, and their squares, lane by lane.
              func.func private @add_products(%x: !elements, %q: !factors, %dot: !sums, %square: !sums) -> (!sums, !sums) attributes {passthrough = ["alwaysinline"]} {
                %wide = WIDEN %x : !elements to !factors
                %dot2 = vector.fma %wide, %q, %dot : !sums
                %square2 = vector.fma %wide, %wide, %square : !sums
                return %dot2, %square2 : !sums, !sums
              }""";

    private static final String OF_INTEGERS = """
              // The sums of neighbours.
              func.func private @pairs(%x: vector<32xi32>) -> !sums attributes {passthrough = ["alwaysinline"]} {
                %even = vector.shuffle %x, %x [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30] : vector<32xi32>, vector<32xi32>
                %odd = vector.shuffle %x, %x [1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31] : vector<32xi32>, vector<32xi32>
                %sums = arith.addi %even, %odd : !sums
                return %sums : !sums
              }

              // Adds the products of a row's elements with the query's, and their squares, in pairs of neighbours.
              func.func private @add_products(%x: !elements, %q: !factors, %dot: !sums, %square: !sums) -> (!sums, !sums) attributes {passthrough = ["alwaysinline"]} {
                %wide = arith.extsi %x : !elements to vector<32xi32>
                %factors = arith.extsi %q : !factors to vector<32xi32>
                %products = arith.muli %wide, %factors : vector<32xi32>
                %squares = arith.muli %wide, %wide : vector<32xi32>
                %product_pairs = func.call @pairs(%products) : (vector<32xi32>) -> !sums
                %square_pairs = func.call @pairs(%squares) : (vector<32xi32>) -> !sums
                %dot2 = arith.addi %dot, %product_pairs : !sums
                %square2 = arith.addi %square, %square_pairs : !sums
                return %dot2, %square2 : !sums, !sums
              }""";

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
        all.put("sum_query", GpuSelection.sumAcrossLanes("query", sum, add, wave));
        all.put("at_once", Long.toString(ROWS));
        all.put("scores", scores(all, (int) ROWS, sum, add, wave));
        return all;
    }

    /** {@return MLIR that makes {@code %held_all} of {@code %held}: the similarity of the lane's own row, if it is one of {@code atOnce} from {@code %t} on} */
    private static String scores(Map<String, String> all, int atOnce, String sum, String add, int wave) {
        StringBuilder text = new StringBuilder();
        StringBuilder start = new StringBuilder(), types = new StringBuilder(), next = new StringBuilder();
        for (int q = 0; q < atOnce; q++) {
            text.append("%t" + q + "_n = arith.constant " + q + " : index\n%t" + q + " = arith.addi %t, %t" + q
                    + "_n : index\n");
            text.append("%wanted" + q + " = arith.addi %c, %t" + q + " : index\n%row" + q + " = arith.minui %wanted" + q
                    + ", %last_row : index\n");
            String comma = q == 0 ? "" : ", ";
            start.append(comma + "%dots" + q + " = %nones, %squares" + q + " = %nones");
            types.append(comma + "!sums, !sums");
            next.append(comma + "%next_dots" + q + ", %next_squares" + q);
        }
        text.append("%parts:" + 2 * atOnce + " = scf.for %j = %own to %d step %step iter_args(" + start + ") -> ("
                + types + ") {\n");
        for (int q = 0; q < atOnce; q++)
            text.append("  %m" + q + " = vector.load %matrix[%row" + q
                    + ", %j] {alignment = ${row_alignment} : i64} : !matrix, !some\n");
        text.append(
                "  %q = vector.load %query[%j] {alignment = ${query_alignment} : i64} : memref<${d}x${query}>, !asked\n  %y = ${widen_query} %q : !asked to !sums\n");
        for (int q = 0; q < atOnce; q++)
            text.append(
                    "  %wide# = ${widen} %m# : !some to !sums\n  %xy# = ${multiply} %wide#, %y ${flags} : !sums\n  %next_dots# = ${add} %dots#, %xy# ${flags} : !sums\n  %xx# = ${multiply} %wide#, %wide# ${flags} : !sums\n  %next_squares# = ${add} %squares#, %xx# ${flags} : !sums\n"
                            .replace("#", Integer.toString(q)));
        text.append("  scf.yield " + next + " : " + types + "\n}\n");
        String held = "%held";
        for (int q = 0; q < atOnce; q++) {
            text.append(
                    "%dot" + q + "_part = vector.reduction <add>, %parts#" + 2 * q + " ${flags} : !sums into ${sum}\n");
            text.append("%square" + q + "_part = vector.reduction <add>, %parts#" + (2 * q + 1)
                    + " ${flags} : !sums into ${sum}\n");
            text.append(GpuSelection.sumAcrossLanes("dot" + q, sum, add, wave))
                    .append(GpuSelection.sumAcrossLanes("square" + q, sum, add, wave));
            String to = q == atOnce - 1 ? "%held_all" : "%held" + q;
            text.append("""
                    %dot_float# = ${to_float} %dot#_sum : ${sum} to f32
                    %square_float# = ${to_float} %square#_sum : ${sum} to f32
                    %norm# = math.sqrt %square_float# : f32
                    %norms# = arith.mulf %norm#, %query_norm : f32
                    %is_zero# = arith.cmpf oeq, %norms#, %nothing : f32
                    %divisor# = arith.select %is_zero#, %unit, %norms# : f32
                    %score# = arith.divf %dot_float#, %divisor# : f32
                    %is_lane# = arith.cmpi eq, %t#, %lane : index
                    %is_row# = arith.cmpi ult, %t#, %rows : index
                    %is_own# = arith.andi %is_lane#, %is_row# : i1
                    """.replace("#", Integer.toString(q)));
            text.append(to + " = arith.select %is_own" + q + ", %score" + q + ", " + held + " : f32\n");
            held = to;
        }
        return KernelDefinition.PLACEHOLDER
                .matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(Objects.requireNonNull(all.get(found.group(1)))));
    }

    private static Map<String, String> floats(String type, String widen) {
        return Map.ofEntries(
                Map.entry("sum", "f32"),
                Map.entry("zero", "0.0"),
                Map.entry("multiply", "arith.mulf"),
                Map.entry("add", "arith.addf"),
                Map.entry("flags", "fastmath<reassoc,contract>"),
                Map.entry("widen", widen),
                Map.entry("magnitude", "arith.bitcast %m : " + type + " to " + type),
                Map.entry("widen_magnitude", widen),
                Map.entry("widen_query", "arith.bitcast"),
                Map.entry("to_float", "arith.bitcast"),
                Map.entry("products", OF_FLOATS.replace("WIDEN", widen)));
    }

    private static Map<String, String> integers() {
        return Map.ofEntries(
                Map.entry("sum", "i32"),
                Map.entry("zero", "0"),
                Map.entry("multiply", "arith.muli"),
                Map.entry("add", "arith.addi"),
                Map.entry("flags", ""),
                Map.entry("widen", "arith.extsi"),
                Map.entry("magnitude", "math.absi %m : i8"),
                Map.entry("widen_magnitude", "arith.extui"),
                Map.entry("widen_query", "arith.extsi"),
                Map.entry("to_float", "arith.sitofp"),
                Map.entry("products", OF_INTEGERS));
    }

    /** Lanes of a loop over a row, and how many vectors of them are summed side by side. */
    private static Map<String, String> vectors(ElementType type) {
        return type == ElementType.I8
                ? Map.of("lanes", "32", "side_by_side", "2")
                : Map.of("lanes", "16", "side_by_side", "4");
    }
}
