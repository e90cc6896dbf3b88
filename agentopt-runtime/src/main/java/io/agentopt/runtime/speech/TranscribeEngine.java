package io.agentopt.runtime.speech;

import io.agentopt.kernel.Kernels;
import io.agentopt.kernels.LogMelSpectrogram;
import io.agentopt.message.Audio;
import io.agentopt.model.EncoderDecoderSpec;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.DeviceLane;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.device.HostMemory;
import io.agentopt.runtime.llm.error.LlmException;
import io.agentopt.runtime.llm.pack.ModelPackException;
import io.agentopt.runtime.llm.pack.SpeechPack;
import io.agentopt.runtime.llm.pack.SpeechTokens;
import io.agentopt.runtime.text.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A speech recogniser of Whisper's kind on one device: sound becomes text. Any number of threads may call; windows of several sounds take turns.
 *
 * <p>Sound of any sample rate is resampled to 16 kHz and cut into windows of the model's length (30 s), the last padded with silence; of each a log-mel
 * spectrogram is encoded once, and the decoder writes its text token by token, with time stamps if they are asked for. Windows of nothing but zeros are not heard.
 */
public final class TranscribeEngine implements AutoCloseable {
    private static final int RATE = 16_000;
    private static final float LOUDEST = 1e12f; // the square of a window's sum must stay far from the largest float

    private final SpeechSessions sessions;
    private final Tokenizer tokenizer;
    private final LogMelSpectrogram spectrogram;
    private final SpeechMemory memory;
    private final DeviceLane lane;
    private final Set<OrtRunOptions> running = ConcurrentHashMap.newKeySet();
    private volatile boolean closing;

    private TranscribeEngine(
            SpeechSessions sessions, Tokenizer tokenizer, LogMelSpectrogram spectrogram, SpeechMemory memory) {
        this.sessions = sessions;
        this.tokenizer = tokenizer;
        this.spectrogram = spectrogram;
        this.memory = memory;
        lane = new DeviceLane(sessions.pack().id());
    }

    /**
     * Loads a model.
     *
     * @param kernels for the spectrograms; they stay the caller's, who closes them after this
     * @throws ModelPackException if the pack has a defect or does not fit the machine
     */
    public static TranscribeEngine open(SpeechPack pack, SpeechSettings settings, Kernels kernels) {
        SpeechMemory memory = estimate(pack, settings);
        Tokenizer tokenizer = pack.openTokenizer();
        try {
            return new TranscribeEngine(
                    SpeechSessions.open(pack, settings.session()),
                    tokenizer,
                    new LogMelSpectrogram(kernels, pack.spec().audio().features()),
                    memory);
        } catch (RuntimeException | OutOfMemoryError e) {
            tokenizer.close();
            throw e;
        }
    }

    /**
     * {@return what memory an engine takes, told without loading the model}
     *
     * @throws ModelPackException if that is more than the machine has
     */
    public static SpeechMemory estimate(SpeechPack pack, SpeechSettings settings) {
        return SpeechMemory.of(pack, settings.windows(), HostMemory.bytes());
    }

    public EncoderDecoderSpec model() {
        return sessions.pack().spec();
    }

    /** {@return what memory this takes at most} */
    public SpeechMemory memory() {
        return memory;
    }

    /** {@return codes of the languages that it knows, sorted; empty for models of English alone} */
    public List<String> languages() {
        return List.copyOf(sessions.pack().tokens().languages().keySet());
    }

    /**
     * Says early what {@link #transcribe} would refuse.
     *
     * @param language code, with or without a region: {@code de}, {@code de-AT}
     * @throws LlmException if the model does not know the language
     */
    public void requireLanguage(String language) {
        Optional<String> _ = known(language);
    }

