package io.agentopt.benchmarks.kernels;

import static io.agentopt.kernel.ElementType.F32;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernels.LogMelScale;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** The spectrogram of log-mel levels: a transposition of blocks, held above the largest less 8. The ceiling copies as much. */
final class LogMelScaleFamily implements KernelFamily {
    private static final int LANES = 16;
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_512;

    @Override
    public String name() {
        return "Log-mel scaling";
    }

    @Override
    public List<String> kernels() {
        return List.of("log_mel_scale_80");
    }

    @Override
    public KernelCase prepare(String kernel, Size size, Arena arena) {
        int mels = Integer.parseInt(kernel.substring("log_mel_scale_".length()));
        int blocks = size.rows(8L * LANES * mels), frames = blocks * LANES;
        Buffer levels = Fill.random(arena, new Random(mels), F32, blocks, mels, LANES);
        for (long i = 0; i < levels.elements(); i++) levels.setFloat(i, 8 * levels.getFloat(i));
        Buffer peak = Buffer.allocate(arena, F32, blocks, LANES);
        for (int f = 0; f < frames; f++) {
            float largest = -10;
            for (int m = 0; m < mels; m++)
                largest = Math.max(largest, levels.getFloat(((long) f / LANES * mels + m) * LANES + f % LANES));
            peak.setFloat(f, largest);
        }
        Buffer ours = Buffer.allocate(arena, F32, mels, frames), theirs = Buffer.allocate(arena, F32, mels, frames);
        Buffer exact = Buffer.allocate(arena, F32, mels, frames);
        KernelSpec spec = KernelSpec.of("log_mel_scale").with("lanes", LANES).with("mels", mels);
        new LogMelScale().run(spec, 0, mels, exact, levels, peak);
        List<Contender> contenders = new ArrayList<>(
                Ours.compiled(spec, () -> Accuracy.error(exact, ours.toFloatArray(), 1), ours, levels, peak));
        contenders.add(Contender.peer(
                "Vector API",
                () -> vectors(levels.segment(), peak.segment(), theirs.segment(), mels, blocks),
                () -> Accuracy.error(exact, theirs.toFloatArray(), 1)));
        contenders.add(Contender.peer(
                "plain Java",
                () -> PlainJava.logMelScale(levels.segment(), peak.segment(), theirs.segment(), mels, frames, LANES),
                () -> Accuracy.error(exact, theirs.toFloatArray(), 1)));
        contenders.addAll(Ceilings.copy(levels.segment(), theirs.segment()));
        return new KernelCase(kernel, size, 2 * levels.segment().byteSize(), true, true, contenders);
    }

    private static void vectors(MemorySegment levels, MemorySegment peak, MemorySegment out, int mels, int blocks) {
        long line = 4L * LANES;
        FloatVector highest = FloatVector.broadcast(F, -10);
        for (int b = 0; b < blocks; b++) highest = highest.max(at(peak, b * line));
        FloatVector floor = FloatVector.broadcast(F, highest.reduceLanes(VectorOperators.MAX) - 8);
        for (int m = 0; m < mels; m++) {
            for (int b = 0; b < blocks; b++) {
                at(levels, ((long) b * mels + m) * line)
                        .max(floor)
                        .add(4)
                        .mul(0.25f)
                        .intoMemorySegment(out, ((long) m * blocks + b) * line, LITTLE_ENDIAN);
            }
        }
    }

    private static FloatVector at(MemorySegment memory, long offset) {
        return FloatVector.fromMemorySegment(F, memory, offset, LITTLE_ENDIAN);
    }
}
