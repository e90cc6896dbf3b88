package io.agentopt.graph;

import com.fasterxml.jackson.databind.JsonNode;
import io.agentopt.operator.Custom;
import io.agentopt.operator.Embed;
import io.agentopt.operator.Generate;
import io.agentopt.operator.Infer;
import io.agentopt.operator.Kernel;
import io.agentopt.operator.Memory;
import io.agentopt.operator.MemoryLoad;
import io.agentopt.operator.MemoryStore;
import io.agentopt.operator.ModelRef;
import io.agentopt.operator.Operator;
import io.agentopt.operator.PassageIndex;
import io.agentopt.operator.Rerank;
import io.agentopt.operator.Sampling;
import io.agentopt.operator.Synthesize;
import io.agentopt.operator.Tool;
import io.agentopt.operator.Transcribe;
import io.agentopt.operator.Transform;
import io.agentopt.operator.VectorSearch;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Reads the operators of a graph file, each with its own fields; what they name is taken from the bindings. */
final class OperatorReader {
    private final GraphJsonReader file;
    private final Bindings bindings;

    OperatorReader(GraphJsonReader file, Bindings bindings) {
        this.file = file;
        this.bindings = bindings;
    }

    Operator<?, ?> read(String path, String kind, JsonNode n, int inputs) {
        return switch (kind) {
            case "generate" -> {
                file.own(path, n, "model", "maxTokens", "sampling", "expectedPromptTokens", "expectedOutputTokens");
                yield new Generate(
                        model(path, n),
                        file.whole(path, n, "maxTokens"),
                        Sampling.parse(file.text(path, n, "sampling")),
                        file.number(path, n, "expectedPromptTokens"),
                        file.number(path, n, "expectedOutputTokens"));
            }
            case "embed" -> {
                file.own(path, n, "model", "expectedTokens");
                yield new Embed(model(path, n), file.number(path, n, "expectedTokens"));
            }
            case "search" -> {
                file.own(path, n, "index", "k");
                yield new VectorSearch(bound(PassageIndex.class, path, n, "index"), file.whole(path, n, "k"));
            }
            case "rerank" -> {
                file.own(path, n, "model", "k", "expectedQueryTokens", "expectedPassageTokens", "expectedPassages");
                yield new Rerank(
                        model(path, n),
                        file.whole(path, n, "k"),
                        file.number(path, n, "expectedQueryTokens"),
                        file.number(path, n, "expectedPassageTokens"),
                        file.number(path, n, "expectedPassages"));
            }
            case "transcribe" -> {
                file.own(path, n, "model", "language", "expectedSeconds", "expectedTokens", "work");
                yield new Transcribe(
                        model(path, n),
                        maybe(path, n, "language"),
                        file.number(path, n, "expectedSeconds"),
                        file.number(path, n, "expectedTokens"),
                        WorkJson.read(file, path, n));
            }
            case "synthesize" -> {
                file.own(path, n, "model", "voice", "work");
                yield new Synthesize(model(path, n), maybe(path, n, "voice"), WorkJson.read(file, path, n));
            }
            case "infer" -> {
                file.own(path, n, "model", "inputNames", "outputNames", "work");
                yield new Infer<>(
                        model(path, n),
                        file.texts(path, n, "inputNames"),
                        file.texts(path, n, "outputNames"),
                        WorkJson.read(file, path, n));
            }
            case "kernel" -> kernel(path, n, inputs);
            case "custom" -> custom(path, n);
            case "tool" -> named(Tool.class, path, n, "tool");
            case "transform" -> named(Transform.class, path, n, "function");
            case "memory_load" -> new MemoryLoad<>(memory(path, n));
            case "memory_store" -> new MemoryStore<>(memory(path, n));
            default ->
                throw file.error(
                        path,
                        "the kind \"" + kind
                                + "\" is unknown. This version knows generate, embed, search, rerank, transcribe,"
                                + " synthesize, infer, kernel, custom, tool, transform, memory_load, memory_store, loop, when,"
                                + " for_each and graph.");
        };
    }

    private Kernel<?> kernel(String path, JsonNode n, int inputs) {
        file.own(path, n, "kernel", "parameters", "severalOutputs", "work");
        JsonNode given = n.path("parameters");
        if (!given.isObject()) throw file.error(path, "the field \"parameters\" is missing or not an object.");
        Map<String, String> parameters = new TreeMap<>();
        given.fieldNames().forEachRemaining(p -> parameters.put(p, file.text(path, given, p)));
        JsonNode several = n.path("severalOutputs");
        if (!several.isBoolean())
            throw file.error(path, "the field \"severalOutputs\" is missing or neither true nor false.");
        return new Kernel<>(
                file.text(path, n, "kernel"), parameters, inputs, several.booleanValue(), WorkJson.read(file, path, n));
    }

    private Custom<?> custom(String path, JsonNode n) {
        file.own(path, n, "custom", "effects");
        Custom<?> bound = bound(Custom.class, path, n, "custom");
        String effects = file.text(path, n, "effects");
        if (effects.equals(bound.effects().word())) return bound;
        throw file.error(
                path,
                "its custom operator '" + bound.name() + "' has the effects \"" + effects + "\" in the file, and \""
                        + bound.effects().word()
                        + "\" as it is bound. Bind the one that was meant, or write the file again.");
    }

    private ModelRef model(String path, JsonNode n) {
        return new ModelRef(file.text(path, n, "model"));
    }

    private Optional<String> maybe(String path, JsonNode n, String field) {
        return n.has(field) ? Optional.of(file.text(path, n, field)) : Optional.empty();
    }

    /** What a node refers to by name and has no other field; the field is called like the kind of thing. */
    private <T> T named(Class<T> type, String path, JsonNode n, String kind) {
        file.own(path, n, kind);
        return bound(type, path, n, kind);
    }

    private <T> T bound(Class<T> type, String path, JsonNode n, String kind) {
        return bindings.find(type, kind, file.text(path, n, kind), file.graph(), path);
    }

    private Memory<?, ?> memory(String path, JsonNode n) {
        return named(Memory.class, path, n, "memory");
    }
}
