package io.agentopt.kernels;

import static io.agentopt.kernel.ElementType.F32;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.KernelDefinition;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.Operand;
import io.agentopt.kernel.Parameter;
import java.util.List;
import java.util.Optional;

/**
 * {@code log_mel_scale{lanes=16,mels=80}}: the spectrogram {@code [mels, frames]} that Whisper takes, of what {@link LogMel} computed: levels no more than
 * 8 (80 dB) below the largest of all frames, {@code (level + 4) / 4}. A NaN among the peaks makes all NaN, one among the levels
 * its own place.
 */
public final class LogMelScale implements KernelDefinition {
    @Override
    public String name() {
        return "log_mel_scale";
    }

    @Override
    public List<Parameter> parameters() {
        return new LogMel().parameters();
    }

    @Override
    public List<Operand> operands(KernelSpec spec) {
        return List.of(
                Operand.out("spectrogram", F32, "mels", "frames"),
                Operand.in("levels", F32, "blocks", "mels", "lanes"),
                Operand.in("peak", F32, "blocks", "lanes"));
    }

    @Override
    public Optional<String> gpuSource(KernelSpec spec, int wave) {
        return Optional.of(GpuLogMel.spectrogram(this, spec, wave));
    }

    @Override
    public void checkValues(KernelSpec spec, Buffer... buffers) {
        long frames = buffers[0].dimension(1);
        if (frames > buffers[2].elements()) {
            throw new IllegalArgumentException("The 'spectrogram' of kernel '" + spec + "' has " + frames
                    + " frames, and 'levels' " + buffers[2].elements() + ".");
        }
    }

    @Override
    public void run(KernelSpec spec, long begin, long end, Buffer... buffers) {
        long lanes = spec.integer("lanes");
        long mels = spec.integer("mels");
        long frames = buffers[0].dimension(1);
        float peak = -10;
        for (long f = 0; f < frames; f++) peak = Math.max(peak, buffers[2].getFloat(f));
        for (long m = begin; m < end; m++) {
            for (long f = 0; f < frames; f++) {
                float level = buffers[1].getFloat((f / lanes * mels + m) * lanes + f % lanes);
                buffers[0].setFloat(m * frames + f, (Math.max(level, peak - 8) + 4) / 4);
            }
        }
    }
}
