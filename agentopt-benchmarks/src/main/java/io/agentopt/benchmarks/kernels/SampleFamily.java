package io.agentopt.benchmarks.kernels;

import static io.agentopt.kernel.ElementType.F32;
import static io.agentopt.kernel.ElementType.I32;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernels.Sample;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Draws from the 50 largest logits of normal ones, cut to 0.9 of their weight, at temperature 0.8. The error is the share of rows drawn otherwise. */
final class SampleFamily implements KernelFamily {
    private static final int K = 50;
    private static final float P = 0.9f, TEMPERATURE = 0.8f;
    private static final int COMPARED = 64;

    @Override
    public String name() {
        return "Sampling";
    }

    @Override
    public List<String> kernels() {
        return List.of("sample_c32000", "sample_c128256");
    }

    @Override
    public KernelCase prepare(String kernel, Size size, Arena arena) {
        int columns = Integer.parseInt(kernel.substring("sample_c".length()));
        int rows = size.rows(4L * columns);
        Random random = new Random(columns);
        Buffer logits = Buffer.allocate(arena, F32, rows, columns);
        for (long i = 0; i < logits.elements(); i++) logits.setFloat(i, (float) (2 * random.nextGaussian()));
        Buffer temperature = filled(arena, TEMPERATURE, rows),
                p = filled(arena, P, rows),
                none = filled(arena, 0, rows);
        Buffer k = Buffer.allocate(arena, I32, rows);
        for (int r = 0; r < rows; r++) k.setInteger(r, K);
        Buffer uniform = Fill.random(arena, random, F32, rows);
        for (int r = 0; r < rows; r++) uniform.setFloat(r, Math.abs(uniform.getFloat(r)) * 0.999f);
        Buffer ours = Buffer.allocate(arena, I32, rows), exact = Buffer.allocate(arena, I32, rows);
        Buffer theirs = Buffer.allocate(arena, I32, rows);
        KernelSpec spec = KernelSpec.of("sample").with("columns", columns);
        int compared = Math.min(rows, COMPARED);
        new Sample().run(spec, 0, compared, logits, temperature, k, p, none, uniform, exact);
        List<Contender> contenders = new ArrayList<>(Ours.compiled(
                spec, () -> different(exact, ours, compared), logits, temperature, k, p, none, uniform, ours));
        VectorSample sample = new VectorSample(K);
        contenders.add(Contender.peer(
                "Vector API",
                () -> {
                    for (int r = 0; r < rows; r++)
                        theirs.setInteger(
                                r,
                                sample.draw(
                                        logits.segment(),
                                        (long) r * columns,
                                        columns,
                                        TEMPERATURE,
                                        P,
                                        uniform.getFloat(r)));
                },
                () -> different(exact, theirs, compared)));
        contenders.addAll(Ceilings.read(logits.segment()));
        return new KernelCase(kernel, size, logits.segment().byteSize(), false, true, contenders);
    }

    private static Buffer filled(Arena arena, float value, int rows) {
        Buffer buffer = Buffer.allocate(arena, F32, rows);
        for (int r = 0; r < rows; r++) buffer.setFloat(r, value);
        return buffer;
    }

    private static double different(Buffer expected, Buffer actual, int rows) {
        int n = 0;
        for (int r = 0; r < rows; r++) if (expected.getInteger(r) != actual.getInteger(r)) n++;
        return (double) n / rows;
    }
}
