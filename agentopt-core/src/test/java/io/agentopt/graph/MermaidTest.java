package io.agentopt.graph;

import static io.agentopt.operator.Operators.model;
import static io.agentopt.operator.Operators.tool;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.Golden;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.NotBlank;
import org.junit.jupiter.api.Test;

class MermaidTest {
    /** One line of the part of Mermaid that is used here. A label has no quote, and entities instead of other special characters. */
    private static final Pattern LINE = Pattern.compile(" +(?:subgraph (?<frame>s\\d+)\\[\"[^\"<>&`]*\"]"
            + "|end"
            + "|(?<box>n\\d+)(?:\\[|\\(\\[|\\{|\\(\\()\"(?:[^\"<>&`]|<br/>)*\"(?:]|]\\)|}|\\)\\))"
            + "|(?<from>[ns]\\d+) (?:-->|-\\.->|-- again -->) (?<to>[ns]\\d+))");

    @Test
    void theSampleAgent() {
        Golden.check("support.mermaid", Mermaid.of(SupportAgent.declare()));
    }

    @Test
    void everyKindOfNode() {
        String text = Mermaid.of(EveryNode.declare());
        Golden.check("every.mermaid", text);
        parses(text);
    }

    @Property(seed = "20261122", tries = 200)
    void noNameBreaksTheSyntax(@ForAll @NotBlank String name) {
        String safe = name.replace("/", "|") + "x"; // a slash and the end of an LLM part are not names
        parses(Mermaid.of(AgentGraph.define(
                safe, String.class, String.class, (g, in) -> g.node(safe, tool(safe, (String s) -> s), in))));
    }

    @Test
    void specialCharactersAreEntities() {
        String name = "\"] --> n0 <script>`#quot;\n;%%";
        String text = Mermaid.of(AgentGraph.define(
                "g", String.class, String.class, (g, in) -> g.node(name, tool("t", (String s) -> s), in)));
        assertThat(text).contains("n1[\"#34;] --#62; n0 #60;script#62;#96;#35;quot; ;%%<br/>tool t\"]");
        parses(text);
        assertThat(model("a\"b").toString()).isEqualTo("a\"b");
    }

    @Test
    void aBranchThatBeginsWithALoopHasAnArrow() {
        String text = Mermaid.of(AgentGraph.define(
                "g",
                String.class,
                String.class,
                (g, in) -> g.when(
                        "if",
                        in.map("c", String::isEmpty),
                        0.3,
                        b -> b.loop(
                                "l",
                                in,
                                Iterations.maxIterations(2),
                                (c, s) -> LoopStep.step(s.map("d", String::isEmpty), s, s)),
                        b -> in)));
        assertThat(text).contains("if: then 0.3", "if: else 0.7");
        parses(text);
    }

    /** Every line is known syntax, sub-graphs are closed, arrows run between things that exist. */
    private static void parses(String text) {
        String[] lines = text.split("\n", -1);
        assertThat(lines[0]).isEqualTo("flowchart TD");
        assertThat(lines[lines.length - 1]).isEmpty();
        Set<String> known = new HashSet<>();
        int open = 0;
        for (int i = 1; i < lines.length - 1; i++) {
            Matcher m = LINE.matcher(lines[i]);
            assertThat(m.matches()).as("line %d: %s", i + 1, lines[i]).isTrue();
            if (m.group("frame") != null) {
                open++;
                known.add(m.group("frame"));
            } else if (m.group("box") != null) {
                assertThat(known.add(m.group("box"))).isTrue();
            } else if (m.group("from") != null) {
                assertThat(open)
                        .as("an arrow inside a sub-graph moves boxes: %s", lines[i])
                        .isZero();
                assertThat(known).contains(m.group("from"), m.group("to"));
            } else {
                open--;
            }
        }
        assertThat(open).isZero();
    }
}