    private Optional<String> known(String language) {
        String code = language.toLowerCase(Locale.ROOT).split("[-_]", 2)[0];
        Map<String, Integer> all = sessions.pack().tokens().languages();
        if (all.containsKey(code)) return Optional.of(code);
        if (all.isEmpty() && code.equals("en")) return Optional.empty(); // its prompts name none
        throw new LlmException("The model '" + sessions.pack().id() + "' does not know the language '" + language
                + "'. It knows " + (all.isEmpty() ? "English (en) alone" : all.keySet()) + ".");
    }

    /**
     * Turns sound into text.
     *
     * @return empty text for sound of no samples and for silence
     * @throws LlmException if the model does not know the language or, where times are asked for, has no time stamps, the sound is too loud (above 1e12), or scores are not finite
     * @throws io.agentopt.runtime.backend.CancelledException if cancelled
     * @throws IllegalStateException if this is closed before the end
     */
    public Transcription transcribe(Audio speech, TranscribeOptions options, CancelToken cancel) {
        Optional<String> language = options.language().flatMap(this::known);
        if (options.timed() && sessions.pack().tokens().noTimestamps().isEmpty()) {
            throw new LlmException("The model '" + sessions.pack().id()
                    + "' has no time stamps: neither no_timestamps_token_id nor the token <|notimestamps|>."
                    + " Transcribe without times, or copy generation_config.json from the model.");
        }
        Resampler resampled = new Resampler(speech, RATE);
        if (resampled.loudest() > LOUDEST) {
            throw new LlmException("The model '" + sessions.pack().id() + "' cannot hear sound as loud as "
                    + resampled.loudest() + ", whose energy overflows. Scale its samples to -1..1.");
        }
        SpeechWindows sound = new SpeechWindows(resampled, sessions.pack().windowSamples(), RATE);
        try (OrtRunOptions run = OrtRunOptions.create()) {
            TranscribeTask task = new TranscribeTask(
                    sessions,
                    spectrogram,
                    sound,
                    Math.min(memory.windows(), sessions.mostWindows()),
                    options,
                    language,
                    this::text,
                    run,
                    cancel,
                    () -> closing);
            running.add(run);
            try {
                lane.submit(task);
                task.await();
            } finally {
                running.remove(run);
            }
            return result(task, options.timed());
        }
    }

    private Transcription result(TranscribeTask task, boolean timed) {
        StringBuilder text = new StringBuilder();
        List<Transcription.Segment> segments = new ArrayList<>();
        int tokens = 0;
        for (Transcription.Window window : task.windows()) {
            tokens += window.tokens().size();
            if (!window.speech()) continue;
            text.append(text(window.tokens())); // texts of windows begin with a space where their language has spaces
            segments.addAll(segments(window, timed));
        }
        return new Transcription(
                text.toString().strip(), task.language(), segments, task.windows(), task.promptTokens(), tokens);
    }

    private List<Transcription.Segment> segments(Transcription.Window window, boolean timed) {
        if (!timed) {
            String text = text(window.tokens()).strip();
            return text.isEmpty() ? List.of() : List.of(new Transcription.Segment(window.span(), text));
        }
        SpeechTokens rules = sessions.pack().tokens();
        return TimedText.segments(window, new TimeRules(rules.noTimestamps().orElseThrow(), rules.end()), this::text);
    }

    /** {@return the text of tokens, without the end and without time stamps} */
    private String text(List<Integer> tokens) {
        SpeechTokens rules = sessions.pack().tokens();
        int stamps = rules.noTimestamps().orElse(Integer.MAX_VALUE);
        return tokenizer.decode(tokens.stream()
                .mapToInt(Integer::intValue)
                .filter(id -> id != rules.end() && id < stamps)
                .toArray());
    }

    /** {@return whether {@link #close} was called, for tests} */
    boolean isClosing() {
        return closing;
    }

    /** Ends the transcription in progress and frees the model; it and those that wait fail with an {@link IllegalStateException}. */
    @Override
    public void close() {
        closing = true;
        running.forEach(OrtRunOptions::terminate);
        lane.close();
        sessions.close();
        tokenizer.close();
    }

    @Override
    public String toString() {
        return "TranscribeEngine[" + sessions.pack().id() + "]";
    }
}
