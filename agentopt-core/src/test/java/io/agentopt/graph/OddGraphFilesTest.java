package io.agentopt.graph;

import static io.agentopt.graph.MalformedGraphJsonTest.every;
import static io.agentopt.graph.MalformedGraphJsonTest.read;
import static io.agentopt.graph.MalformedGraphJsonTest.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.agentopt.Golden;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Text that is no graph file, and files that are very deep or long. */
class OddGraphFilesTest {
    @Test
    void aFileThatEndsEarly() {
        for (String golden : List.of("support.json", "every.json")) {
            String text = Golden.read(golden);
            for (int end = 0; end < text.length(); end++) refused(text.substring(0, end));
        }
    }

    @Property(seed = "20261122", tries = 1000)
    void aFileWithOneOddCharacter(@ForAll @IntRange(max = 100_000) int where, @ForAll char odd) {
        String text = Golden.read("every.json");
        int at = where % text.length();
        Throwable thrown = catchThrowable(() -> read(text.substring(0, at) + odd + text.substring(at + 1)));
        if (thrown != null) assertThat(thrown).isInstanceOf(GraphException.class);
    }

    @Test
    void textThatIsNoGraph() {
        for (String text : List.of(
                "", " ", "null", "1", "\"graph\"", "[]", "{}", "{\"graph\":1}", "NaN", "\u0000", "{\"graph\":\"g\"}")) {
            refused(text);
        }
        String good = every().toString();
        assertThat(refused(good + " x")).hasMessageContaining("not JSON");
        assertThat(refused("{\"format\":1," + good.substring(1))).hasMessageContaining("Duplicate field 'format'");
        assertThat(refused("{\"graph\":\"g\",\"format\":1e999}")).hasMessageContaining("raph 'g'");
        assertThat(refused("x"))
                .hasMessageStartingWith("Graph '(unread)': the file is not JSON: ")
                .hasMessageContaining("line 1, column");
    }

    @Test
    void deepNestingDoesNotOverflow() {
        refused("[".repeat(100_000));
        refused("{\"graph\":".repeat(100_000));
        assertThat(refused(nestedLoops(65)))
                .hasMessageContaining("of graph 'deep'")
                .hasMessageContaining("nested deeper than 64. Flatten");
        assertThat(read(nestedLoops(64)).calls()).isEmpty();
    }

    @Test
    void twentyThousandNodesInReverseOrderDoNotOverflow() {
        List<String> names =
                read(chain(20_000)).body().nodes().stream().map(Node::name).toList();
        assertThat(names).hasSize(20_000).startsWith("n1", "n2").endsWith("n20000");
    }

    @Test
    void aLongChainOfEqualTypesDoesNotOverflow() {
        AgentGraph<String, String> graph = AgentGraph.define("long", String.class, String.class, (g, in) -> {
            Port<String> last = in;
            for (int i = 0; i < 20_000; i++) last = g.store("n" + i, EveryNode.NOTES, in, last);
            return last;
        });
        assertThat(graph.typeOf(graph.body().nodes().get(7).result())).isEqualTo(PortType.TEXT);
        assertThat(graph.calls()).hasSize(20_000);
    }

    private static String chain(int length) {
        StringBuilder nodes = new StringBuilder();
        for (int i = length; i >= 1; i--) {
            nodes.append(i == length ? "" : ",")
                    .append("{\"name\":\"n" + i + "\",\"kind\":\"transform\",\"function\":\"trim\",\"inputs\":["
                            + (i - 1) + "],\"result\":" + i + "}");
        }
        return file("chain", "{\"parameters\":[0],\"nodes\":[" + nodes + "],\"yields\":[" + length + "]}");
    }

    private static String nestedLoops(int depth) {
        String body = "";
        for (int i = depth; i >= 1; i--) {
            String inner = i == depth ? "" : body;
            body = "{\"name\":\"l\",\"kind\":\"for_each\",\"expected\":1,\"inputs\":[0],\"result\":" + (1000 + i)
                    + ",\"body\":{\"parameters\":[" + i + "],\"nodes\":[" + inner + "],\"yields\":[" + i + "]}}";
        }
        return file("deep", "{\"parameters\":[0],\"nodes\":[" + body + "],\"yields\":[0]}")
                .replace(
                        "\"input\":\"java.lang.String\",\"output\":\"java.lang.String\"",
                        "\"input\":\"java.lang.Object\",\"output\":\"java.lang.Object\"");
    }

    private static String file(String name, String body) {
        return "{\"format\":1,\"graph\":\"" + name
                + "\",\"input\":\"java.lang.String\",\"output\":\"java.lang.String\",\"body\":" + body + "}";
    }
}
