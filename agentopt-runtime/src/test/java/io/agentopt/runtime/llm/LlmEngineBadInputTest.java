package io.agentopt.runtime.llm;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.onnx.OnnxWriter;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.llm.error.LlmException;
import io.agentopt.runtime.llm.error.MemoryExhaustedException;
import io.agentopt.runtime.llm.error.PromptTooLongException;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.pack.ModelPackException;
import io.agentopt.runtime.llm.prefix.PrefixSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What comes from outside and is wrong: each is an error of what asked for it, beside an engine that goes on. */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LlmEngineBadInputTest {
    private static final EngineSettings CPU = EngineSettings.cpu(1).withPrefixes(PrefixSettings.off());

    @TempDir
    Path root;

    @AfterEach
    void nothingIsLeft() {
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    private static List<Integer> answer(LlmEngine engine, int[] prompt, int tokens) {
        try (KvCache cache = engine.prefill(prompt, CancelToken.none())) {
            return engine.decode(cache, DecodeOptions.greedy(tokens), TokenListener.NONE, CancelToken.none())
                    .ids();
        }
    }

    /** Something that goes wrong. */
    private interface Fault {
        void happens() throws Exception;
    }

    /** Answers go on while something goes wrong, with the tokens that they have alone, and after it. */
    private static void beside(LlmEngine engine, Fault fault) throws Exception {
        List<List<Integer>> alone = new ArrayList<>();
        for (int i = 0; i < 3; i++) alone.add(answer(engine, Prompts.tokens(9 + i, i), 60));
        CountDownLatch begun = new CountDownLatch(3), over = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<Integer>>> others = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                int[] prompt = Prompts.tokens(9 + i, i);
                others.add(threads.submit(() -> {
                    KvCache cache = engine.prefill(prompt, CancelToken.none());
                    return engine.decode(
                                    cache,
                                    DecodeOptions.greedy(60),
                                    (index, id, text) -> {
                                        if (index == 2) begun.countDown();
                                        if (index == 4) await(over); // in the middle of its answer
                                    },
                                    CancelToken.none())
                            .ids();
                }));
            }
            try {
                begun.await();
                fault.happens();
            } finally {
                over.countDown();
            }
            for (int i = 0; i < 3; i++) assertThat(others.get(i).get()).isEqualTo(alone.get(i));
        }
        for (int i = 0; i < 3; i++)
            assertThat(answer(engine, Prompts.tokens(9 + i, i), 60)).isEqualTo(alone.get(i));
        assertThat(engine.slotsTaken()).isZero();
        assertThat(engine.waiting()).isZero();
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private LlmEngine good() {
        return LlmEngine.open(TinyPack.decoder("good").pack(root), CPU);
    }

    /** A pack with one file replaced. */
    private Path broken(String file, byte[] content) throws IOException {
        Path folder = TinyPack.decoder("broken").write(root);
        Files.write(folder.resolve(file), content);
        return folder;
    }

    private static void refused(Path folder, String... message) {
        assertThatThrownBy(() -> LlmEngine.open(ModelPack.read(folder), CPU).close())
                .isInstanceOf(ModelPackException.class)
                .hasMessageContainingAll(message);
    }

    @Test
    void aTruncatedModel() throws Exception {
        try (LlmEngine engine = good()) {
            byte[] whole = TinyPack.decoder("broken").onnx();
            beside(engine, () -> {
                for (int keep : new int[] {0, 1, 100, whole.length / 2, whole.length - 1}) {
                    Path folder = broken("model.onnx", Arrays.copyOf(whole, keep));
                    refused(folder, "model.onnx (" + keep + " bytes) of model 'broken'", "cut short", "Copy it again");
                }
            });
        }
    }

    @Test
    void externalWeightsThatAreMissingOrShort() throws Exception {
        OnnxWriter w = new OnnxWriter("external");
        w.input("input_ids", OnnxWriter.INT64, "batch", "sequence").output("logits", OnnxWriter.FLOAT, "batch", 4);
        w.external("table", OnnxWriter.FLOAT, "weights.bin", 0, 4096, 256, 4);
        w.node("Gather", "logits", List.of("table", "input_ids"), Map.of());
        try (LlmEngine engine = good()) {
            beside(engine, () -> {
                Path folder = broken("model.onnx", w.model());
                refused(folder, "its weights lie in " + folder.resolve("weights.bin"), "which is not there");
                Files.write(folder.resolve("weights.bin"), new byte[100]);
                refused(folder, "weights.bin, which has 100 bytes and must have at least 4096");
            });
        }
    }

    @Test
    void aTokenizerOfAnotherModel() throws Exception {
        String text = new String(TinyPack.tokenizer(), UTF_8);
        try (LlmEngine engine = good()) {
            beside(engine, () -> {
                refused(broken("tokenizer.json", "{}".getBytes(UTF_8)), "tokenizer.json' cannot be read");
                refused(
                        broken("tokenizer.json", text.substring(0, 500).getBytes(UTF_8)),
                        "tokenizer.json' cannot be read");
                String last =
                        text.substring(text.indexOf("{\"id\":262"), text.indexOf("}", text.indexOf("{\"id\":262")) + 1);
                String more = text.replace(
                        last, last + "," + last.replace("262", "263").replace("<end>", "<more>"));
                assertThat(more).isNotEqualTo(text);
                refused(broken("tokenizer.json", more.getBytes(UTF_8)), "has 264 tokens but architecture.vocab");
                String others = text.replace("<user>", "[user]").replace("<end>", "[end]");
                refused(broken("tokenizer.json", others.getBytes(UTF_8)), "<end>");
            });
        }
    }

    @Test
    void aLayoutThatNobodyKnows() throws Exception {
        try (LlmEngine engine = good()) {
            beside(engine, () -> {
                Path folder = TinyPack.decoder("broken").write(root);
                ModelPackTest.edit(folder, "gqa-in-place", "paged-blocks");
                refused(folder, "onnx.layout (\"paged-blocks\")");
            });
        }
    }

    @Test
    void aPromptLongerThanTheContext() throws Exception {
        try (LlmEngine engine = good()) {
            beside(engine, () -> {
                for (int length : new int[] {97, 1000, 1 << 20}) {
                    assertThatThrownBy(() -> engine.prefill(new int[length], CancelToken.none()))
                            .isInstanceOf(PromptTooLongException.class)
                            .hasMessageContainingAll(length + " tokens", "'good' takes at most 96");
                }
            });
        }
    }

    /** A model whose embedding of one token is not a number. */
    private ModelPack withNaN(int token) throws IOException {
        TinyPack tiny = TinyPack.decoder("nan");
        Path folder = tiny.write(root);
        byte[] onnx = tiny.onnx();
        SplittableRandom random = new SplittableRandom(tiny.seed()); // the embeddings are drawn first
        ByteBuffer first = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 4; i++) first.putFloat((float) random.nextGaussian());
        int at = 0;
        while (!Arrays.equals(onnx, at, at + 16, first.array(), 0, 16)) at++;
        ByteBuffer floats = ByteBuffer.wrap(onnx).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < tiny.hidden(); i++) {
            floats.putFloat(at + (int) JAVA_FLOAT.byteSize() * (token * tiny.hidden() + i), Float.NaN);
        }
        Files.write(folder.resolve("model.onnx"), onnx);
        return ModelPack.read(folder);
    }

    @Test
    void scoresThatAreNotNumbers() throws Exception {
        Set<Integer> said = new TreeSet<>(); // by the same weights
        try (LlmEngine engine = good()) {
            for (int i = 0; i < 3; i++) said.addAll(answer(engine, Prompts.tokens(9 + i, i), 60));
        }
        int token = 128; // prompts are letters
        while (said.contains(token)) token++;
        int[] bad = {'a', 'b', token};
        try (LlmEngine engine = LlmEngine.open(withNaN(token), CPU)) {
            beside(engine, () -> {
                for (int i = 0; i < 8; i++) { // each slot gets its turn, and good answers after it
                    assertThatThrownBy(() -> answer(engine, bad, 5))
                            .isInstanceOf(LlmException.class)
                            .hasMessageContainingAll("The model 'nan', at position 2,", "NaN");
                }
            });
        }
    }

    /** The scores go wrong in steps that answers share, behind a token that the model itself has chosen. */
    @Test
    void scoresThatAreNotNumbersInTheMidstOfAnAnswer() throws Exception {
        Set<Integer> others = new TreeSet<>();
        int[] prompt = {};
        List<Integer> answer = List.of();
        int fails = -1;
        try (LlmEngine engine = good()) {
            for (int i = 0; i < 3; i++) others.addAll(answer(engine, Prompts.tokens(9 + i, i), 60));
            for (int seed = 3; fails < 0; seed++) {
                prompt = Prompts.tokens(7, seed);
                answer = answer(engine, prompt, 60);
                for (int i = 3; i < 50 && fails < 0; i++) {
                    int token = answer.get(i);
                    boolean isNew = token >= 128 && !answer.subList(0, i).contains(token); // prompts are letters
                    if (isNew && !others.contains(token)) fails = i;
                }
            }
        }
        int[] bad = prompt;
        int position = bad.length + fails;
        List<Integer> before = answer.subList(0, fails + 1);
        try (LlmEngine engine = LlmEngine.open(withNaN(answer.get(fails)), CPU)) {
            beside(engine, () -> {
                List<Integer> heard = new ArrayList<>();
                try (KvCache cache = engine.prefill(bad, CancelToken.none())) {
                    assertThatThrownBy(() -> engine.decode(
                                    cache,
                                    DecodeOptions.greedy(60),
                                    (index, id, text) -> heard.add(id),
                                    CancelToken.none()))
                            .isInstanceOf(LlmException.class)
                            .hasMessageContainingAll("The model 'nan', at position " + position + ",", "NaN");
                }
                assertThat(heard).isEqualTo(before);
            });
        }
    }

    @Test
    void noMemoryToOpen() throws Exception {
        ModelPack pack = TinyPack.decoder("large").pack(root);
        try (LlmEngine engine = good()) {
            beside(engine, () -> {
                for (int given = 0; given < 6; given++) {
                    LimitedTensors memory = new LimitedTensors().left(given);
                    assertThatThrownBy(() -> LlmEngine.open(pack, CPU, memory))
                            .isInstanceOf(ModelPackException.class)
                            .hasMessageContainingAll(
                                    "model 'large'", "found no memory", "8 KV caches of 96 positions", "fewer slots");
                }
            });
        }
    }

    /** Memory for the scores of a longer prompt, or of a slot that is used the first time, is taken when it is needed. */
    @Test
    void noMemoryToGrow() throws Exception {
        LimitedTensors memory = new LimitedTensors();
        try (LlmEngine engine = LlmEngine.open(TinyPack.decoder("good").pack(root), CPU, memory)) {
            beside(engine, () -> {
                memory.left(0);
                assertThatThrownBy(() -> engine.prefill(Prompts.tokens(90, 1), CancelToken.none()))
                        .isInstanceOf(MemoryExhaustedException.class)
                        .hasMessageContainingAll(
                                "The prefill of 90 tokens of model 'good' ran out of memory", "fewer slots");
                memory.left(Integer.MAX_VALUE);
            });
            assertThat(answer(engine, Prompts.tokens(90, 1), 3)).hasSize(3);
        }
    }

    @Test
    void closeWhileEverythingIsUnderWay() throws Exception {
        LlmEngine engine = LlmEngine.open(TinyPack.slow("slow").pack(root), CPU.withSlots(3, Duration.ofHours(1)));
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            CountDownLatch begun = new CountDownLatch(2);
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < 2; i++) { // two answers, one of them to a listener that hangs for a while
                int number = i;
                all.add(threads.submit(() -> engine.decode(
                        engine.prefill(Prompts.tokens(4, 1), CancelToken.none()),
                        DecodeOptions.greedy(900),
                        (index, id, text) -> {
                            if (index == number) begun.countDown();
                        },
                        CancelToken.none())));
            }
            begun.await();
            for (int i = 0; i < 4; i++) { // one prompt in a slot, three in line
                all.add(threads.submit(() -> engine.prefill(Prompts.tokens(1000, 1), CancelToken.none())));
            }
            while (engine.waiting() < 3) Thread.onSpinWait();
            engine.close();
            for (Future<?> f : all) {
                assertThatThrownBy(f::get)
                        .hasCauseInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("The engine of model 'slow' is closed");
            }
        }
        engine.close();
    }
}
