package io.agentopt.runtime.speech;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.kernel.KernelDefinition;
import io.agentopt.kernel.Kernels;
import io.agentopt.kernels.KernelCatalog;
import io.agentopt.message.Audio;
import io.agentopt.operator.Sampling;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.CancelledException;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.llm.error.LlmException;
import io.agentopt.runtime.llm.pack.SpeechPack;
import io.agentopt.runtime.speech.TinyWhisper.Style;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A small random recogniser of Whisper's kind against its plain twin, and what goes wrong in a request. */
@Timeout(120)
class TranscribeEngineTest {
    private static final TinyWeights WEIGHTS = TinyWeights.random(1);
    private static final PlainWhisper TWIN = new PlainWhisper(WEIGHTS);
    private static final int RATE = 16_000;
    private static final Map<Integer, String> LANGUAGES = Map.of(258, "en", 259, "de", 260, "ja");

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

    private static TranscribeEngine engine(Style style, int windows) {
        return engine(root.resolve(style.name()), windows, kernels);
    }

    private static TranscribeEngine engine(Path folder, int windows, Kernels with) {
        return TranscribeEngine.open(
                SpeechPack.read(folder), SpeechSettings.cpu(1).withWindows(windows), with);
    }

    private static Transcription heard(TranscribeEngine engine, Audio audio) {
        return engine.transcribe(audio, TranscribeOptions.DEFAULTS, CancelToken.none());
    }

    @ParameterizedTest
    @EnumSource
    void tokensAreThoseOfAPlainForwardPass(Style style) {
        Set<List<Integer>> different = new HashSet<>();
        Set<Integer> found = new HashSet<>();
        try (TranscribeEngine engine = engine(style, 1)) {
            for (int seed = 0; seed < 6; seed++) {
                Audio audio = Sounds.tones(seed, 0.3 + 0.1 * seed, RATE);
                double[][] encoded = TWIN.hear(audio.samples());
                int spoken = TWIN.language(encoded);
                found.add(spoken);
                Transcription any = heard(engine, audio);
                assertThat(any.language()).contains(LANGUAGES.get(spoken));
                check(any, TWIN.tokens(encoded, 0, TinyWeights.TRANSCRIBE), different);
                int language = 258 + seed % 3;
                TranscribeOptions options =
                        TranscribeOptions.DEFAULTS.language(Objects.requireNonNull(LANGUAGES.get(language)));
                check(
                        engine.transcribe(audio, options, CancelToken.none()),
                        TWIN.tokens(encoded, language, TinyWeights.TRANSCRIBE),
                        different);
                check(
                        engine.transcribe(audio, options.toEnglish(), CancelToken.none()),
                        TWIN.tokens(encoded, language, TinyWeights.TRANSLATE),
                        different);
            }
        }
        assertThat(different).as("texts of different sounds").hasSizeGreaterThan(9);
        assertThat(different.stream().map(List::size).distinct().count())
                .as("lengths")
                .isGreaterThan(1);
        assertThat(found).as("languages").hasSizeGreaterThan(1);
    }

    private static void check(Transcription heard, List<Integer> expected, Set<List<Integer>> all) {
        assertThat(heard.windows()).singleElement().satisfies(w -> {
            assertThat(w.tokens()).isEqualTo(expected);
            assertThat(w.complete()).isEqualTo(expected.getLast() == TinyWeights.END);
        });
        assertThat(heard.promptTokens()).isEqualTo(4);
        assertThat(heard.outputTokens()).isEqualTo(expected.size());
        StringBuilder text = new StringBuilder();
        expected.stream().filter(t -> t < 256).forEach(t -> text.append((char) (int) t));
        assertThat(heard.text()).isEqualTo(text.toString().strip());
        all.add(expected);
    }

    @ParameterizedTest
    @EnumSource
    void longSoundIsHeardInWindowsAloneOrTogether(Style style) {
        float[] samples = Sounds.tones(77, 6.4, RATE).samples();
        Arrays.fill(samples, 2 * RATE, 4 * RATE, 0); // a window of silence lies within
        Audio audio = new Audio(samples, RATE);
        List<List<Integer>> expected = new ArrayList<>();
        SpeechWindows windows = new SpeechWindows(new Resampler(audio, RATE), RATE, RATE);
        int language = 0;
        while (!windows.isDone()) {
            float[] w = windows.next();
            boolean silent = true;
            for (float s : w) silent &= s == 0;
            if (silent) {
                expected.add(List.of());
                continue;
            }
            double[][] encoded = TWIN.hear(w);
            if (language == 0) language = TWIN.language(encoded); // the first window's is all windows'
            expected.add(TWIN.tokens(encoded, language, TinyWeights.TRANSCRIBE));
        }
        assertThat(expected).hasSizeGreaterThan(6).contains(List.of());
        for (int together : new int[] {1, 3, 16}) {
            try (TranscribeEngine engine = engine(style, together)) {
                Transcription heard = heard(engine, audio);
                assertThat(heard.windows().stream().map(Transcription.Window::tokens))
                        .isEqualTo(expected);
                assertThat(heard.outputTokens())
                        .isEqualTo(expected.stream().mapToInt(List::size).sum());
            }
        }
    }

