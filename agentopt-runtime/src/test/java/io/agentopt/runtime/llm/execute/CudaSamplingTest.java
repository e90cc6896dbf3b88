package io.agentopt.runtime.llm.execute;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.operator.Penalties;
import io.agentopt.operator.Sampling;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.backend.ort.StubGpu;
import io.agentopt.runtime.llm.Prompts;
import io.agentopt.runtime.llm.TinyPack;
import io.agentopt.runtime.llm.batch.AnswerSpec;
import io.agentopt.runtime.llm.batch.BatchLoop;
import io.agentopt.runtime.llm.batch.BatchSettings;
import io.agentopt.runtime.llm.batch.PrefixCache;
import io.agentopt.runtime.llm.batch.Sequence;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.sample.Sampler;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tokens that the device draws, against the host's sampler with the same seeds. The driver's kernel computes in double precision; what
 * PTX does to the same numbers, SampleNextTest of agentopt-mlir knows.
 */
class CudaSamplingTest {
    private static final CancelToken NEVER = CancelToken.none();
    private static final List<Sampling> DRAWN = List.of(
            new Sampling(0.8, 40, 0.9, 1),
            new Sampling(1.3, 0, 1, 2),
            new Sampling(0.7, 0, 0.95, 3),
            new Sampling(1, 0, 1, 4).minP(0.05));

    @TempDir
    static Path root;

    @BeforeEach
    void countFromNow() {
        StubGpu.drawn();
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(OrtEnvironment.get().liveHandles()).isEmpty();
    }

    private static ModelPack pack() {
        return TinyPack.decoder("drawn").withLengths().pack(root);
    }

    /** Greedy rows and rows that draw in one step, asked for as expected or otherwise, with rows that come and go. */
    @Test
    void whatTheDeviceDrawsTheHostDraws() {
        ModelPack pack = pack();
        SplittableRandom random = new SplittableRandom(21);
        int rows = 5, context = pack.spec().maxContext(), drawn = 0;
        try (CudaExecutor gpu = CudaExecutorTest.open(pack, rows);
                DecoderExecutor cpu = DecoderExecutorContract.open(pack, rows);
                OrtRunOptions run = OrtRunOptions.create()) {
            Sampler[] device = new Sampler[rows], host = new Sampler[rows];
            int[] held = new int[rows], next = new int[rows], asked = {0, 1, 2, 3, 4};
            for (int step = 0; step < 200; step++) {
                if (random.nextInt(6) == 0) {
                    asked = random.ints(0, rows)
                            .distinct()
                            .limit(1 + random.nextInt(rows))
                            .sorted()
                            .toArray();
                }
                for (int row : asked) {
                    if (host[row] != null && held[row] < context && random.nextInt(30) > 0) continue;
                    int n = 4 + random.nextInt(9);
                    for (DecoderExecutor e : List.of(gpu, cpu))
                        e.prefill(row, Prompts.tokens(n, step + row), 0, n, run);
                    held[row] = n;
                    Sampling s = row == 4 ? Sampling.greedy() : DRAWN.get((row + step) % DRAWN.size());
                    device[row] = new Sampler(s);
                    host[row] = new Sampler(s);
                    next[row] =
                            device[row].choose(gpu.scores(row), "The test"); // a prompt's token is the host's to choose
                    assertThat(host[row].choose(cpu.scores(row), "The test")).isEqualTo(next[row]);
                }
                int[] tokens = Arrays.stream(asked).map(r -> next[r]).toArray();
                List<Draw> draws = Arrays.stream(asked)
                        .mapToObj(r -> device[r].draw().orElseThrow())
                        .toList();
                gpu.decode(new DecodeStep(asked, tokens, held, draws, random.nextInt(5) > 0), run);
                cpu.decode(new DecodeStep(asked, tokens, held), run);
                for (int i = 0; i < asked.length; i++) {
                    int row = asked[i];
                    held[row]++;
                    next[row] = gpu.chosen(row, draws.get(i));
                    assertThat(next[row])
                            .as("step " + step + " row " + row)
                            .isEqualTo(host[row].choose(cpu.scores(row), "The test"));
                    device[row].taken(next[row]);
                    assertThat(gpu.best(row)).isEqualTo(cpu.best(row));
                    if (!draws.get(i).isHighest()) drawn++;
                }
            }
        }
        assertThat(drawn).isGreaterThan(300);
        assertThat(StubGpu.drawn()).isPositive();
    }

    @Test
    void greedyStepsDoNotDraw() {
        try (CudaExecutor gpu = CudaExecutorTest.open(pack(), 2);
                OrtRunOptions run = OrtRunOptions.create()) {
            gpu.prefill(0, Prompts.tokens(9, 1), 0, 9, run);
            gpu.prefill(1, Prompts.tokens(9, 2), 0, 9, run);
            int[] rows = {0, 1}, tokens = {gpu.best(0), gpu.best(1)}, held = {9, 9};
            gpu.decode(new DecodeStep(rows, tokens, held, true), run);
            assertThat(StubGpu.drawn()).isZero();
            Draw draw = new Draw(0.9f, 0, 1, 0, 0.3f, 0.4f);
            assertThat(gpu.chosen(0, draw))
                    .as("of a step that was asked for otherwise")
                    .isEqualTo(-1);
        }
    }

    /** Answers that draw, greedy ones, and ones that only the host can choose, in the same steps. */
    @Test
    void aSeedGivesTheAnswerOfTheHost() throws Exception {
        List<Sampling> all = new ArrayList<>(DRAWN);
        all.add(Sampling.greedy());
        all.add(new Sampling(0.9, 20, 1, 5).penalties(new Penalties(1.2, 0.1, 0)));
        all.add(new Sampling(0.9, 0, 0.9, 6).minP(0.02));
        List<List<Integer>> expected = new ArrayList<>();
        try (BatchLoop cpu = loop(DecoderExecutorContract.open(pack(), 1))) {
            for (int i = 0; i < all.size(); i++) expected.add(answer(cpu, i, all.get(i)));
        }
        assertThat(StubGpu.drawn()).isZero();
        for (PromptLane lane : PromptLane.values()) {
            try (BatchLoop gpu = loop(CudaExecutorTest.open(pack(), lane, all.size()));
                    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                List<Future<List<Integer>>> answers = new ArrayList<>();
                for (int i = 0; i < all.size(); i++) {
                    int at = i;
                    answers.add(threads.submit(() -> answer(gpu, at, all.get(at))));
                }
                for (int i = 0; i < all.size(); i++) {
                    assertThat(answers.get(i).get()).as(all.get(i).text()).isEqualTo(expected.get(i));
                }
            }
            assertThat(StubGpu.drawn()).isPositive();
        }
    }

    private static BatchLoop loop(DecoderExecutor executor) {
        return new BatchLoop("drawn", executor, new BatchSettings(16, Duration.ofSeconds(50), 2), PrefixCache.NONE);
    }

    private static List<Integer> answer(BatchLoop loop, int number, Sampling sampling) {
        int[] prompt = Prompts.tokens(10 + number, number);
        Sequence sequence = loop.prefill("The prefill", prompt, NEVER).sequence();
        Sampler sampler = new Sampler(sampling, prompt, Optional.empty(), Sampler.NO_LOG_PROBS);
        List<Integer> ids = loop.answer(
                        "The decode", sequence, new AnswerSpec(40, Set.of(), sampler), (id, last) -> {}, NEVER)
                .ids();
        loop.release(sequence);
        return ids;
    }
}
