package io.agentopt.graph;

import io.agentopt.operator.Custom;
import io.agentopt.operator.Embed;
import io.agentopt.operator.Generate;
import io.agentopt.operator.Infer;
import io.agentopt.operator.Kernel;
import io.agentopt.operator.MemoryLoad;
import io.agentopt.operator.MemoryStore;
import io.agentopt.operator.Operator;
import io.agentopt.operator.Rerank;
import io.agentopt.operator.Synthesize;
import io.agentopt.operator.Tool;
import io.agentopt.operator.Transcribe;
import io.agentopt.operator.Transform;
import io.agentopt.operator.VectorSearch;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A graph as a Mermaid flowchart: operators as boxes, regions as sub-graphs, values as arrows. Arrows come last, since Mermaid
 * moves a box into the sub-graph in which an arrow names it.
 */
public final class Mermaid {
    private static final MathContext SIX_DIGITS = new MathContext(6);
    private final StringBuilder boxesText = new StringBuilder();
    private final List<String> arrows = new ArrayList<>();
    private int next;

    private Mermaid() {}

    /** {@return the text of a Mermaid flowchart} */
    public static String of(AgentGraph<?, ?> graph) {
        Mermaid m = new Mermaid();
        Map<ValueId, String> boxes = new HashMap<>();
        String in =
                m.box("  ", "([", "])", graph.name() + ": " + graph.inputType().getSimpleName());
        boxes.put(graph.body().parameters().getFirst(), in);
        m.region("  ", graph.body(), boxes);
        String out = m.box("  ", "([", "])", graph.outputType().getSimpleName());
        m.arrow(from(boxes, graph.body().yields().getFirst()), " --> ", out);
        return "flowchart TD\n" + m.boxesText + String.join("", m.arrows);
    }

    private void region(String indent, Region region, Map<ValueId, String> boxes) {
        for (Node node : region.nodes()) boxes.put(node.result(), node(indent, node, boxes));
    }

    /** Draws a node; {@return the box that its result comes from} */
    private String node(String indent, Node node, Map<ValueId, String> boxes) {
        return switch (node) {
            case Node.Call c -> {
                String box = box(indent, "[", "]", c.name(), does(c.operator()));
                c.inputs().forEach(v -> arrow(from(boxes, v), " --> ", box));
                yield box;
            }
            case Node.Loop l -> {
                open(
                        indent,
                        "loop " + l.name() + ", at most " + l.iterations().max() + ", expected "
                                + number(l.iterations().expected()));
                String head = head(indent, "state", l.body(), l.initial(), boxes);
                arrow(from(boxes, l.body().yields().get(2)), " -- again --> ", head);
                yield from(boxes, l.body().yields().get(1));
            }
            case Node.When w -> {
                String question = box(indent, "{", "}", w.name() + "?");
                arrow(from(boxes, w.condition()), " --> ", question);
                String then = branch(indent, w.name() + ": then", w.probability(), question, w.then(), boxes);
                String otherwise =
                        branch(indent, w.name() + ": else", 1 - w.probability(), question, w.otherwise(), boxes);
                String join = box(indent, "((", "))", w.name());
                arrow(then, " --> ", join);
                arrow(otherwise, " --> ", join);
                yield join;
            }
            case Node.ForEach f -> {
                open(indent, "for each " + f.name() + ", expected " + number(f.expectedItems()));
                head(indent, "item", f.body(), f.list(), boxes);
                yield from(boxes, f.body().yields().getFirst());
            }
            case Node.Nested n -> {
                open(indent, n.name());
                yield nested(indent, n, from(boxes, n.input()));
            }
        };
    }

    private String nested(String indent, Node.Nested n, String from) {
        Map<ValueId, String> inner = new HashMap<>();
        String head = box(indent + "  ", "([", "])", n.graph().inputType().getSimpleName());
        inner.put(n.graph().body().parameters().getFirst(), head);
        region(indent + "  ", n.graph().body(), inner);
        close(indent);
        arrow(from, " --> ", head);
        return from(inner, n.graph().body().yields().getFirst());
    }

    private String head(String indent, String title, Region body, ValueId from, Map<ValueId, String> boxes) {
        String head = box(indent + "  ", "([", "])", title);
        boxes.put(body.parameters().getFirst(), head);
        arrow(from(boxes, from), " --> ", head);
        region(indent + "  ", body, boxes);
        close(indent);
        return head;
    }

    private String branch(
            String indent,
            String title,
            double probability,
            String question,
            Region branch,
            Map<ValueId, String> boxes) {
        String frame = open(indent, title + " " + number(probability));
        region(indent + "  ", branch, boxes);
        String result = from(boxes, branch.yields().getFirst());
        if (branch.nodes().isEmpty()) { // an empty sub-graph would not be drawn as one
            String same = box(indent + "  ", "([", "])", "unchanged");
            arrow(result, " --> ", same);
            result = same;
        }
        close(indent);
        arrow(question, " -.-> ", frame);
        return result;
    }

    private String open(String indent, String title) {
        String id = "s" + next++;
        boxesText
                .append(indent)
                .append("subgraph ")
                .append(id)
                .append("[\"")
                .append(text(title))
                .append("\"]\n");
        return id;
    }

    private void close(String indent) {
        boxesText.append(indent).append("end\n");
    }

    private String box(String indent, String left, String right, String title) {
        return box(indent, left, right, title, "");
    }

    private String box(String indent, String left, String right, String title, String detail) {
        String id = "n" + next++;
        boxesText.append(indent).append(id).append(left).append('"').append(text(title));
        if (!detail.isEmpty()) boxesText.append("<br/>").append(text(detail));
        boxesText.append('"').append(right).append('\n');
        return id;
    }

    private void arrow(String from, String line, String to) {
        arrows.add("  " + from + line + to + "\n");
    }

    private static String from(Map<ValueId, String> boxes, ValueId value) {
        return Objects.requireNonNull(boxes.get(value), "a checked graph defines what it uses");
    }

    private static String does(Operator<?, ?> operator) {
        return switch (operator) {
            case Generate g -> "generate " + g.model();
            case Embed e -> "embed " + e.model();
            case VectorSearch s -> "search " + s.index().name() + ", top " + s.k();
            case Rerank r -> "rerank " + r.model() + ", top " + r.k();
            case Transcribe t -> "transcribe " + t.model();
            case Synthesize s -> "synthesize " + s.model();
            case Infer<?> i -> "infer " + i.model();
            case Kernel<?> k -> "kernel " + k.specification();
            case Custom<?> c -> c.name();
            case Tool<?, ?> t -> "tool " + t.name();
            case Transform<?> t -> "";
            case MemoryLoad<?, ?> m -> "load " + m.memory().name();
            case MemoryStore<?, ?> m -> "store " + m.memory().name();
        };
    }

    /** Without the digits that binary fractions add: 1 - 0.7 is 0.3. */
    private static String number(double value) {
        return BigDecimal.valueOf(value).round(SIX_DIGITS).stripTrailingZeros().toPlainString();
    }

    /** Inside quotes Mermaid still reads HTML, its own entities and Markdown; all of these are written as entities. */
    private static String text(String label) {
        StringBuilder out = new StringBuilder();
        label.codePoints().forEach(c -> {
            if (Character.isISOControl(c) || c == 0x2028 || c == 0x2029) out.append(' ');
            else if ("\"#<>&`".indexOf(c) >= 0) out.append('#').append(c).append(';');
            else out.appendCodePoint(c);
        });
        return out.toString();
    }
}
