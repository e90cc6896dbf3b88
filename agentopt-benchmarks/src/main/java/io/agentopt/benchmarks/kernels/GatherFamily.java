package io.agentopt.benchmarks.kernels;

import static io.agentopt.kernel.ElementType.I64;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.ElementType;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.runtime.backend.onnx.OnnxWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Embeddings of random tokens from a table as large as what is gathered; the ceiling copies as much. Rows of plain Java are copied by the JDK. */
final class GatherFamily implements KernelFamily {
    @Override
    public String name() {
        return "Token gather";
    }

    @Override
    public List<String> kernels() {
        return List.of("gather_f32_d384", "gather_f16_d4096");
    }

    @Override
    public KernelCase prepare(String kernel, Size size, Arena arena) {
        ElementType type = kernel.contains("f32") ? ElementType.F32 : ElementType.F16;
        int d = Integer.parseInt(kernel.substring(kernel.indexOf("_d") + 2));
        long row = (long) d * type.bytes();
        int rows = size.rows(2 * row);
        Random random = new Random(d);
        Buffer table = Fill.random(arena, random, type, rows, d);
        Buffer ids = Buffer.allocate(arena, I64, rows);
        for (int i = 0; i < rows; i++) ids.setInteger(i, random.nextInt(rows));
        Buffer ours = Buffer.allocate(arena, type, rows, d);
        Buffer theirs = Buffer.allocate(arena, type, rows, d);
        List<Contender> contenders = new ArrayList<>(Ours.contenders(
                KernelSpec.of("gather").with("d", d).with("ids", I64).with("type", type),
                () -> error(ids, table, ours, row),
                ids,
                table,
                ours));
        contenders.add(Contender.peer(
                "Vector API",
                () -> {
                    for (int i = 0; i < rows; i++) {
                        VectorRows.copy(table.segment(), ids.getInteger(i) * row, theirs.segment(), i * row, row);
                    }
                },
                () -> error(ids, table, theirs, row)));
        if (type == ElementType.F32) contenders.add(onnxRuntime(arena, table, ids));
        contenders.addAll(Ceilings.copy(table.segment(), theirs.segment()));
        return new KernelCase(kernel, size, 2 * row * rows, true, true, contenders);
    }

    private static Contender onnxRuntime(Arena arena, Buffer table, Buffer ids) {
        long rows = ids.elements();
        long d = table.dimension(1);
        OnnxWriter writer = new OnnxWriter("gather")
                .input("table", OnnxWriter.FLOAT, rows, d)
                .input("ids", OnnxWriter.INT64, rows)
                .output("rows", OnnxWriter.FLOAT, rows, d);
        writer.node("Gather", "rows", List.of("table", "ids"), Map.of());
        OnnxModel onnx = new OnnxModel(arena, "gather", writer)
                .input("table", io.agentopt.runtime.backend.ort.ElementType.FLOAT32, table.segment(), rows, d)
                .input("ids", io.agentopt.runtime.backend.ort.ElementType.INT64, ids.segment(), rows)
                .output("rows", io.agentopt.runtime.backend.ort.ElementType.FLOAT32, rows, d);
        return Contender.peer("ONNX Runtime, Gather", onnx::run, () -> {
            Buffer gathered = Buffer.copyOf(arena, onnx.floats("rows"), rows, d);
            return error(ids, table, gathered, d * Float.BYTES);
        });
    }

    /** Bits are moved: they are right or wrong. */
    private static double error(Buffer ids, Buffer table, Buffer rows, long row) {
        for (long i = 0; i < ids.elements(); i++) {
            MemorySegment wanted = table.segment().asSlice(ids.getInteger(i) * row, row);
            if (wanted.mismatch(rows.segment().asSlice(i * row, row)) >= 0) return Double.POSITIVE_INFINITY;
        }
        return 0;
    }
}
