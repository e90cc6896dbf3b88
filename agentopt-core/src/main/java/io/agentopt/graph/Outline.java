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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A graph as an indented list of nodes, for a terminal: name, what it does, what it uses. */
public final class Outline {
    private final StringBuilder out = new StringBuilder();
    private final Map<ValueId, String> names = new HashMap<>();

    private Outline() {}

    /** {@return the outline, one node a line} */
    public static String of(AgentGraph<?, ?> graph) {
        Outline o = new Outline();
        o.out.append(graph.name())
                .append(": ")
                .append(graph.inputType().getSimpleName())
                .append(" -> ")
                .append(graph.outputType().getSimpleName())
                .append('\n');
        o.names.put(graph.body().parameters().getFirst(), "input");
        o.region("  ", graph.body());
        return o.out.toString();
    }

    private void region(String indent, Region region) {
        for (Node node : region.nodes()) {
            names.put(node.result(), node.name());
            switch (node) {
                case Node.Call c -> line(indent, c.name(), what(c.operator()), c.inputs());
                case Node.Loop l -> {
                    line(
                            indent,
                            l.name(),
                            "loop, at most " + l.iterations().max() + ", expected "
                                    + l.iterations().expected(),
                            l.inputs());
                    names.put(l.body().parameters().getFirst(), "state");
                    region(indent + "    ", l.body());
                    out.append(indent)
                            .append("    until ")
                            .append(name(l.body().yields().get(0)))
                            .append("; gives ")
                            .append(name(l.body().yields().get(1)))
                            .append("; next state ")
                            .append(name(l.body().yields().get(2)))
                            .append('\n');
                }
                case Node.When w -> {
                    line(indent, w.name(), "when, probability " + w.probability(), w.inputs());
                    branch(indent, "then", w.then());
                    branch(indent, "else", w.otherwise());
                }
                case Node.ForEach f -> {
                    line(indent, f.name(), "for each, expected " + f.expectedItems(), f.inputs());
                    names.put(f.body().parameters().getFirst(), "item");
                    region(indent + "    ", f.body());
                }
                case Node.Nested n -> {
                    line(indent, n.name(), "graph " + n.graph().name(), n.inputs());
                    Outline inner = new Outline();
                    inner.names.put(n.graph().body().parameters().getFirst(), "input");
                    inner.region(indent + "    ", n.graph().body());
                    out.append(inner.out);
                }
            }
        }
    }

    private void branch(String indent, String side, Region region) {
        out.append(indent).append("  ").append(side).append('\n');
        region(indent + "    ", region);
        out.append(indent)
                .append("    gives ")
                .append(name(region.yields().getFirst()))
                .append('\n');
    }

    private void line(String indent, String name, String what, List<ValueId> inputs) {
        String used = inputs.stream().map(this::name).collect(Collectors.joining(", "));
        out.append(String.format(
                "%s%-" + Math.max(1, 22 - indent.length()) + "s %-40s <- %s\n", indent, name, what, used));
    }

    private String name(ValueId id) {
        return names.getOrDefault(id, id.toString());
    }

    private static String what(Operator<?, ?> operator) {
        return switch (operator) {
            case Generate g -> "generate with " + g.model() + ", at most " + g.maxTokens();
            case Embed e -> "embed with " + e.model();
            case VectorSearch s ->
                "search " + s.index().name() + " (" + s.index().passages().size() + "), top " + s.k();
            case Rerank r -> "rerank with " + r.model() + ", top " + r.k();
            case Transcribe t ->
                "transcribe with " + t.model() + t.language().map(l -> ", " + l).orElse("");
            case Synthesize s ->
                "synthesize with " + s.model()
                        + s.voice().map(v -> ", voice " + v).orElse("");
            case Infer<?> i -> "infer " + String.join(", ", i.outputs()) + " with " + i.model();
            case Kernel<?> k -> "kernel " + k.specification();
            case Custom<?> c ->
                c.name()
                        + (c.effects() == Custom.Effects.OUTSIDE
                                ? ""
                                : ", " + c.effects().word());
            case Tool<?, ?> t -> "tool " + t.name() + (t.idempotent() ? ", idempotent" : "");
            case Transform<?> t -> "function";
            case MemoryLoad<?, ?> m -> "load " + m.memory().name();
            case MemoryStore<?, ?> m -> "store " + m.memory().name();
        };
    }
}
