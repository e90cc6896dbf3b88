package io.agentopt.runtime.speech;

import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.backend.ort.OrtTensor;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.llm.pack.ModelPackException;
import io.agentopt.runtime.llm.pack.SpeechPack;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * The passes of a speech recogniser one by one, to be timed; no text comes of them. Spectrograms are not part of them: their features are
 * random. Used by one thread.
 */
public final class SpeechPasses implements AutoCloseable {
    private final SpeechSessions sessions;
    private final SplittableRandom random = new SplittableRandom(1);
    private @Nullable OrtTensor window; // one window as the encoder left it

    private SpeechPasses(SpeechSessions sessions) {
        this.sessions = sessions;
    }

    /**
     * Loads a model.
     *
     * @throws ModelPackException if the pack has a defect or cannot be loaded
     */
    public static SpeechPasses open(SpeechPack pack, SessionSettings session) {
        return new SpeechPasses(SpeechSessions.open(pack, session));
    }

    /** {@return windows that can be heard together, at least 1} */
    public int mostWindows() {
        return sessions.mostWindows();
    }

    /** {@return tokens that a window's decoder can hold} */
    public int mostTokens() {
        return sessions.pack().tokens().maxLength();
    }

    /**
     * {@return seconds to hear windows together: the encoder's run, and what the decoder's first run takes more than a step, the keys and
     * values of cross-attention}
     *
     * @throws io.agentopt.runtime.backend.CancelledException if cancelled, also in mid-run
     */
    public double hear(int windows, CancelToken cancel) {
        return cancellable(cancel, options -> {
            try (OrtTensor features = features(windows)) {
                long start = System.nanoTime();
                OrtTensor encoded = sessions.encode(features, options);
                long heard = System.nanoTime();
                try (WindowDecoder decoder = new WindowDecoder(sessions, encoded, windows)) {
                    long before = System.nanoTime();
                    decoder.first(tokens(1), options).close();
                    long first = System.nanoTime();
                    decoder.next(tokens(windows), options).close();
                    long step = System.nanoTime();
                    return (heard - start + Math.max(0, first - before - (step - first))) / 1e9;
                }
            }
        });
    }

    /**
     * {@return mean seconds of a decode step of windows together}
     *
     * @param tokens that each window holds before
     * @param steps that are timed; with {@code tokens} at most {@link #mostTokens}
     * @throws io.agentopt.runtime.backend.CancelledException if cancelled, also in mid-run
     */
    public double step(int windows, int tokens, int steps, CancelToken cancel) {
        return cancellable(cancel, options -> {
            try (WindowDecoder decoder = new WindowDecoder(sessions, encoded(windows, options), windows)) {
                decoder.first(tokens(tokens), options).close();
                long start = System.nanoTime();
                for (int i = 0; i < steps; i++)
                    decoder.next(tokens(windows), options).close();
                return (System.nanoTime() - start) / 1e9 / steps;
            }
        });
    }

    private interface Timed {
        double run(OrtRunOptions options);
    }

    private double cancellable(CancelToken cancel, Timed timed) {
        String what = "The timing of model '" + sessions.pack().id() + "'";
        cancel.throwIfCancelled(what);
        try (OrtRunOptions options = OrtRunOptions.create();
                CancelToken.Registration _ = cancel.onCancel(options::terminate)) {
            return timed.run(options);
        } catch (RuntimeException e) {
            cancel.throwIfCancelled(what);
            throw e;
        }
    }

    private int[] tokens(int count) {
        int[] tokens = new int[count];
        Arrays.fill(tokens, sessions.pack().tokens().start());
        return tokens;
    }

    private OrtTensor features(int windows) {
        var audio = sessions.pack().spec().audio();
        OrtTensor features = OrtTensor.allocate(ElementType.FLOAT32, windows, audio.features(), (long) audio.frames());
        long elements = features.data().byteSize() / Float.BYTES;
        for (long i = 0; i < elements; i++)
            features.data().setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) random.nextGaussian());
        return features;
    }

    /** The encoder's output of one window, again for each: contexts are timed without hearing anew. */
    private OrtTensor encoded(int windows, OrtRunOptions options) {
        if (window == null) {
            try (OrtTensor features = features(1)) {
                window = sessions.encode(features, options);
            }
        }
        OrtTensor one = window;
        long[] shape = one.shape();
        shape[0] = windows;
        OrtTensor all = OrtTensor.allocate(one.type(), shape);
        long bytes = one.data().byteSize();
        for (int i = 0; i < windows; i++) MemorySegment.copy(one.data(), 0, all.data(), i * bytes, bytes);
        return all;
    }

    @Override
    public void close() {
        Optional.ofNullable(window).ifPresent(OrtTensor::close);
        sessions.close();
    }
}
