package io.agentopt.plan.granular;

import static io.agentopt.graph.Iterations.maxIterations;
import static io.agentopt.graph.LoopStep.step;
import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.GraphBuilder;
import io.agentopt.graph.Port;
import io.agentopt.graph.SupportAgent;
import io.agentopt.message.Prompt;
import io.agentopt.operator.Memory;
import io.agentopt.plan.granular.GranularEdge.Carries;
import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.api.Test;

/** Cases small enough to work out by hand; every operator takes a second. */
class GranularGraphTest {
    @Test
    void anEmptyGraphIsInputToOutput() {
        GranularGraph graph = unfold((g, in) -> in);
        assertThat(graph.operators()).hasSize(2);
        assertThat(graph.edges()).containsExactly(new GranularEdge(0, 1, Carries.VALUE));
        assertThat(graph.prefills()).isEmpty();
    }

    @Test
    void anLlmCallIsPrefillAndDecodeWithTheCacheBetween() {
        GranularGraph graph = unfold((g, in) -> g.node("ask", generate(model("m")), in.map("prompt", Prompt::system))
                .map("text", c -> c.text()));
        assertThat(names(graph)).containsExactly("(input)", "prompt", "ask.prefill", "ask.decode", "text", "(output)");
        assertThat(graph.edges())
                .containsExactlyInAnyOrder(
                        new GranularEdge(0, 1, Carries.VALUE),
                        new GranularEdge(1, 2, Carries.VALUE),
                        new GranularEdge(2, 3, Carries.KV_CACHE),
                        new GranularEdge(3, 4, Carries.VALUE),
                        new GranularEdge(4, 5, Carries.VALUE));
        assertThat(graph.prefills()).containsExactly(2);
        assertThat(GranularGraph.generateOf(graph.operators().get(3)).model()).isEqualTo(model("m"));
    }

    @Test
    void aLoopTakesItsBodyTimesItsPasses() {
        GranularGraph graph =
                unfold((g, in) -> g.loop("again", in, maxIterations(9).expected(2.5), (b, s) -> {
                    Port<String> two = s.map("one", String::strip).map("two", String::strip);
                    return step(two.map("done", String::isEmpty), two, two);
                }));
        assertThat(LongestPath.ofUnits(graph)).isEqualTo(3 * 2.5);
        assertThat(operator(graph, "again/one").visits()).isEqualTo(2.5);
        assertThat(operator(graph, "again/one").pathVisits()).isEqualTo(2.5);
    }

    @Test
    void branchesFollowEachOtherTimesTheirProbabilities() {
        GranularGraph graph = unfold((g, in) -> g.when(
                "which",
                in.map("empty?", String::isEmpty),
                0.25,
                b -> in.map("a", String::strip).map("b", String::strip),
                b -> in.map("c", String::strip)));
        assertThat(LongestPath.ofUnits(graph)).isEqualTo(1 + 0.25 * 2 + 0.75 * 1);
        assertThat(operator(graph, "which/then/a").visits()).isEqualTo(0.25);
        assertThat(operator(graph, "which/else/c").visits()).isEqualTo(0.75);
    }

    @Test
    void emptyBranchesTakeNoTime() {
        GranularGraph both =
                unfold((g, in) -> g.when("which", in.map("empty?", String::isEmpty), 0.25, b -> in, b -> in));
        assertThat(LongestPath.ofUnits(both)).isEqualTo(1);
        GranularGraph one = unfold((g, in) ->
                g.when("which", in.map("empty?", String::isEmpty), 0.25, b -> in, b -> in.map("c", String::strip)));
        assertThat(LongestPath.ofUnits(one)).isEqualTo(1 + 0.75);
    }

    @Test
    void itemsRunSideBySideAndFewerThanOneCountInPart() {
        assertThat(LongestPath.ofUnits(eachOf(7))).isEqualTo(1 + 1);
        assertThat(operator(eachOf(7), "each/x").visits()).isEqualTo(7);
        assertThat(operator(eachOf(7), "each/x").pathVisits()).isEqualTo(1);
        assertThat(LongestPath.ofUnits(eachOf(0.4))).isEqualTo(1 + 0.4);
        assertThat(operator(eachOf(0), "each/x").visits()).isZero();
        assertThat(LongestPath.ofUnits(eachOf(0))).isEqualTo(1);
    }

