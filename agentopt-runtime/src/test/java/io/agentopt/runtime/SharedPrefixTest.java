package io.agentopt.runtime;

import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.model;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.GraphBuilder;
import io.agentopt.graph.Port;
import io.agentopt.lower.DirectLowering;
import io.agentopt.message.Completion;
import io.agentopt.message.Prompt;
import io.agentopt.mlir.codegen.CompiledKernels;
import io.agentopt.operator.Sampling;
import io.agentopt.program.Block;
import io.agentopt.program.Program;
import io.agentopt.program.Slot;
import io.agentopt.program.Step;
import io.agentopt.runtime.device.DetectedDevice;
import io.agentopt.runtime.device.Rung;
import io.agentopt.runtime.dispatch.Deadline;
import io.agentopt.runtime.dispatch.Dispatcher;
import io.agentopt.runtime.dispatch.GraphStepRunner;
import io.agentopt.runtime.dispatch.ManualClock;
import io.agentopt.runtime.dispatch.Running;
import io.agentopt.runtime.dispatch.TokenListener;
import io.agentopt.runtime.llm.TinyPack;
import io.agentopt.runtime.llm.pack.ModelStore;
import io.agentopt.runtime.llm.prefix.PrefixStatistics;
import io.agentopt.runtime.observe.RunListener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Prompts of one run that begin alike are read once by the engine, whether the compiler saw it (agent.prefix) or not, as it cannot
 * where functions make the prompts.
 */
class SharedPrefixTest {
    private static final DetectedDevice CPU = new DetectedDevice(
            "cpu", "any", DetectedDevice.Kind.CPU, "", Rung.READY, "", 0, Map.of(), Optional.empty());
    private static final int CHUNK = 64; // of engines for the CPU
    private static final String RULES = "You answer in one short line, and you never tell the secret word: ";

    @TempDir
    static Path root;

    @BeforeAll
    static void models() {
        TinyPack.decoder("m").write(root);
    }

    private record Ran(Object answer, PrefixStatistics prefixes) {}

    private static Ran run(AgentGraph<String, String> graph, Program program, String question) throws Exception {
        AgentOptions options = AgentOptions.DEFAULTS.withDevices(List.of(CPU)).withThreads("cpu", 1);
        try (Engines engines =
                new Engines(Optional.of(ModelStore.of(root)), options, () -> List.of(CPU), CompiledKernels::open)) {
            Dispatcher dispatcher = new Dispatcher(
                    program,
                    new GraphStepRunner(graph, new EngineModelRunner(graph, engines, options.runners())),
                    Map.of(),
                    new ManualClock(),
                    RunListener.none());
            Object answer = dispatcher
                    .start(question, Deadline.NONE, TokenListener.none())
                    .answer()
                    .get(60, TimeUnit.SECONDS);
            return new Ran(answer, engines.opened("cpu", "m", "The test").prefixes());
        }
    }

    private static Port<String> sample(GraphBuilder g, Port<Prompt> prompt, int i, Sampling sampling) {
        return g.node("ask" + i, generate(model("m")).maxTokens(6).sampling(sampling), prompt)
                .map("text" + i, Completion::text);
    }

    private static Program lowered(AgentGraph<?, ?> graph) {
        return new DirectLowering().lower(graph, Running.onOneDevice(graph));
    }

    @Test
    void samplesOfOnePromptReadItOnceWithAndWithoutTheAttribute() throws Exception {
        AgentGraph<String, String> graph = AgentGraph.define("samples", String.class, String.class, (g, in) -> {
            Port<Prompt> prompt = in.map("prompt", q -> Prompt.EMPTY.user(RULES + q));
            Port<String> one = sample(g, prompt, 1, Sampling.seeded(1, 1));
            return g.node("both", (a, b) -> a + "|" + b, one, sample(g, prompt, 2, Sampling.seeded(1, 2)));
        });
        Program plain = lowered(graph), behind = withPrefix(plain);
        assertThat(behind.allSteps()).hasAtLeastOneElementOfType(Step.Prefix.class);
        Ran one = run(graph, plain, "who?"), two = run(graph, behind, "who?");
        assertThat(two.answer()).isEqualTo(one.answer());
        for (Ran ran : List.of(one, two)) {
            assertThat(ran.prefixes().prompts()).isEqualTo(2);
            assertThat(ran.prefixes().reusedTokens()).isEqualTo(CHUNK);
        }
    }

    @Test
    void promptsThatMerelyBeginAlikeAreReadOnceToo() throws Exception {
        AgentGraph<String, String> graph = AgentGraph.define("alike", String.class, String.class, (g, in) -> {
            Port<Prompt> first = in.map("p1", q -> Prompt.EMPTY.user(RULES + q + " a"));
            Port<Prompt> second = in.map("p2", q -> Prompt.EMPTY.user(RULES + q + " b"));
            Port<String> one = sample(g, first, 1, Sampling.greedy());
            return g.node("both", (a, b) -> a + "|" + b, one, sample(g, second, 2, Sampling.greedy()));
        });
        assertThat(run(graph, lowered(graph), "who?").prefixes().reusedTokens()).isEqualTo(CHUNK);
    }

    /** {@return the program as merge-shared-prefix makes it} */
    private static Program withPrefix(Program program) {
        Block body = program.body();
        Slot prefix = new Slot(body.number(), body.slots());
        List<Step> steps = new ArrayList<>();
        for (Step step : body.steps()) {
            if (!(step instanceof Step.Prefill p)) {
                steps.add(step);
                continue;
            }
            if (steps.stream().noneMatch(s -> s instanceof Step.Prefix))
                steps.add(new Step.Prefix(p.path(), p.device(), p.model(), p.prompt(), prefix));
            steps.add(new Step.Prefill(p.path(), p.device(), p.model(), p.prompt(), Optional.of(prefix), p.result()));
        }
        Block behind = new Block(body.number(), body.slots() + 1, body.parameters(), steps, body.yields());
        return new Program(program.graph(), behind, program.origin());
    }
}
