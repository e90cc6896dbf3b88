package io.agentopt.runtime.llm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.message.Completion.Finish;
import io.agentopt.operator.OutputFormat;
import io.agentopt.operator.Penalties;
import io.agentopt.operator.Sampling;
import io.agentopt.operator.ToolSchema;
import io.agentopt.operator.schema.JsonSchema;
import io.agentopt.runtime.backend.CancelToken;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers of a model with random weights, which by itself never writes JSON. */
class FormattedAnswersTest {
    private static final String SCHEMA = """
            {"type":"object","required":["state","count"],"properties":{"state":{"enum":["open","closed"]},
             "count":{"type":"integer"},"fast":{"type":"boolean"},"lines":{"type":"array","maxItems":1,"items":{"type":"null"}}}}""";
    private static final List<ToolSchema> TOOLS =
            List.of(ToolSchema.of("track", "{\"type\":\"object\",\"properties\":{\"fast\":{\"type\":\"boolean\"}}}"));

    @TempDir
    static Path root;

    private static LlmEngine engine;

    @BeforeAll
    static void open() {
        TinyPack tiny = new TinyPack("formats", 1, 16, 2, 1, 16, 16, 256, true, 3);
        engine = LlmEngine.open(tiny.pack(root), EngineSettings.cpu(1));
    }

    @AfterAll
    static void close() {
        engine.close();
    }

    private static Generation ask(int seed, DecodeOptions options, TokenListener listener) {
        KvCache cache = engine.prefill(Prompts.tokens(7, seed), CancelToken.none());
        return engine.decode(cache, options, listener, CancelToken.none());
    }

    private static DecodeOptions options(int maxTokens, Sampling sampling) {
        return new DecodeOptions(maxTokens, sampling, Set.of());
    }

    @Test
    void answersThatEndFitTheSchema() {
        JsonSchema schema = JsonSchema.parse(SCHEMA);
        int ended = 0;
        for (int seed = 0; seed < 60; seed++) {
            Sampling sampling = Sampling.seeded(1.5, seed).format(OutputFormat.json(SCHEMA));
            StringBuilder heard = new StringBuilder();
            Generation g = ask(seed, options(120, sampling), (index, id, text) -> heard.append(text));
            assertThat(heard.toString()).isEqualTo(g.text());
            assertThat(g.finish() == Finish.STOP)
                    .as(g.text())
                    .isEqualTo(schema.violation(g.text()).isEmpty());
            if (g.finish() == Finish.STOP) ended++;
            assertThat(ask(seed, options(120, sampling), TokenListener.NONE).ids())
                    .isEqualTo(g.ids());
        }
        assertThat(ended).isGreaterThan(30);
    }

    @Test
    void greedyAnswersAndPenaltiesKeepToTheFormatToo() {
        Sampling sampling = Sampling.greedy().format(OutputFormat.json(SCHEMA)).penalties(new Penalties(1.3, 0.1, 0.1));
        Generation g = ask(1, options(120, sampling), TokenListener.NONE);
        assertThat(g.text()).startsWith("{\"state\":");
    }

    @Test
    void aCutAnswerSaysSo() {
        Sampling sampling = Sampling.seeded(1, 1).format(OutputFormat.json(SCHEMA));
        Generation g = ask(1, options(5, sampling), TokenListener.NONE);
        assertThat(g.finish()).isEqualTo(Finish.LENGTH);
        assertThat(g.text()).isEqualTo("{\"sta");
    }

    @Test
    void toolCallsComeOutAsCalls() {
        OutputFormat format = new OutputFormat.Calls(TOOLS, false);
        int ended = 0;
        for (int seed = 0; seed < 20; seed++) {
            Generation g = ask(seed, options(200, Sampling.seeded(1, seed).format(format)), TokenListener.NONE);
            if (g.finish() == Finish.LENGTH) continue;
            ended++;
            assertThat(g.completion().toolCalls())
                    .isNotEmpty()
                    .allMatch(c -> c.name().equals("track"));
        }
        assertThat(ended).isPositive();
    }

