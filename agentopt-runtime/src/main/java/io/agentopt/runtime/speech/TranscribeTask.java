package io.agentopt.runtime.speech;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernels.LogMelSpectrogram;
import io.agentopt.operator.Sampling;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.DeviceLane;
import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.backend.ort.OrtTensor;
import io.agentopt.runtime.llm.batch.Exchange;
import io.agentopt.runtime.llm.pack.SpeechTokens;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One transcription on an engine's lane: a step of the lane is some windows, from samples to text. Between steps others have their turn, so the engine holds
 * the caches of one step's windows at a time.
 */
final class TranscribeTask implements DeviceLane.Work {
    private static final long ANOTHER = 1_000_003; // between the seeds of a window's attempts

    private final SpeechSessions sessions;
    private final LogMelSpectrogram spectrogram;
    private final SpeechWindows sound;
    private final int most;
    private final TranscribeOptions wanted;
    private final OrtRunOptions options;
    private final BooleanSupplier closing;
    private final Exchange exchange;
    private final String owner;
    private final Function<List<Integer>, String> text;
    private final Optional<TimeRules> times;
    private final List<Transcription.Window> done = new ArrayList<>();
    private Optional<String> language;
    private int promptTokens;

    /** A window with sound, and its place among all. */
    @SuppressWarnings("ArrayRecordComponent") // handed over, not compared
    private record Heard(int place, Transcription.Span span, float[] samples) {}

    /**
     * @param most windows a step
     * @param language one of the model's, if it is known
     * @param text of tokens
     * @param closing whether the engine closes, which ends the task
     */
    TranscribeTask(
            SpeechSessions sessions,
            LogMelSpectrogram spectrogram,
            SpeechWindows sound,
            int most,
            TranscribeOptions wanted,
            Optional<String> language,
            Function<List<Integer>, String> text,
            OrtRunOptions options,
            CancelToken cancel,
            BooleanSupplier closing) {
        this.sessions = sessions;
        this.spectrogram = spectrogram;
        this.sound = sound;
        this.most = most;
        this.wanted = wanted;
        this.language = language;
        this.text = text;
        SpeechTokens rules = sessions.pack().tokens();
        times = wanted.timed()
                ? Optional.of(new TimeRules(rules.noTimestamps().orElseThrow(), rules.end()))
                : Optional.empty();
        this.options = options;
        this.closing = closing;
        owner = "The model '" + sessions.pack().id() + "'";
        exchange = new Exchange(
                "The transcription by model '" + sessions.pack().id() + "'",
                cancel,
                Integer.MAX_VALUE,
                options::terminate,
                () -> {});
    }

    @Override
    public boolean step() {
        try {
            goOn();
            List<Heard> windows = new ArrayList<>();
            while (windows.size() < most && !sound.isDone()) {
                float[] window = sound.next();
                // Silence has no words, and models make some up for it.
                if (!isSilent(window)) windows.add(new Heard(done.size(), sound.span(), window));
                done.add(new Transcription.Window(sound.span(), List.of(), false, true, 0));
            }
            if (!windows.isEmpty()) hear(windows);
            if (!sound.isDone()) return true;
        } catch (RuntimeException e) {
            throw closing.getAsBoolean() ? closed(e) : e;
        }
        exchange.finished();
        return false;
    }

    /** Ends the task here if it shall stop. */
    private void goOn() {
        if (closing.getAsBoolean()) throw closed(null);
        if (exchange.isCancelled()) throw exchange.cancelled();
    }

    private IllegalStateException closed(@Nullable Throwable cause) {
        return new IllegalStateException(
                owner + " was closed during a transcription. Close its engine after the last request.", cause);
    }

    private static boolean isSilent(float[] samples) {
        for (float s : samples) if (s != 0) return false;
        return true;
    }

    private void hear(List<Heard> windows) {
        OrtTensor encoded;
        try (OrtTensor features = features(windows)) {
            goOn();
            encoded = sessions.encode(features, options);
        }
        List<Heard> left = windows;
        for (Sampling sampling : attempts()) {
            try (WindowDecoder decoder = new WindowDecoder(sessions, encoded, left.size())) {
                List<WindowText> texts = decode(decoder, left, sampling);
                List<Integer> doubtful = new ArrayList<>();
                for (int i = 0; i < texts.size(); i++) {
                    done.set(
                            left.get(i).place(), texts.get(i).window(left.get(i).span()));
                    if (texts.get(i).isDoubtful(text.apply(texts.get(i).tokens()))) doubtful.add(i);
                }
                if (doubtful.isEmpty() || sampling.equals(attempts().getLast())) return;
                goOn();
                left = doubtful.stream().map(left::get).toList();
                encoded = decoder.encoded(doubtful); // which the next decoder owns
            }
        }
    }

    /** {@return how tokens are chosen, attempt by attempt; the last one counts, whatever comes of it} */
    private List<Sampling> attempts() {
        Sampling first = wanted.sampling();
        List<Sampling> all = new ArrayList<>(List.of(first));
        for (double t : wanted.fallback().temperatures()) {
            if (t > first.temperature()) all.add(with(first, t, first.seed() + ANOTHER * all.size()));
        }
        return all;
    }

