package io.agentopt.graph;

import static io.agentopt.graph.Iterations.maxIterations;
import static io.agentopt.graph.LoopStep.step;
import static io.agentopt.operator.Operators.embed;
import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.model;
import static io.agentopt.operator.Operators.tool;
import static io.agentopt.operator.Operators.vectorSearch;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.agentopt.message.Embedding;
import io.agentopt.message.Passage;
import io.agentopt.message.Prompt;
import io.agentopt.operator.Memory;
import io.agentopt.operator.MemoryStore;
import io.agentopt.operator.PassageIndex;
import io.agentopt.operator.Tool;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way to declare a graph that cannot be: one exception that names graph and node, and says the way out. */
@SuppressWarnings("NullAway") // nulls are what callers without a null checker may pass
class DeclarationErrorsTest {
    static final Tool<String, String> SEND = tool("send", (String s) -> s);
    private static final Memory<String, String> NOTES = Memory.inProcess("notes", "");
    static final Function<String, String> TRIM = String::strip;

    /**
     * @param title what is wrong
     * @param node the node that the message must name, or empty for the graph alone
     * @param says words that the message must have
     * @param body the declaration
     */
    record Wrong(String title, String node, List<String> says, AgentGraph.Body<String, String> body) {
        @Override
        public String toString() {
            return title;
        }
    }

    static Wrong wrong(String title, String node, String says, AgentGraph.Body<String, String> body) {
        return new Wrong(title, node, List.of(says.split("\\|")), body);
    }

    static Stream<Wrong> names() {
        return Stream.of(
                wrong("duplicate name", "a", "taken|choose another", (g, in) -> {
                    in.map("a", TRIM);
                    return in.map("a", TRIM);
                }),
                wrong("duplicate name of different kinds", "a", "taken", (g, in) -> {
                    in.map("a", TRIM);
                    return g.node("a", SEND, in);
                }),
                wrong(
                        "duplicate name inside a loop",
                        "loop/a",
                        "taken",
                        (g, in) -> g.loop("loop", in, maxIterations(2), (b, s) -> {
                            s.map("a", TRIM);
                            return step(s.map("a", String::isEmpty), s, s);
                        })),
                wrong("blank name", "", "blank|Choose another", (g, in) -> in.map("  ", TRIM)),
                wrong("missing name", "", "\"null\"", (g, in) -> in.map(null, TRIM)),
                wrong(
                        "a name that no file can hold",
                        "",
                        "half a character|Choose another",
                        (g, in) -> in.map("a\uD800b", TRIM)),
                wrong("slash in a name", "", "\"a/b\"|'/'", (g, in) -> in.map("a/b", TRIM)),
                wrong(
                        "slash in a name inside a branch",
                        "if/then",
                        "'/'",
                        (g, in) -> g.when("if", in.map("c", String::isEmpty), 0.5, b -> in.map("a/b", TRIM), b -> in)),
                wrong("a name like a prefill", "", "\"a.prefill\"|LLM call", (g, in) -> in.map("a.prefill", TRIM)),
                wrong("a name like a decode", "", "\"a.decode\"", (g, in) -> in.map("a.decode", TRIM)),
                wrong("two tools with one name", "second", "tool 'send'|its own name", (g, in) -> {
                    g.node("first", SEND, in);
                    return g.node("second", tool("send", (String s) -> s + "!"), in);
                }),
                wrong("two indexes with one name", "second", "passage index 'docs'", (g, in) -> {
                    Port<Embedding> query = g.node("embed", embed(model("e")), in);
                    g.node("first", vectorSearch(index("docs", "one"), 1), query);
                    g.node("second", vectorSearch(index("docs", "two"), 1), query);
                    return in;
                }),
                wrong("two memories with one name", "second", "memory 'notes'", (g, in) -> {
                    g.load("first", NOTES, in);
                    return g.store("second", Memory.<String, String>inProcess("notes", ""), in, in);
                }));
    }

    static Stream<Wrong> operators() {
        return Stream.of(
                wrong(
                        "wrong arity",
                        "a",
                        "memory_store takes 2 inputs but got 1",
                        (g, in) -> g.node("a", new MemoryStore<>(NOTES), in)),
                wrong(
                        "missing model of a call",
                        "a",
                        "no model is named|support-1",
                        (g, in) -> g.node("a", generate(model(" ")), in.map("p", Prompt::system))
                                .map("t", c -> c.text())),
                wrong("missing model of an embedding", "a", "no model is named", (g, in) -> {
                    g.node("a", embed(model("")), in);
                    return in;
                }),
                wrong("missing model of an index", "a", "no model is named", (g, in) -> {
                    PassageIndex blank = PassageIndex.of("i", model(""), List.of(Passage.of("1", "x")));
                    g.node("a", vectorSearch(blank, 1), g.node("e", embed(model("e")), in));
                    return in;
                }),
                wrong("two embedders", "a", "embedded with model 'e'|with 'other'|same model", (g, in) -> {
                    PassageIndex other = PassageIndex.of("i", model("other"), List.of(Passage.of("1", "x")));
                    g.node("a", vectorSearch(other, 1), g.node("e", embed(model("e")), in));
                    return in;
                }),
                wrong(
                        "retries of a tool with effects",
                        "a",
                        "retries (1)|idempotent",
                        (g, in) -> g.node("a", SEND, in, NodeOptions.NONE.retries(1))),
                wrong(
                        "pinned and forbidden",
                        "a",
                        "'gpu' is both pinned and forbidden",
                        (g, in) -> g.node(
                                "a",
                                SEND,
                                in,
                                NodeOptions.NONE.pinnedTo("gpu").forbid("cpu").forbid("gpu"))),
                wrong(
                        "a prompt that is an embedding",
                        "search",
                        "the result of 'p' is used as PROMPT and as EMBEDDING|transform",
                        (g, in) -> {
                            Port<Prompt> p = in.map("p", Prompt::system);
                            g.node("ask", generate(model("m")), p);
                            g.node(
                                    "search",
                                    vectorSearch(index("docs", "one"), 1),
                                    DeclarationErrorsTest.<Embedding>as(p));
                            return in;
                        }),
                wrong(
                        "a condition that is a text",
                        "if",
                        "FLAG",
                        (g, in) -> g.when("if", DeclarationErrorsTest.<Boolean>as(in), 0.5, b -> in, b -> in)),
                wrong(
                        "a loop whose state changes its type",
                        "loop",
                        "as TEXT and as COMPLETION",
                        (g, in) -> g.loop("loop", in, maxIterations(2), (b, s) -> {
                            var c = b.node("ask", generate(model("m")), s.map("p", Prompt::system));
                            return step(
                                    c.map("d", x -> x.isFinal()),
                                    c.map("t", x -> x.text()),
                                    DeclarationErrorsTest.<String>as(c));
                        })),
                wrong("nested too deep", "", "deeper than 64|Flatten", (g, in) -> {
                    AgentGraph<String, String> inner = AgentGraph.define("i", String.class, String.class, (h, x) -> x);
                    for (int i = 0; i < 64; i++) {
                        AgentGraph<String, String> last = inner;
                        inner = AgentGraph.define("i", String.class, String.class, (h, x) -> h.nested("n", last, x));
                    }
                    return g.nested("n", inner, in);
                }));
    }

