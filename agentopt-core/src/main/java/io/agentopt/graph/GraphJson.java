package io.agentopt.graph;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.agentopt.operator.Custom;
import io.agentopt.operator.Embed;
import io.agentopt.operator.Generate;
import io.agentopt.operator.Infer;
import io.agentopt.operator.Kernel;
import io.agentopt.operator.MemoryLoad;
import io.agentopt.operator.MemoryStore;
import io.agentopt.operator.Rerank;
import io.agentopt.operator.Synthesize;
import io.agentopt.operator.Tool;
import io.agentopt.operator.Transcribe;
import io.agentopt.operator.Transform;
import io.agentopt.operator.VectorSearch;
import java.util.List;
import java.util.Map;

/**
 * A graph as JSON, format 1: structure and numbers; functions, tools, custom operators, memories and indexes by name. Reading checks everything
 * that declaring checks, and that nodes do not depend on each other in a circle.
 */
public final class GraphJson {
    static final int FORMAT = 1;
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private static final DefaultPrettyPrinter LINES = new DefaultPrettyPrinter()
            .withObjectIndenter(new DefaultIndenter("  ", "\n")); // the same on every platform

    private GraphJson() {}

    /** {@return the graph as indented JSON} */
    public static String write(AgentGraph<?, ?> graph) {
        try {
            return MAPPER.writer(LINES).writeValueAsString(tree(graph, "", graph.functionNames()));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Graph '" + graph.name() + "' could not be written as JSON", e);
        }
    }

    /**
     * Reads a graph.
     *
     * @param json what {@link #write} wrote
     * @param input the type that the file names, or {@code Object} for whatever it names
     * @param output the type that the file names, or {@code Object} for whatever it names
     * @param bindings what the names in it stand for
     * @throws GraphException if the file is malformed, of another format, or describes a graph that cannot be
     */
    public static <I, O> AgentGraph<I, O> read(String json, Class<I> input, Class<O> output, Bindings bindings) {
        return GraphJsonReader.read(MAPPER, json, input, output, bindings);
    }

    private static ObjectNode tree(AgentGraph<?, ?> graph, String prefix, Map<String, String> functions) {
        ObjectNode out = MAPPER.createObjectNode();
        out.put("format", FORMAT);
        out.put("graph", graph.name());
        out.put("input", graph.inputType().getName());
        out.put("output", graph.outputType().getName());
        out.set("body", region(prefix, graph.body(), functions));
        return out;
    }

    private static ObjectNode region(String prefix, Region region, Map<String, String> functions) {
        ObjectNode out = MAPPER.createObjectNode();
        out.set("parameters", ids(region.parameters()));
        ArrayNode nodes = out.putArray("nodes");
        for (Node n : region.nodes()) nodes.add(node(AgentGraph.path(prefix, n.name()), n, functions));
        out.set("yields", ids(region.yields()));
        return out;
    }

    private static ObjectNode node(String path, Node node, Map<String, String> functions) {
        ObjectNode out = MAPPER.createObjectNode();
        out.put("name", node.name());
        switch (node) {
            case Node.Call c -> call(out, path, c, functions);
            case Node.Loop l -> {
                out.put("kind", "loop")
                        .put("max", l.iterations().max())
                        .put("expected", l.iterations().expected());
                out.set("body", region(path, l.body(), functions));
            }
            case Node.When w -> {
                out.put("kind", "when").put("probability", w.probability());
                out.set("then", region(path + "/then", w.then(), functions));
                out.set("else", region(path + "/else", w.otherwise(), functions));
            }
            case Node.ForEach f -> {
                out.put("kind", "for_each").put("expected", f.expectedItems());
                out.set("body", region(path, f.body(), functions));
            }
            case Node.Nested n -> {
                out.put("kind", "graph");
                out.set("graph", tree(n.graph(), path, functions));
            }
        }
        out.set("inputs", ids(node.inputs()));
        out.put("result", node.result().number());
        return out;
    }

    private static void call(ObjectNode out, String path, Node.Call call, Map<String, String> functions) {
        out.put("kind", call.operator().kind());
        switch (call.operator()) {
            case Generate g ->
                out.put("model", g.model().id())
                        .put("maxTokens", g.maxTokens())
                        .put("sampling", g.sampling().text())
                        .put("expectedPromptTokens", g.expectedPromptTokens())
                        .put("expectedOutputTokens", g.expectedOutputTokens());
            case Embed e -> out.put("model", e.model().id()).put("expectedTokens", e.expectedTokens());
            case VectorSearch s -> out.put("index", s.index().name()).put("k", s.k());
            case Rerank r ->
                out.put("model", r.model().id())
                        .put("k", r.k())
                        .put("expectedQueryTokens", r.expectedQueryTokens())
                        .put("expectedPassageTokens", r.expectedPassageTokens())
                        .put("expectedPassages", r.expectedPassages());
            case Transcribe t -> {
                out.put("model", t.model().id());
                t.language().ifPresent(l -> out.put("language", l));
                out.put("expectedSeconds", t.expectedSeconds()).put("expectedTokens", t.expectedTokens());
                t.work().ifPresent(w -> WorkJson.write(out, w));
            }
            case Synthesize s -> {
                out.put("model", s.model().id());
                s.voice().ifPresent(v -> out.put("voice", v));
                s.work().ifPresent(w -> WorkJson.write(out, w));
            }
            case Infer<?> i -> {
                out.put("model", i.model().id());
                i.inputs().forEach(out.putArray("inputNames")::add);
                i.outputs().forEach(out.putArray("outputNames")::add);
                i.work().ifPresent(w -> WorkJson.write(out, w));
            }
            case Kernel<?> k -> {
                out.put("kernel", k.name());
                ObjectNode parameters = out.putObject("parameters");
                k.parameters().forEach(parameters::put);
                out.put("severalOutputs", k.severalOutputs());
                k.work().ifPresent(w -> WorkJson.write(out, w));
            }
            case Custom<?> c ->
                out.put("custom", c.name()).put("effects", c.effects().word());
            case Tool<?, ?> t -> out.put("tool", t.name());
            case Transform<?> t -> out.put("function", functions.getOrDefault(path, path));
            case MemoryLoad<?, ?> m -> out.put("memory", m.memory().name());
            case MemoryStore<?, ?> m -> out.put("memory", m.memory().name());
        }
        NodeOptions o = call.options();
        if (o.equals(NodeOptions.NONE)) return;
        ObjectNode options = out.putObject("options");
        o.timeout().ifPresent(t -> options.put("timeoutSeconds", t.getSeconds() + t.getNano() / 1e9));
        options.put("retries", o.retries());
        o.pinnedTo().ifPresent(c -> options.put("pinnedTo", c));
        ArrayNode forbidden = options.putArray("forbidden");
        o.forbidden().forEach(forbidden::add);
        options.put("outputBytes", o.outputBytes());
        if (!o.zones().isEmpty()) o.zones().forEach(options.putArray("zones")::add);
    }

    private static ArrayNode ids(List<ValueId> ids) {
        ArrayNode out = MAPPER.createArrayNode();
        ids.forEach(v -> out.add(v.number()));
        return out;
    }
}