    private static Sampling with(Sampling s, double temperature, long seed) {
        return new Sampling(temperature, s.topK(), s.topP(), s.minP(), s.penalties(), seed, s.stops(), s.format());
    }

    private OrtTensor features(List<Heard> windows) {
        var audio = sessions.pack().spec().audio();
        int mels = audio.features(), frames = (int) audio.frames();
        OrtTensor features = OrtTensor.allocate(ElementType.FLOAT32, windows.size(), mels, frames);
        try (Arena arena = Arena.ofConfined()) {
            long bytes = (long) Float.BYTES * mels * frames;
            for (int i = 0; i < windows.size(); i++) {
                Buffer made = spectrogram.of(arena, windows.get(i).samples());
                MemorySegment.copy(made.segment(), 0, features.data(), i * bytes, bytes);
            }
            return features;
        } catch (RuntimeException | OutOfMemoryError e) {
            features.close();
            throw e;
        }
    }

    private List<WindowText> decode(WindowDecoder decoder, List<Heard> windows, Sampling sampling) {
        SpeechTokens rules = sessions.pack().tokens();
        float[] row = new float[sessions.pack().spec().vocab()];
        List<WindowText> texts = new ArrayList<>();
        OrtTensor scores = begin(decoder, windows, sampling, rules, row, texts);
        while (true) {
            try {
                for (int i = 0; i < texts.size(); i++) {
                    if (texts.get(i).isOver()) continue;
                    read(scores, i, true, row);
                    texts.get(i).take(row, owner);
                }
            } finally {
                scores.close();
            }
            if (texts.stream().allMatch(WindowText::isOver)) return texts;
            goOn();
            scores = decoder.next(texts.stream().mapToInt(WindowText::last).toArray(), options);
        }
    }

    /** {@return the scores behind the prompt; where the language is not known, the start token alone is run and its scores tell it} */
    private OrtTensor begin(
            WindowDecoder decoder,
            List<Heard> windows,
            Sampling sampling,
            SpeechTokens rules,
            float[] row,
            List<WindowText> texts) {
        boolean find = language.isEmpty() && !rules.languages().isEmpty();
        int[] known = find ? new int[] {rules.start()} : prompt(rules);
        OrtTensor scores = decoder.first(known, options);
        try {
            if (find) {
                read(scores, 0, false, row);
                language = Optional.of(spoken(rules, row));
            }
            int[] prompt = prompt(rules);
            if (sampling.equals(wanted.sampling())) promptTokens += windows.size() * prompt.length; // once a window
            for (int i = 0; i < windows.size(); i++) {
                WindowText text = new WindowText(
                        rules,
                        times,
                        wanted.fallback(),
                        // Each window has draws of its own.
                        with(
                                sampling,
                                sampling.temperature(),
                                sampling.seed() + windows.get(i).place()),
                        rules.maxLength() - prompt.length);
                read(scores, i, false, row);
                text.begin(row);
                texts.add(text);
            }
            for (int at = known.length; at < prompt.length; at++) {
                goOn();
                int[] tokens = new int[windows.size()];
                Arrays.fill(tokens, prompt[at]);
                scores.close();
                scores = decoder.next(tokens, options);
            }
            return scores;
        } catch (RuntimeException | OutOfMemoryError e) {
            scores.close();
            throw e;
        }
    }

    private int[] prompt(SpeechTokens rules) {
        List<Integer> prompt = new ArrayList<>(List.of(rules.start()));
        language.map(rules.languages()::get).ifPresent(prompt::add);
        OptionalInt task = wanted.translated() ? rules.translate() : rules.transcribe();
        task.ifPresent(prompt::add);
        if (times.isEmpty()) rules.noTimestamps().ifPresent(prompt::add);
        return prompt.stream().mapToInt(Integer::intValue).toArray();
    }

    private static String spoken(SpeechTokens rules, float[] scores) {
        String best = "";
        float highest = Float.NEGATIVE_INFINITY;
        for (var e : rules.languages().entrySet()) {
            if (!best.isEmpty() && scores[e.getValue()] <= highest) continue;
            best = e.getKey();
            highest = scores[e.getValue()];
        }
        return best;
    }

    /** Copies the scores behind a window's last or first token. */
    private static void read(OrtTensor scores, int window, boolean last, float[] row) {
        long positions = scores.shape()[1], at = window * positions + (last ? positions - 1 : 0);
        scores.read(memory -> {
            MemorySegment.copy(memory, JAVA_FLOAT, at * row.length * Float.BYTES, row, 0, row.length);
            return row;
        });
    }

    @Override
    public void failed(Throwable cause) {
        exchange.failed(cause);
    }

    /** Waits for the end, or throws what ended it. */
    void await() {
        exchange.await((id, last) -> {});
    }

    List<Transcription.Window> windows() {
        return done;
    }

    Optional<String> language() {
        return language;
    }

    int promptTokens() {
        return promptTokens;
    }
}