    static Stream<Wrong> numbers() {
        return Stream.of(Double.NaN, -0.01, 1.01, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY)
                .flatMap(bad -> Stream.of(
                        wrong(
                                "probability " + bad,
                                "if",
                                "probability (" + bad + ")|0..1",
                                (g, in) -> g.when("if", in.map("c", String::isEmpty), bad, b -> in, b -> in)),
                        wrong(
                                "expected items " + (bad == 1.01 ? -1 : bad),
                                "each",
                                "expected items|0 or more",
                                (g, in) -> {
                                    g.forEach("each", in.map("list", s -> List.of(s)), bad == 1.01 ? -1 : bad, SEND);
                                    return in;
                                })));
    }

    @ParameterizedTest
    @MethodSource({"names", "io.agentopt.graph.WrongPorts#all", "operators", "numbers"})
    void isRefused(Wrong wrong) {
        Throwable thrown = catchThrowable(() -> AgentGraph.define("g", String.class, String.class, wrong.body()));
        assertThat(thrown).isInstanceOf(GraphException.class);
        String graph = wrong.title().equals("port of an enclosing declaration") ? "inner" : "g";
        if (wrong.title().equals("nested too deep")) assertThat(thrown).hasMessageContaining("graph 'g'");
        else
            assertThat(thrown)
                    .hasMessageStartingWith(
                            wrong.node().isEmpty()
                                    ? "Graph '" + graph + "': "
                                    : "Node '" + wrong.node() + "' of graph '" + graph + "': ");
        wrong.says().forEach(words -> assertThat(thrown).hasMessageContaining(words));
        assertThat(thrown.getMessage()).as("a problem and a way out").matches("(?s).*[.:;] ?[A-Z].*\\.");
    }

    @Test
    void aGraphNeedsAName() {
        for (String name : new String[] {null, "", " ", "a/b"}) {
            assertThatThrownBy(() -> AgentGraph.define(name, String.class, String.class, (g, in) -> in))
                    .isInstanceOf(GraphException.class)
                    .hasMessage("Graph '" + name
                            + "': the name must not be blank and must not contain '/'. Choose another.");
        }
    }

    @Test
    void nothingCanBeAddedAfterTheDeclaration() {
        AtomicReference<GraphBuilder> builder = new AtomicReference<>();
        AtomicReference<Port<String>> port = new AtomicReference<>();
        AgentGraph<String, String> graph = AgentGraph.define("g", String.class, String.class, (g, in) -> {
            builder.set(g);
            port.set(in);
            return in;
        });
        String over =
                "Graph 'g' is complete; node 'late' cannot be added. Ports and builders are good only inside the declaration.";
        assertThatThrownBy(() -> builder.get().node("late", SEND, port.get()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(over);
        assertThatThrownBy(() -> port.get().map("late", TRIM))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(over);
        assertThat(graph.calls()).isEmpty();
    }

    @Test
    void whatTheDeclarationThrowsComesThrough() {
        assertThatThrownBy(() -> AgentGraph.define("g", String.class, String.class, (g, in) -> {
                    throw new UnsupportedOperationException("mine");
                }))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessage("mine");
    }

    @Test
    void theLimitsThemselvesAreAllowed() {
        for (double probability : new double[] {0, 1}) {
            AgentGraph.define(
                    "g",
                    String.class,
                    String.class,
                    (g, in) -> g.when("if", in.map("c", String::isEmpty), probability, b -> in, b -> in));
        }
        AgentGraph<String, String> inner = AgentGraph.define("i", String.class, String.class, (h, x) -> x);
        for (int i = 0; i < 64; i++) {
            AgentGraph<String, String> last = inner;
            inner = AgentGraph.define("i", String.class, String.class, (h, x) -> h.nested("n", last, x));
        }
        assertThat(GraphJson.read(GraphJson.write(inner), String.class, String.class, new Bindings())
                        .name())
                .isEqualTo("i");
    }

    private static PassageIndex index(String name, String text) {
        return PassageIndex.of(name, model("e"), List.of(Passage.of("1", text)));
    }

    @SuppressWarnings("unchecked") // what a declaration with raw types can do
    private static <T> Port<T> as(Port<?> port) {
        return (Port<T>) port;
    }
}