    @Test
    void silenceAndNoSoundAtAllSayNothing() {
        try (TranscribeEngine engine = engine(Style.PAIR, 2)) {
            assertThat(heard(engine, new Audio(new float[0], RATE)))
                    .isEqualTo(new Transcription("", Optional.empty(), List.of(), List.of(), 0, 0));
            Transcription silence = heard(engine, new Audio(new float[5 * RATE], RATE));
            assertThat(silence.text()).isEmpty();
            assertThat(silence.windows()).hasSizeGreaterThanOrEqualTo(5).noneMatch(Transcription.Window::speech);
            assertThat(silence.outputTokens()).isZero();
        }
    }

    @Test
    void soundOfAnotherRateIsResampled() {
        try (TranscribeEngine engine = engine(Style.PAIR, 1)) {
            for (int rate : new int[] {8_000, 44_100, 48_000}) {
                Audio audio = Sounds.tones(rate, 0.8, rate);
                Resampler resampled = new Resampler(audio, RATE);
                float[] samples = resampled.part(0, (int) resampled.length());
                assertThat(heard(engine, audio).windows().getFirst().tokens()).isEqualTo(TWIN.tokens(samples));
            }
        }
    }

    @Test
    void drawsAreReproducibleAndDifferBySeed() {
        Audio audio = Sounds.tones(3, 2.5, RATE);
        Set<String> texts = new HashSet<>();
        try (TranscribeEngine one = engine(Style.MERGED, 1);
                TranscribeEngine many = engine(Style.MERGED, 4)) {
            for (long seed = 0; seed < 3; seed++) {
                TranscribeOptions options =
                        TranscribeOptions.DEFAULTS.language("en").sampling(Sampling.seeded(1, seed));
                String text = one.transcribe(audio, options, CancelToken.none()).text();
                assertThat(many.transcribe(audio, options, CancelToken.none()).text())
                        .isEqualTo(text);
                texts.add(text);
            }
        }
        assertThat(texts).hasSize(3);
        assertThatThrownBy(() ->
                        TranscribeOptions.DEFAULTS.sampling(Sampling.greedy().stoppingAt("x")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("stop texts");
    }

    @Test
    void languagesGoByTheirCodes() {
        try (TranscribeEngine engine = engine(Style.PAIR, 1)) {
            assertThat(engine.languages()).containsExactly("de", "en", "ja");
            Audio audio = Sounds.tones(1, 0.5, RATE);
            assertThat(engine.transcribe(audio, TranscribeOptions.DEFAULTS.language("DE-at"), CancelToken.none())
                            .language())
                    .contains("de");
            assertThatThrownBy(() -> engine.transcribe(
                            audio, TranscribeOptions.DEFAULTS.language("klingon"), CancelToken.none()))
                    .isInstanceOf(LlmException.class)
                    .hasMessageContainingAll("'PAIR'", "'klingon'", "[de, en, ja]");
        }
    }

    /** The sound's energy overflows, but its samples are finite; the next request is served. */
    @Test
    void soundThatOverflowsFailsAlone() {
        try (TranscribeEngine engine = engine(Style.PAIR, 1)) {
            float[] loud = new float[RATE];
            Arrays.fill(loud, 3e38f);
            assertThatThrownBy(() -> heard(engine, new Audio(loud, RATE)))
                    .isInstanceOf(LlmException.class)
                    .hasMessageContaining("Scale its samples to -1..1");
            Audio audio = Sounds.tones(1, 0.5, RATE);
            assertThat(heard(engine, audio).windows().getFirst().tokens()).isEqualTo(TWIN.tokens(audio.samples()));
        }
    }

    @Test
    void scoresThatAreNotFiniteFailTheRequestAlone() {
        TinyWeights broken = TinyWeights.random(1);
        broken.of("positions")[8 * TinyWeights.WIDTH] = Float.NaN;
        Path folder = TinyWhisper.write(root.resolve("more"), "broken", broken, Style.PAIR);
        try (TranscribeEngine engine = engine(folder, 1, kernels)) {
            assertThatThrownBy(() -> heard(engine, Sounds.tones(1, 0.5, RATE)))
                    .isInstanceOf(LlmException.class)
                    .hasMessageContainingAll("The model 'broken' scored token", "NaN");
            assertThat(heard(engine, new Audio(new float[9], RATE)).text()).isEmpty();
        }
    }

    /** {@return kernels whose first mel spectrogram does something more} */
    private static Kernels listening(Runnable first) {
        CountDownLatch once = new CountDownLatch(1);
        return Kernels.references(KernelCatalog.all().stream()
                .map(d -> d.name().equals("log_mel")
                        ? new Overheard(d, () -> {
                            if (once.getCount() == 0) return;
                            once.countDown();
                            first.run();
                        })
                        : d)
                .toList());
    }

    @Test
    void aTranscriptionStopsWhenItIsCancelled() {
        CancelToken cancel = CancelToken.create();
        try (Kernels heard = listening(() -> cancel.cancel("Enough."));
                TranscribeEngine engine = engine(root.resolve("PAIR"), 1, heard)) {
            assertThatThrownBy(() -> engine.transcribe(Sounds.tones(1, 30, RATE), TranscribeOptions.DEFAULTS, cancel))
                    .isInstanceOf(CancelledException.class)
                    .hasMessageContainingAll("The transcription by model 'PAIR'", "Enough.");
            assertThat(heard(engine, Sounds.tones(1, 0.5, RATE)).text()).isNotEmpty();
            assertThatThrownBy(() -> engine.transcribe(
                            Sounds.tones(1, 1, RATE),
                            TranscribeOptions.DEFAULTS,
                            CancelToken.after(java.time.Duration.ZERO)))
                    .isInstanceOf(CancelledException.class);
        }
    }

    @Test
    void closeEndsWhatRunsAndWhatWaits() {
        CountDownLatch begun = new CountDownLatch(1), closed = new CountDownLatch(1);
        try (Kernels heard = listening(() -> {
            begun.countDown();
            await(closed);
        })) {
            TranscribeEngine engine = engine(root.resolve("PAIR"), 1, heard);
            List<CompletableFuture<Transcription>> requests = new ArrayList<>();
            for (int i = 0; i < 3; i++)
                requests.add(CompletableFuture.supplyAsync(
                        () -> heard(engine, Sounds.tones(1, 30, RATE)),
                        r -> Thread.ofVirtual().start(r)));
            await(begun);
            Thread closing = Thread.ofVirtual().start(engine::close);
            while (!engine.isClosing()) Thread.onSpinWait();
            closed.countDown();
            for (var request : requests)
                assertThatThrownBy(request::join)
                        .isInstanceOf(CompletionException.class)
                        .hasCauseInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("closed");
            join(closing);
            assertThatThrownBy(() -> heard(engine, Sounds.tones(1, 1, RATE))).isInstanceOf(IllegalStateException.class);
            engine.close();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void manyThreadsMayAsk() {
        try (TranscribeEngine engine = engine(Style.MERGED, 2)) {
            List<CompletableFuture<Transcription>> requests = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                Audio audio = Sounds.tones(i, 2.5, RATE);
                requests.add(CompletableFuture.supplyAsync(
                        () -> heard(engine, audio), r -> Thread.ofVirtual().start(r)));
            }
            for (int i = 0; i < 5; i++)
                assertThat(requests.get(i).join()).isEqualTo(heard(engine, Sounds.tones(i, 2.5, RATE)));
        }
    }

    /** A kernel that tells when it runs. */
    private record Overheard(KernelDefinition kernel, Runnable heard) implements KernelDefinition {
        @Override
        public String name() {
            return kernel.name();
        }

        @Override
        public List<io.agentopt.kernel.Parameter> parameters() {
            return kernel.parameters();
        }

        @Override
        public List<io.agentopt.kernel.Operand> operands(io.agentopt.kernel.KernelSpec spec) {
            return kernel.operands(spec);
        }

        @Override
        public void run(
                io.agentopt.kernel.KernelSpec spec, long begin, long end, io.agentopt.kernel.Buffer... buffers) {
            heard.run();
            kernel.run(spec, begin, end, buffers);
        }
    }
}
