package io.agentopt.runtime.speech;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.kernel.Kernels;
import io.agentopt.kernels.KernelCatalog;
import io.agentopt.message.Audio;
import io.agentopt.operator.Sampling;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.llm.error.LlmException;
import io.agentopt.runtime.llm.pack.SpeechPack;
import io.agentopt.runtime.speech.TinyWhisper.Style;
import io.agentopt.runtime.speech.Transcription.Segment;
import io.agentopt.runtime.speech.Transcription.Span;
import io.agentopt.runtime.speech.Transcription.Window;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Time stamps and further attempts, on the small random recogniser. */
@Timeout(120)
class TimedTranscriptionTest {
    private static final TinyWeights WEIGHTS = TinyWeights.random(1);
    private static final PlainWhisper TWIN = new PlainWhisper(WEIGHTS);
    private static final TranscribeOptions ENGLISH = TranscribeOptions.DEFAULTS.language("en");
    private static final int RATE = 16_000;
    private static final long ANOTHER = 1_000_003;

    @TempDir
    static Path root;

    private static Kernels kernels;

    @BeforeAll
    static void open() {
        kernels = Kernels.references(KernelCatalog.all());
        for (Style style : Style.values()) TinyWhisper.write(root, style.name(), WEIGHTS, style);
    }

