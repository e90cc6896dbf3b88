package io.agentopt.benchmarks.kernels;

import static io.agentopt.kernel.ElementType.F32;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernels.LogMel;
import io.agentopt.runtime.backend.onnx.OnnxWriter;
import io.agentopt.runtime.backend.ort.ElementType;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Log-mel levels of noise, as Whisper takes them. Bound by arithmetic. The reference is no peer: it is a transform of quadratic cost. */
final class LogMelFamily implements KernelFamily {
    private static final int LANES = VectorLogMel.LANES, HOP = 160, POINTS = 400, BINS = POINTS / 2 + 1;

    @Override
    public String name() {
        return "Log-mel spectrogram";
    }

    @Override
    public List<String> kernels() {
        return List.of("log_mel_80", "log_mel_128");
    }

    @Override
    public KernelCase prepare(String kernel, Size size, Arena arena) {
        int mels = Integer.parseInt(kernel.substring("log_mel_".length()));
        int blocks = size.rows(4L * LANES * (HOP + mels));
        Buffer audio = Fill.random(arena, new Random(mels), F32, (blocks * (long) LANES - 1) * HOP + POINTS);
        KernelSpec spec = KernelSpec.of("log_mel").with("lanes", LANES).with("mels", mels);
        Buffer levels = Buffer.allocate(arena, F32, blocks, mels, LANES);
        Buffer peak = Buffer.allocate(arena, F32, blocks, LANES);
        Buffer theirLevels = Buffer.allocate(arena, F32, blocks, mels, LANES);
        Buffer theirPeak = Buffer.allocate(arena, F32, blocks, LANES);
        VectorLogMel vectors = new VectorLogMel(mels);
        List<Contender> contenders =
                new ArrayList<>(Ours.compiled(spec, () -> error(spec, levels, audio), levels, peak, audio));
        contenders.add(onnxRuntime(arena, spec, audio, blocks * LANES, mels));
        contenders.add(Contender.peer(
                "Vector API",
                () -> vectors.run(theirLevels.segment(), theirPeak.segment(), audio.segment(), blocks),
                () -> error(spec, theirLevels, audio)));
        contenders.addAll(
                Ceilings.copy(audio.segment(), arena.allocate(audio.segment().byteSize(), 64)));
        return new KernelCase(
                kernel, size, audio.segment().byteSize() + levels.segment().byteSize(), true, false, contenders);
    }

    /** As exports of Whisper's front end do it: a convolution whose kernels are the transform's windowed cosines and sines, and a matrix of filters. */
    private static Contender onnxRuntime(Arena arena, KernelSpec spec, Buffer audio, int frames, int mels) {
        long samples = audio.elements();
        OnnxWriter writer = new OnnxWriter("log mel")
                .input("audio", OnnxWriter.FLOAT, 1, 1, samples)
                .constant("waves", waves(), 2 * BINS, 1, POINTS)
                .constant("filters", filters(mels), mels, 2 * BINS)
                .constant("least", new float[] {1e-10f}, 1)
                .constant("log10_of_e", new float[] {(float) Math.log10(Math.E)}, 1)
                .output("levels", OnnxWriter.FLOAT, 1, mels, frames);
        writer.node("Conv", "spectrum", List.of("audio", "waves"), Map.of("strides", new long[] {HOP}));
        writer.node("Mul", "squares", List.of("spectrum", "spectrum"), Map.of());
        writer.node("MatMul", "energies", List.of("filters", "squares"), Map.of());
        writer.node("Max", "held", List.of("energies", "least"), Map.of());
        writer.node("Log", "logarithms", List.of("held"), Map.of());
        writer.node("Mul", "levels", List.of("logarithms", "log10_of_e"), Map.of());
        OnnxModel onnx = new OnnxModel(arena, "log mel", writer)
                .input("audio", ElementType.FLOAT32, audio.segment(), 1, 1, samples)
                .output("levels", ElementType.FLOAT32, 1, mels, frames);
        return Contender.peer("ONNX Runtime, Conv and MatMul", onnx::run, () -> {
            float[] found = onnx.floats("levels");
            Buffer inBlocks = Buffer.allocate(arena, F32, frames / LANES, mels, LANES);
            for (int m = 0; m < mels; m++) {
                for (int f = 0; f < frames; f++)
                    inBlocks.setFloat(((long) f / LANES * mels + m) * LANES + f % LANES, found[m * frames + f]);
            }
            return error(spec, inBlocks, audio);
        });
    }

    private static float[] waves() {
        float[] waves = new float[2 * BINS * POINTS];
        for (int k = 0; k < BINS; k++) {
            for (int n = 0; n < POINTS; n++) {
                double window = 0.5 - 0.5 * Math.cos(2 * Math.PI * n / POINTS);
                double turn = 2 * Math.PI * (k * n % POINTS) / POINTS;
                waves[k * POINTS + n] = (float) (window * Math.cos(turn));
                waves[(BINS + k) * POINTS + n] = (float) (window * Math.sin(turn));
            }
        }
        return waves;
    }

    private static float[] filters(int mels) {
        MelFilters sparse = MelFilters.of(mels);
        float[] dense = new float[mels * 2 * BINS];
        for (int m = 0; m < mels; m++) {
            for (int j = sparse.start()[m]; j < sparse.start()[m + 1]; j++) {
                int at = m * 2 * BINS + sparse.bin()[m] + j - sparse.start()[m];
                dense[at] = sparse.weight()[j];
                dense[at + BINS] = sparse.weight()[j];
            }
        }
        return dense;
    }

    /** Relative to levels above 1 and absolute below, over some blocks. */
    private static double error(KernelSpec spec, Buffer levels, Buffer audio) {
        int blocks = (int) levels.dimension(0);
        int mels = (int) levels.dimension(1);
        double worst = 0;
        try (Arena arena = Arena.ofConfined()) {
            Buffer exact = Buffer.allocate(arena, F32, blocks, mels, LANES);
            Buffer peak = Buffer.allocate(arena, F32, blocks, LANES);
            for (int b = 0; b < blocks; b += Math.max(1, blocks / 8)) {
                new LogMel().run(spec, b, b + 1, exact, peak, audio);
                for (long i = (long) b * mels * LANES; i < (b + 1L) * mels * LANES; i++) {
                    double off =
                            Math.abs(levels.getFloat(i) - exact.getFloat(i)) / Math.max(1, Math.abs(exact.getFloat(i)));
                    if (!(off <= worst)) worst = off;
                }
            }
        }
        return worst;
    }
}
