package io.agentopt.graph;

import io.agentopt.operator.Embed;
import io.agentopt.operator.Generate;
import io.agentopt.operator.MemoryLoad;
import io.agentopt.operator.MemoryStore;
import io.agentopt.operator.Operator;
import io.agentopt.operator.Tool;
import io.agentopt.operator.Transform;
import io.agentopt.operator.VectorSearch;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A graph as a Mermaid flowchart: operators as boxes, regions as sub-graphs, values as arrows. */
public final class Mermaid {
    private final StringBuilder out = new StringBuilder("flowchart TD\n");
    private final Map<ValueId, String> boxes;
    private int next;

    private Mermaid(Map<ValueId, String> boxes, int next) {
        this.boxes = boxes;
        this.next = next;
    }

    /** {@return the text of a Mermaid flowchart} */
    public static String of(AgentGraph<?, ?> graph) {
        Mermaid m = new Mermaid(new HashMap<>(), 0);
        String in = m.box("  ", graph.name() + ": " + graph.inputType().getSimpleName(), "([", "])");
        m.boxes.put(graph.body().parameters().getFirst(), in);
        m.region("  ", graph.body());
        String out = m.box("  ", graph.outputType().getSimpleName(), "([", "])");
        m.arrow("  ", graph.body().yields().getFirst(), out, "");
        return m.out.toString();
    }

    private void region(String indent, Region region) {
        for (Node node : region.nodes()) node(indent, node);
    }

    private void node(String indent, Node node) {
        switch (node) {
            case Node.Call c -> {
                String box = box(indent, c.name() + label(c.operator()), "[", "]");
                c.inputs().forEach(v -> arrow(indent, v, box, ""));
                boxes.put(c.result(), box);
            }
            case Node.Loop l -> {
                String title = "loop " + l.name() + ", at most " + l.iterations().max() + ", expected " + l.iterations().expected();
                String head = open(indent, title, l.body().parameters(), l.initial(), "state");
                region(indent + "  ", l.body());
                arrow(indent + "  ", l.body().yields().get(2), head, "again");
                close(indent);
                boxes.put(l.result(), boxes.getOrDefault(l.body().yields().get(1), head));
            }
            case Node.When w -> {
                String head = box(indent, w.name() + "?", "{", "}");
                arrow(indent, w.condition(), head, "");
                branch(indent, w, head, w.then(), "then " + w.probability());
                branch(indent, w, head, w.otherwise(), "else " + (1 - w.probability()));
                String join = box(indent, w.name(), "((", "))");
                arrow(indent, w.then().yields().getFirst(), join, "");
                arrow(indent, w.otherwise().yields().getFirst(), join, "");
                boxes.put(w.result(), join);
            }
            case Node.ForEach f -> {
                String title = "for each " + f.name() + ", expected " + f.expectedItems();
                String head = open(indent, title, f.body().parameters(), f.list(), "item");
                region(indent + "  ", f.body());
                close(indent);
                boxes.put(f.result(), boxes.getOrDefault(f.body().yields().getFirst(), head));
            }
            case Node.Nested n -> {
                Map<ValueId, String> inner = new HashMap<>();
                Mermaid m = new Mermaid(inner, next);
                m.out.setLength(0);
                out.append(indent).append("subgraph s").append(next).append("[\"").append(text(n.name())).append("\"]\n");
                m.next++;
                String head = m.box(indent + "  ", n.graph().inputType().getSimpleName(), "([", "])");
                inner.put(n.graph().body().parameters().getFirst(), head);
                m.region(indent + "  ", n.graph().body());
                out.append(m.out);
                next = m.next;
                close(indent);
                arrow(indent, n.input(), head, "");
                boxes.put(n.result(), inner.getOrDefault(n.graph().body().yields().getFirst(), head));
            }
        }
    }

    private void branch(String indent, Node.When w, String head, Region branch, String title) {
        out.append(indent).append("subgraph s").append(next++).append("[\"").append(text(w.name() + ": " + title)).append("\"]\n");
        int first = next;
        region(indent + "  ", branch);
        close(indent);
        if (next > first) out.append(indent).append(head).append(" -.-> n").append(first).append('\n');
    }

    private String open(String indent, String title, List<ValueId> parameters, ValueId from, String name) {
        out.append(indent).append("subgraph s").append(next++).append("[\"").append(text(title)).append("\"]\n");
        String head = box(indent + "  ", name, "([", "])");
        boxes.put(parameters.getFirst(), head);
        arrow(indent + "  ", from, head, "");
        return head;
    }

    private void close(String indent) {
        out.append(indent).append("end\n");
    }

    private String box(String indent, String label, String left, String right) {
        String id = "n" + next++;
        out.append(indent).append(id).append(left).append('"').append(text(label)).append('"').append(right).append('\n');
        return id;
    }

    private void arrow(String indent, ValueId from, String to, String label) {
        String source = boxes.get(from);
        if (source == null) return;
        out.append(indent).append(source).append(label.isEmpty() ? " --> " : " -- " + label + " --> ").append(to).append('\n');
    }

    private static String label(Operator<?, ?> operator) {
        return switch (operator) {
            case Generate g -> "<br/>generate " + g.model();
            case Embed e -> "<br/>embed " + e.model();
            case VectorSearch s -> "<br/>search " + s.index().name() + ", top " + s.k();
            case Tool<?, ?> t -> "<br/>tool " + t.name();
            case Transform<?> t -> "";
            case MemoryLoad<?, ?> m -> "<br/>load " + m.memory().name();
            case MemoryStore<?, ?> m -> "<br/>store " + m.memory().name();
        };
    }

    private static String text(String label) {
        return label.replace("\"", "#quot;");
    }
}