    @AfterAll
    static void close() {
        kernels.close();
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    private static TranscribeEngine engine(Path folder, int windows) {
        return TranscribeEngine.open(
                SpeechPack.read(folder), SpeechSettings.cpu(1).withWindows(windows), kernels);
    }

    private static TranscribeEngine engine(Style style, int windows) {
        return engine(root.resolve(style.name()), windows);
    }

    private static Transcription heard(TranscribeEngine engine, Audio audio, TranscribeOptions options) {
        return engine.transcribe(audio, options, CancelToken.none());
    }

    @ParameterizedTest
    @EnumSource
    void timedTokensAreThoseOfAPlainForwardPass(Style style) {
        Set<List<Integer>> different = new HashSet<>();
        try (TranscribeEngine engine = engine(style, 1)) {
            for (int seed = 0; seed < 8; seed++) {
                Audio audio = Sounds.tones(seed, 0.3 + 0.1 * (seed % 6), RATE);
                List<Integer> expected =
                        TWIN.timed(TWIN.hear(audio.samples()), TinyWeights.ENGLISH, TinyWeights.TRANSCRIBE);
                Transcription timed = heard(engine, audio, ENGLISH.withTimes());
                assertThat(timed.windows())
                        .singleElement()
                        .satisfies(w -> assertThat(w.tokens()).isEqualTo(expected));
                assertThat(timed.promptTokens()).isEqualTo(3);
                assertThat(timed.text())
                        .isEqualTo(expected.stream()
                                .filter(t -> t < 256)
                                .map(t -> "" + (char) (int) t)
                                .collect(Collectors.joining())
                                .strip());
                different.add(expected);
            }
        }
        assertThat(different).hasSizeGreaterThan(4);
        assertThat(different)
                .anyMatch(tokens -> tokens.stream().filter(t -> t > 264).count() > 2);
    }

    private static final Window WINDOW = new Window(
            new Span(10, 10.9), List.of(265, 104, 105, 270, 270, 32, 270, 271, 121, 111, 256), true, true, 0);

    @Test
    void segmentsLieBetweenStampsAndWithinTheSound() {
        TimeRules times = new TimeRules(264, 256);
        assertThat(TimedText.segments(
                        WINDOW,
                        times,
                        tokens -> tokens.stream()
                                .filter(t -> t < 256)
                                .map(t -> "" + (char) (int) t)
                                .collect(Collectors.joining())))
                .containsExactly(
                        new Segment(new Span(10, 10.1), "hi"), // blanks are no segment
                        new Segment(new Span(10.12, 10.9), "yo"));
        assertThat(TimedText.segments(
                        new Window(new Span(10, 10.05), List.of(265, 104, 270), true, true, 0), times, tokens -> "x"))
                .containsExactly(
                        new Segment(new Span(10, 10), "x"),
                        new Segment(new Span(10, 10.05), "x"),
                        new Segment(new Span(10.05, 10.05), "x"));
    }

    @Test
    void segmentsOfLongSoundRiseAndWithoutStampsAreTheWindows() {
        Audio audio = Sounds.tones(4, 4.3, RATE);
        try (TranscribeEngine engine = engine(Style.PAIR, 2)) {
            Transcription plain = heard(engine, audio, ENGLISH);
            assertThat(plain.windows()).hasSizeGreaterThan(3);
            double at = 0;
            for (Window w : plain.windows()) {
                assertThat(w.span().startSeconds()).isEqualTo(at);
                at = w.span().endSeconds();
            }
            assertThat(at).isEqualTo(4.3);
            assertThat(plain.segments().stream().map(Segment::span))
                    .isSubsetOf(plain.windows().stream().map(Window::span).toList())
                    .isNotEmpty();
            Transcription timed = heard(engine, audio, ENGLISH.withTimes());
            assertThat(timed.segments()).isNotEmpty();
            at = 0;
            for (Segment s : timed.segments()) {
                assertThat(s.span().startSeconds()).isBetween(at, 4.3);
                assertThat(s.span().endSeconds()).isBetween(s.span().startSeconds(), 4.3);
                at = s.span().endSeconds();
            }
        }
    }

    @Test
    void modelsWithoutStampsSayThatTheyHaveNone() throws IOException {
        Path folder = TinyWhisper.write(root.resolve("more"), "plain", WEIGHTS, Style.PAIR);
        for (String name : List.of("generation_config.json", "tokenizer.json")) {
            Path file = folder.resolve(name);
            Files.writeString(
                    file,
                    Files.readString(file)
                            .replace("\"no_timestamps_token_id\":264,", "")
                            .replace("<|notimestamps|>", "<|other|>"));
        }
        try (TranscribeEngine engine = engine(folder, 1)) {
            assertThatThrownBy(() -> heard(engine, Sounds.tones(1, 0.5, RATE), ENGLISH.withTimes()))
                    .isInstanceOf(LlmException.class)
                    .hasMessageContaining("has no time stamps");
        }
    }

    @Test
    void aTextThatIsNeverBelievedIsThatOfTheLastAttempt() {
        Fallback never = new Fallback(List.of(0.2, 0.4, 0.6, 0.8, 1.0), 2.4, -0.0, 1);
        Audio audio = Sounds.tones(3, 0.8, RATE);
        try (TranscribeEngine engine = engine(Style.PAIR, 1)) {
            Transcription last = heard(engine, audio, ENGLISH.fallback(never));
            assertThat(last.windows().getFirst().temperature()).isEqualTo(1);
            assertThat(last.windows().getFirst().tokens())
                    .isEqualTo(heard(engine, audio, ENGLISH.sampling(Sampling.seeded(1, 5 * ANOTHER)))
                            .windows()
                            .getFirst()
                            .tokens());
            assertThat(last.promptTokens()).isEqualTo(4);
            Fallback always = new Fallback(List.of(0.2), 1e9, -1e9, 1);
            assertThat(heard(engine, audio, ENGLISH.fallback(always))).isEqualTo(heard(engine, audio, ENGLISH));
            Fallback silence = new Fallback(List.of(0.2), 2.4, -0.0, 0);
            Transcription silent = heard(engine, audio, ENGLISH.fallback(silence));
            assertThat(silent.text()).isEmpty();
            assertThat(silent.segments()).isEmpty();
            assertThat(silent.windows().getFirst().temperature()).isZero();
        }
    }

    /** Which windows are written again does not depend on how many are heard together, nor do their texts. */
    @ParameterizedTest
    @EnumSource
    void doubtfulWindowsAloneAreWrittenAgain(Style style) {
        Audio audio = Sounds.tones(7, 6.5, RATE);
        boolean mixed = false;
        long before = 0;
        try (TranscribeEngine one = engine(style, 1);
                TranscribeEngine many = engine(style, 4)) {
            Transcription first = heard(many, audio, ENGLISH);
            for (double least : new double[] {-8, -3, -2.5, -2, -1.5, -1, -0.5, 0}) {
                TranscribeOptions options = ENGLISH.fallback(new Fallback(List.of(0.7), 1e9, least, 1));
                Transcription again = heard(many, audio, options);
                assertThat(heard(one, audio, options).windows()).isEqualTo(again.windows());
                for (int i = 0; i < first.windows().size(); i++) {
                    Window w = again.windows().get(i);
                    if (w.temperature() == 0)
                        assertThat(w).isEqualTo(first.windows().get(i));
                }
                long retried = again.windows().stream()
                        .filter(w -> w.temperature() > 0)
                        .count();
                assertThat(retried).isGreaterThanOrEqualTo(before);
                before = retried;
                mixed |= retried > 0 && retried < again.windows().size();
            }
            assertThat(mixed).as("some windows were written again and some not").isTrue();
            assertThat(before).isEqualTo(first.windows().size());
        }
    }

    @Test
    void textsThatRepeatThemselvesCompress() {
        assertThat(WindowText.compression("")).isEqualTo(1);
        assertThat(WindowText.compression("The parcel left the depot this morning and is on its way."))
                .isLessThan(1.5);
        assertThat(WindowText.compression("and then ".repeat(20))).isGreaterThan(5);
    }

    @Test
    void fallbacksThatCannotBeAreRefused() {
        assertThatThrownBy(() -> new Fallback(List.of(0.4, 0.2), 2.4, -1, 0.6)).hasMessageContaining("rise");
        assertThatThrownBy(() -> new Fallback(List.of(), 0, -1, 0.6)).hasMessageContaining("mostCompression (0.0)");
        assertThatThrownBy(() -> new Fallback(List.of(), 2.4, 1, 0.6)).hasMessageContaining("at most 0");
        assertThatThrownBy(() -> new Fallback(List.of(), 2.4, -1, 2)).hasMessageContaining("in [0, 1]");
    }
}
