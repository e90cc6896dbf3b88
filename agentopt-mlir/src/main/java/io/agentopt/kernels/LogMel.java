package io.agentopt.kernels;

import static io.agentopt.kernel.ElementType.F32;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.KernelDefinition;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.Operand;
import io.agentopt.kernel.Parameter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * {@code log_mel{lanes=16,mels=80}}: the mel energies of audio at 16 kHz, as Whisper takes them (Radford et al. 2022, section 2.2): frames of 25 ms every
 * 10 ms under a Hann window, power spectrum, {@code mels} filters, {@code log10} of at least 1e-10. Frames are computed {@code lanes} at a time:
 * {@code levels[b, m, l]} is that of frame {@code b * lanes + l}, which starts at sample {@code 160 * (b * lanes + l)}; {@code peak[b, l]} is the
 * frame's largest. {@link LogMelScale} makes the spectrogram of them, {@link LogMelSpectrogram} is both. A NaN or an infinity in the audio makes NaN of
 * the frames it is in. Bins 70 dB and more below a frame's largest are less exact than 1e-5, as in any transform of single precision.
 */
public final class LogMel implements KernelDefinition {
    static final int SAMPLE_RATE = 16_000;
    static final int POINTS = 400;
    static final int HOP = 160;
    private static final int BINS = POINTS / 2 + 1;

    @Override
    public String name() {
        return "log_mel";
    }

    @Override
    public List<Parameter> parameters() {
        return List.of(Parameter.choice("lanes", "4", "8", "16"), Parameter.whole("mels", 1, 200));
    }

    @Override
    public List<Operand> operands(KernelSpec spec) {
        return List.of(
                Operand.out("levels", F32, "blocks", "mels", "lanes"),
                Operand.out("peak", F32, "blocks", "lanes"),
                Operand.in("audio", F32, "samples"));
    }

    @Override
    public Map<String, String> substitutions(KernelSpec spec) {
        return LogMelTables.substitutions((int) spec.integer("lanes"), (int) spec.integer("mels"));
    }

    @Override
    public Optional<String> gpuSource(KernelSpec spec, int wave) {
        return Optional.of(GpuLogMel.levels(this, spec));
    }

    /** {@return how many samples {@code frames} reach over} */
    static long samples(long frames) {
        return frames == 0 ? 0 : (frames - 1) * HOP + POINTS;
    }

    @Override
    public void checkValues(KernelSpec spec, Buffer... buffers) {
        long frames = buffers[1].elements();
        long samples = buffers[2].elements();
        if (samples < samples(frames)) {
            throw new IllegalArgumentException("The 'audio' of kernel '" + spec + "' has " + samples + " samples, and "
                    + frames + " frames reach over " + samples(frames) + ". Pad it with zeros.");
        }
    }

    @Override
    public void run(KernelSpec spec, long begin, long end, Buffer... buffers) {
        int lanes = (int) spec.integer("lanes");
        int mels = (int) spec.integer("mels");
        List<MelFilterBank.Filter> filters = MelFilterBank.of(mels, SAMPLE_RATE, POINTS);
        double[] cosine = new double[POINTS];
        for (int n = 0; n < POINTS; n++) cosine[n] = Math.cos(2 * Math.PI * n / POINTS);
        for (long frame = begin * lanes; frame < end * lanes; frame++) {
            double[] power = power(frame(buffers[2], frame, cosine), cosine);
            double peak = -10;
            for (int m = 0; m < mels; m++) {
                double level = Math.log10(Math.max(1e-10, energy(filters.get(m), power)));
                buffers[0].setFloat((frame / lanes * mels + m) * lanes + frame % lanes, (float) level);
                peak = Math.max(peak, level);
            }
            buffers[1].setFloat(frame, (float) peak);
        }
    }

    private static double[] frame(Buffer audio, long frame, double[] cosine) {
        double[] x = new double[POINTS];
        Arrays.setAll(x, n -> audio.getFloat(frame * HOP + n) * (0.5 - 0.5 * cosine[n]));
        return x;
    }

    private static double[] power(double[] x, double[] cosine) {
        double[] power = new double[BINS];
        for (int k = 0; k < BINS; k++) {
            double re = 0;
            double im = 0;
            for (int n = 0, turn = 0; n < POINTS; n++) {
                re += x[n] * cosine[turn];
                im += x[n] * cosine[turn < POINTS / 4 ? turn + 3 * POINTS / 4 : turn - POINTS / 4]; // the sine
                turn += k;
                if (turn >= POINTS) turn -= POINTS;
            }
            power[k] = re * re + im * im;
        }
        return power;
    }

    private static double energy(MelFilterBank.Filter filter, double[] power) {
        double energy = 0;
        for (int j = 0; j < filter.weights().length; j++) energy += filter.weights()[j] * power[filter.bin() + j];
        return energy;
    }
}
