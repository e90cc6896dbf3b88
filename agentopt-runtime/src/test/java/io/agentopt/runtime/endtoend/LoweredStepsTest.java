package io.agentopt.runtime.endtoend;

import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.graph.AgentGraph;
import io.agentopt.message.Completion;
import io.agentopt.message.Prompt;
import io.agentopt.program.Block;
import io.agentopt.program.Program;
import io.agentopt.program.Slot;
import io.agentopt.program.Step;
import io.agentopt.runtime.dispatch.AgentRunException;
import io.agentopt.runtime.dispatch.Deadline;
import io.agentopt.runtime.dispatch.Dispatcher;
import io.agentopt.runtime.dispatch.GraphStepRunner;
import io.agentopt.runtime.dispatch.ManualClock;
import io.agentopt.runtime.dispatch.TokenListener;
import io.agentopt.runtime.observe.RunEvent.StepFinished;
import io.agentopt.runtime.observe.RunTrace;
import io.agentopt.runtime.observe.StepKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Steps that only a lowering with passes makes: whole LLM calls, prefixes, fused functions. */
class LoweredStepsTest {
    private final RunTrace trace = new RunTrace();

    private static final AgentGraph<String, String> GRAPH =
            AgentGraph.define("g", String.class, String.class, (g, question) -> {
                var prompt = question.map("prompt", q -> Prompt.EMPTY.user(q));
                var text = g.node("ask", generate(model("m")), prompt).map("text", Completion::text);
                var checked = text.map("check", t -> {
                    if (t.contains("bad")) throw new IllegalStateException("no such thing");
                    return t.contains("none") ? null : t;
                });
                return checked.map("short", t -> t.substring(0, 3));
            });

    @Test
    void aWholeCallAnswersAsItsPhasesDo() throws Exception {
        Step whole = new Step.Generate("ask", "cpu", "m", 9, "greedy", at(1), at(2));
        Step prefill = new Step.Prefill("ask", "cpu", "m", at(1), at(3));
        Step decode = new Step.Decode("ask", "cpu", "m", 9, "greedy", at(3), at(2));
        assertThat(run("hi", whole)).isEqualTo(run("hi", prefill, decode)).isEqualTo("re:");
        assertThat(trace.steps())
                .extracting(StepFinished::kind)
                .contains(StepKind.GENERATE, StepKind.PREFILL, StepKind.DECODE);
    }

    @Test
    void prefillsBehindAPrefixAnswerAsIfTheyHadReadItAll() throws Exception {
        Step prefix = new Step.Prefix("ask", "cpu", "m", at(1), at(4));
        Step prefill = new Step.Prefill("ask", "cpu", "m", at(1), Optional.of(at(4)), at(3));
        Step decode = new Step.Decode("ask", "cpu", "m", 9, "greedy", at(3), at(2));
        assertThat(run("hi", prefix, prefill, decode)).isEqualTo("re:");
        assertThat(prefill.operands()).containsExactly(at(1), at(4));
    }

    @Test
    void aFunctionInsideAFusedStepFailsUnderItsOwnName() {
        Step whole = new Step.Generate("ask", "cpu", "m", 9, "greedy", at(1), at(2));
        assertThatThrownBy(() -> run("bad", whole))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        AgentRunException.class, e -> assertThat(e.node()).isEqualTo("check"))
                .hasRootCauseMessage("no such thing");
        assertThatThrownBy(() -> run("none", whole))
                .cause()
                .hasMessageContaining("'check'")
                .hasMessageContaining("returned null");
    }

    @Test
    void aFusedStepThatReadsWhatItDoesNotMakeIsRefused() {
        Step outside = new Step.Transform("text", "cpu", "text", List.of(at(2)), new Slot(7, 1));
        Block body = new Block(7, 2, List.of(new Slot(7, 0)), List.of(outside), List.of(new Slot(7, 1)));
        Step fused = new Step.Fused("text", "cpu", List.of(at(1)), body, at(5));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> dispatcher(new Block(0, 6, List.of(at(0)), List.of(prompt(), fused), List.of(at(5)))))
                .withMessageContaining("'text'")
                .withMessageContaining("Lower the graph again");
    }

    private String run(String question, Step... asking) throws Exception {
        Slot in = new Slot(1, 0), text = new Slot(1, 1), checked = new Slot(1, 2), cut = new Slot(1, 3);
        Block body = new Block(
                1,
                4,
                List.of(in),
                List.of(
                        new Step.Transform("text", "cpu", "text", List.of(in), text),
                        new Step.Transform("check", "cpu", "check", List.of(text), checked),
                        new Step.Transform("short", "cpu", "short", List.of(checked), cut)),
                List.of(cut));
        List<Step> steps = new ArrayList<>(List.of(prompt()));
        steps.addAll(List.of(asking));
        steps.add(new Step.Fused("short", "cpu", List.of(at(2)), body, at(5)));
        return (String) dispatcher(new Block(0, 6, List.of(at(0)), steps, List.of(at(5))))
                .start(question, Deadline.NONE, TokenListener.none())
                .answer()
                .get(30, TimeUnit.SECONDS);
    }

    private Dispatcher dispatcher(Block block) {
        return new Dispatcher(
                new Program("g", block, Program.Origin.MLIR),
                new GraphStepRunner(GRAPH, new PureModels()),
                Map.of(),
                new ManualClock(),
                trace);
    }

    private static Step prompt() {
        return new Step.Transform("prompt", "cpu", "prompt", List.of(at(0)), at(1));
    }

    private static Slot at(int index) {
        return new Slot(0, index);
    }
}
