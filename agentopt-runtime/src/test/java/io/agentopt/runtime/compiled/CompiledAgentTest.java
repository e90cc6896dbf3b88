package io.agentopt.runtime.compiled;

import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.compiled.CompiledPlan;
import io.agentopt.compiled.CompiledPlanException;
import io.agentopt.graph.AgentGraph;
import io.agentopt.message.Completion;
import io.agentopt.message.Prompt;
import io.agentopt.operator.Sampling;
import io.agentopt.plan.Plan;
import io.agentopt.runtime.Agent;
import io.agentopt.runtime.AgentLoadException;
import io.agentopt.runtime.AgentOptions;
import io.agentopt.runtime.AgentRuntime;
import io.agentopt.runtime.dispatch.Running;
import io.agentopt.runtime.llm.TinyPack;
import io.agentopt.runtime.llm.pack.ModelStore;
import io.agentopt.runtime.observe.RunTrace;
import io.agentopt.runtime.observe.StepKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A plan that comes from a file runs like one that was just lowered. */
@Timeout(60)
class CompiledAgentTest {
    @TempDir
    static Path folder;

    private static Path file;
    private static ModelStore store;
    private static Plan<String, String> plan;

    @BeforeAll
    static void compile() throws Exception {
        Path models = Files.createDirectories(folder.resolve("models"));
        TinyPack.decoder("m").write(models);
        store = ModelStore.of(models);
        AgentGraph<String, String> graph = talk("m");
        plan = Plans.of(graph, Running.placed(graph, "big", "small"));
        file = folder.resolve("talk.agentplan");
        CompiledPlan.of(plan).save(file);
    }

    private static AgentGraph<String, String> talk(String id) {
        return AgentGraph.define(
                "talk",
                String.class,
                String.class,
                (g, in) -> g.node(
                                "say",
                                generate(model(id)).maxTokens(12).sampling(Sampling.seeded(1, 7)),
                                in.map("prompt", q -> Prompt.EMPTY.user(q)))
                        .map("text", Completion::text));
    }

    @Test
    void itAnswersLikeThePlan() {
        RunTrace trace = new RunTrace();
        AgentOptions options = AgentOptions.DEFAULTS.withListener(trace);
        try (Agent<String, String> direct = AgentRuntime.load(plan, store);
                Agent<String, String> loaded = AgentRuntime.load(CompiledPlan.load(file), talk("m"), store, options)) {
            for (String q : List.of("hi", "what is it?"))
                assertThat(loaded.run(q)).isEqualTo(direct.run(q));
            assertThat(trace.steps()).anyMatch(s -> s.kind() == StepKind.KV_TRANSFER);
            assertThat(loaded.report().measuredOverPredicted()).isPresent();
        }
    }

    @Test
    void aGraphThatChangedIsNamed() {
        CompiledPlan compiled = CompiledPlan.load(file);
        assertThatThrownBy(() -> AgentRuntime.load(compiled, talk("other"), store))
                .isInstanceOf(CompiledPlanException.class)
                .hasMessage("The compiled plan '" + file
                        + "' has the model \"m\" at node 'say', and the graph has \"other\"."
                        + " The graph changed since; compile its plan again.");
    }

    @Test
    void aModelThatIsNotHereIsNamed() throws Exception {
        CompiledPlan compiled = CompiledPlan.load(file);
        ModelStore empty = ModelStore.of(Files.createDirectories(folder.resolve("none")));
        assertThatThrownBy(() -> AgentRuntime.load(compiled, talk("m"), empty))
                .isInstanceOf(AgentLoadException.class)
                .hasMessageContaining("needs the model 'm'");
    }
}
