package io.agentopt.benchmarks.kernels;

import static io.agentopt.kernel.ElementType.F32;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernels.LogMel;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Log-mel levels of noise, as Whisper takes them. Bound by arithmetic. The reference is no peer: it is a transform of quadratic cost. */
final class LogMelFamily implements KernelFamily {
    private static final int LANES = VectorLogMel.LANES, HOP = 160, POINTS = 400;

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
                new ArrayList<>(Ours.contenders(spec, () -> error(spec, levels, audio), levels, peak, audio));
        contenders.removeIf(c -> c.role() == Role.PEER);
        contenders.add(Contender.peer(
                "Vector API",
                () -> vectors.run(theirLevels.segment(), theirPeak.segment(), audio.segment(), blocks),
                () -> error(spec, theirLevels, audio)));
        contenders.addAll(
                Ceilings.copy(audio.segment(), arena.allocate(audio.segment().byteSize(), 64)));
        return new KernelCase(
                kernel, size, audio.segment().byteSize() + levels.segment().byteSize(), true, false, contenders);
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