    @Test
    void ratesOfNestedRegionsMultiply() {
        AgentGraph<String, String> inner =
                AgentGraph.define("inner", String.class, String.class, (g, in) -> in.map("x", String::strip));
        GranularGraph graph =
                unfold((g, in) -> g.loop("again", in, maxIterations(4).expected(2), (b, s) -> {
                    Port<String> each = b.forEach(
                                    "each", s.map("split", t -> List.of(t)), 3, (i, t) -> i.nested("sub", inner, t))
                            .map("join", l -> String.join("", l));
                    return step(each.map("done", String::isEmpty), each, each);
                }));
        assertThat(operator(graph, "again/each/sub/x").visits()).isEqualTo(2 * 3);
        assertThat(operator(graph, "again/each/sub/x").pathVisits()).isEqualTo(2);
        assertThat(LongestPath.ofUnits(graph)).isEqualTo(2 * 4);
    }

    @Test
    void anOperatorInABodyWaitsForWhatItCaptures() {
        GranularGraph graph = unfold((g, in) -> {
            Port<String> slow =
                    in.map("a", String::strip).map("b", String::strip).map("c", String::strip);
            return g.loop("again", in, maxIterations(1), (b, s) -> {
                Port<String> first = s.map("first", String::strip);
                Port<String> both = b.node("both", String::concat, first, slow);
                return step(both.map("done", String::isEmpty), both, both);
            });
        });
        assertThat(LongestPath.ofUnits(graph)).isEqualTo(3 + 2);
    }

    @Test
    void aLoopThatAnswersWithACapturedValueIsStillWaitedFor() {
        GranularGraph graph = unfold((g, in) -> {
            Port<String> kept = in.map("kept", String::strip);
            return g.loop("again", in, maxIterations(2), (b, s) -> step(s.map("done", String::isEmpty), kept, s))
                    .map("after", String::strip);
        });
        assertThat(LongestPath.ofUnits(graph)).isEqualTo(2 + 1);
    }

    @Test
    void theAnswerWaitsForWhatNobodyReads() {
        Memory<String, String> notes = Memory.inProcess("notes", "");
        GranularGraph graph = unfold((g, in) -> {
            Port<String> known = g.load("load", notes, in);
            g.store("store", notes, in, known.map("more", String::strip));
            return known;
        });
        int store = names(graph).indexOf("store");
        assertThat(graph.edges())
                .contains(new GranularEdge(store, graph.operators().size() - 1, Carries.NOTHING));
        assertThat(LongestPath.ofUnits(graph)).isEqualTo(3);
    }

    @Test
    void theSupportAgentTakesThinkingTimesPasses() {
        GranularGraph graph = GranularGraph.of(SupportAgent.declare());
        double pass = 2 + 1 + 0.6 + 1; // generate, calls, tools, append
        assertThat(LongestPath.ofUnits(graph)).isCloseTo(4 + 1.6 * pass, within(1e-12));
    }

    @Test
    void aLongGraphUnfolds() {
        GranularGraph graph = unfold((g, in) -> g.loop("again", in, maxIterations(2), (b, s) -> {
            Port<String> text = s;
            for (int i = 0; i < 5000; i++) text = text.map("n" + i, String::strip);
            return step(text.map("done", String::isEmpty), text, text);
        }));
        assertThat(graph.operators()).hasSize(5003);
        assertThat(graph.edges()).hasSize(5002 + 1); // the answer comes from the last text and waits for the last test
    }

    private static GranularGraph eachOf(double items) {
        return unfold((g, in) -> {
            g.forEach("each", in.map("split", t -> List.of(t)), items, (b, t) -> t.map("x", String::strip));
            return in;
        });
    }

    private static GranularGraph unfold(BiFunction<GraphBuilder, Port<String>, Port<String>> body) {
        return GranularGraph.of(AgentGraph.define("g", String.class, String.class, body::apply));
    }

    private static List<String> names(GranularGraph graph) {
        return graph.operators().stream().map(o -> o.id().toString()).toList();
    }

    private static GranularOperator operator(GranularGraph graph, String name) {
        return graph.operators().get(names(graph).indexOf(name));
    }
}
