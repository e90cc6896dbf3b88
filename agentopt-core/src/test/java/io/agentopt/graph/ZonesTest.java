package io.agentopt.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.operator.Operators;
import io.agentopt.operator.Tool;
import org.junit.jupiter.api.Test;

class ZonesTest {
    private static final Tool<String, String> LOOKUP = Operators.tool("lookup", (String s) -> s);

    @Test
    void zonesOfANodeAreInItsFileAndOnlyThen() {
        AgentGraph<String, String> bound = graph(NodeOptions.NONE.retries(0).zones("eu", "ch"));
        String json = GraphJson.write(bound);
        assertThat(json).contains("\"zones\" : [ \"ch\", \"eu\" ]");
        AgentGraph<String, String> read = GraphJson.read(json, String.class, String.class, Bindings.of(bound));
        assertThat(read.calls().get("lookup")).isEqualTo(bound.calls().get("lookup"));
        assertThat(GraphJson.write(graph(NodeOptions.NONE.outputBytes(7)))).doesNotContain("zones");
    }

    @Test
    void zonesThatAreNoListOfZonesAreNamed() {
        AgentGraph<String, String> bound = graph(NodeOptions.NONE.zones("eu"));
        String json = GraphJson.write(bound);
        assertThatThrownBy(() -> GraphJson.read(
                        json.replace("[ \"eu\" ]", "\"eu\""), String.class, String.class, Bindings.of(bound)))
                .isInstanceOf(GraphException.class)
                .hasMessageContaining("the field \"zones\" is not a list of zones");
        assertThatThrownBy(() -> GraphJson.read(
                        json.replace("[ \"eu\" ]", "[ 7 ]"), String.class, String.class, Bindings.of(bound)))
                .hasMessageContaining("holds 7, which is not a zone");
    }

    private static AgentGraph<String, String> graph(NodeOptions options) {
        return AgentGraph.define("g", String.class, String.class, (g, in) -> g.node("lookup", LOOKUP, in, options));
    }
}