    @Test
    void wordsMayBeAnsweredWhereCallsMay() {
        OutputFormat either = new OutputFormat.Calls(TOOLS, true);
        int words = 0, calls = 0;
        for (int seed = 0; seed < 300; seed++) {
            Generation g = ask(seed, options(60, Sampling.seeded(2, seed).format(either)), TokenListener.NONE);
            boolean json = g.text().strip().startsWith("{") || g.text().strip().startsWith("[");
            if (!json) words++;
            else if (g.finish() == Finish.STOP) calls++;
            if (json && g.finish() == Finish.STOP)
                assertThat(g.completion().toolCalls()).as(g.text()).isNotEmpty();
            if (!json) assertThat(g.completion().toolCalls()).isEmpty();
        }
        assertThat(words).isPositive();
        assertThat(calls).isPositive();
    }

    @Test
    void stopTextsAreNeverTold() {
        Set<Finish> ends = new HashSet<>();
        for (int seed = 0; seed < 20; seed++) {
            Sampling sampling = Sampling.seeded(2, seed);
            Generation free = ask(seed, options(60, sampling), TokenListener.NONE);
            String whole = free.text();
            if (whole.length() < 8) continue; // ended at once
            String stop = whole.substring(whole.length() / 2, whole.length() / 2 + 3);
            List<Integer> ids = new ArrayList<>();
            StringBuilder heard = new StringBuilder();
            Generation cut = ask(seed, options(60, sampling.stoppingAt(stop, "never written")), (index, id, text) -> {
                ids.add(id);
                heard.append(text);
            });
            assertThat(cut.text())
                    .isEqualTo(whole.substring(0, whole.indexOf(stop)))
                    .isEqualTo(heard.toString());
            assertThat(cut.ids()).isEqualTo(ids).isEqualTo(free.ids().subList(0, ids.size()));
            assertThat(cut.finish()).isEqualTo(Finish.STOP);
            assertThat(ask(seed, options(60, sampling.stoppingAt(stop)), TokenListener.NONE)
                            .text())
                    .isEqualTo(cut.text());
            Generation unstopped = ask(seed, options(60, sampling.stoppingAt("never written")), TokenListener.NONE);
            assertThat(unstopped.text()).isEqualTo(whole);
            ends.add(unstopped.finish());
        }
        assertThat(ends).contains(Finish.LENGTH);
        assertThat(engine.slotsTaken()).isZero();
    }

    @Test
    void logProbsAreToldWhenAskedFor() {
        Sampling sampling = Sampling.seeded(1, 9);
        Generation plain = ask(1, options(10, sampling), TokenListener.NONE);
        assertThat(plain.logProbs()).isEmpty();
        List<GeneratedToken> heard = new ArrayList<>();
        Generation g = ask(1, options(10, sampling).withLogProbs(3), new TokenListener() {
            @Override
            public void token(int index, int id, String text) {
                throw new AssertionError("the other method is overridden");
            }

            @Override
            public void token(GeneratedToken token) {
                heard.add(token);
            }
        });
        assertThat(g.ids()).isEqualTo(plain.ids());
        assertThat(g.logProbs()).hasSameSizeAs(g.ids());
        for (int i = 0; i < heard.size(); i++) {
            assertThat(heard.get(i).logProbs()).contains(g.logProbs().get(i));
            assertThat(g.logProbs().get(i).best()).hasSize(3);
            assertThat(g.logProbs().get(i).chosen())
                    .isLessThanOrEqualTo(g.logProbs().get(i).best().getFirst().logProb());
        }
        Generation greedy = ask(1, options(5, Sampling.greedy()).withLogProbs(1), TokenListener.NONE);
        assertThat(greedy.ids())
                .isEqualTo(ask(1, options(5, Sampling.greedy()), TokenListener.NONE)
                        .ids());
        for (int i = 0; i < greedy.ids().size(); i++)
            assertThat(greedy.logProbs().get(i).best().getFirst().logProb())
                    .isCloseTo(greedy.logProbs().get(i).chosen(), within(0.0));
        assertThatThrownBy(() -> DecodeOptions.greedy(1).withLogProbs(-2)).hasMessageContaining("logProbs (-2)");
    }
}
