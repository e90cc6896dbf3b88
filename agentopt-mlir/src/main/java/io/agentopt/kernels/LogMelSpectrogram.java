package io.agentopt.kernels;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.ElementType;
import io.agentopt.kernel.Kernel;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.Kernels;
import java.lang.foreign.Arena;

/**
 * Whisper's input: the log-mel spectrogram {@code [mels, frames]} of audio at 16 kHz, a frame every 160 samples. Frames are centred: the audio is
 * mirrored at both ends by half a frame. Whisper's models take 30 seconds (480,000 samples, 3,000 frames): pad with zeros or cut before.
 */
public final class LogMelSpectrogram {
    private static final int LANES = 16;
    private static final int MIRRORED = LogMel.POINTS / 2;

    private final int mels;
    private final Kernel levels;
    private final Kernel scale;

    /** @param mels 80 for most of Whisper's models, 128 from large-v3 on */
    public LogMelSpectrogram(Kernels kernels, int mels) {
        this.mels = mels;
        this.levels = kernels.of(KernelSpec.of("log_mel").with("lanes", LANES).with("mels", mels));
        this.scale =
                kernels.of(KernelSpec.of("log_mel_scale").with("lanes", LANES).with("mels", mels));
    }

    /**
     * {@return the spectrogram, allocated in the arena}
     *
     * @param audio samples between -1 and 1
     * @throws IllegalArgumentException for audio too short to mirror (200 samples or fewer)
     */
    public Buffer of(Arena arena, float[] audio) {
        if (audio.length <= MIRRORED) {
            throw new IllegalArgumentException("Audio of " + audio.length
                    + " samples is too short for a spectrogram; pad it with zeros to more than " + MIRRORED + ".");
        }
        int frames = audio.length / LogMel.HOP;
        int blocks = Math.ceilDiv(frames, LANES);
        Buffer spectrogram = Buffer.allocate(arena, ElementType.F32, mels, frames);
        try (Arena scratch = Arena.ofConfined()) {
            Buffer all = Buffer.allocate(scratch, ElementType.F32, blocks, mels, LANES);
            Buffer peak = Buffer.allocate(scratch, ElementType.F32, blocks, LANES);
            levels.run(all, peak, Buffer.copyOf(scratch, mirrored(audio, (int) LogMel.samples((long) blocks * LANES))));
            scale.run(spectrogram, all, peak);
        }
        return spectrogram;
    }

    /** Silence follows where the last block has more lanes than there are frames. */
    private static float[] mirrored(float[] audio, int samples) {
        float[] out = new float[Math.max(samples, audio.length + 2 * MIRRORED)];
        System.arraycopy(audio, 0, out, MIRRORED, audio.length);
        for (int i = 1; i <= MIRRORED; i++) {
            out[MIRRORED - i] = audio[i];
            out[MIRRORED + audio.length - 1 + i] = audio[audio.length - 1 - i];
        }
        return out;
    }
}
