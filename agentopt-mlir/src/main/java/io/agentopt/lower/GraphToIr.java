package io.agentopt.lower;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.Node;
import io.agentopt.graph.Region;
import io.agentopt.graph.ValueId;
import io.agentopt.mlir.dialect.AgentDialect;
import io.agentopt.mlir.dialect.AgentOps;
import io.agentopt.mlir.dialect.AgentTypes;
import io.agentopt.mlir.dialect.Generation;
import io.agentopt.mlir.dialect.SpeechOps;
import io.agentopt.mlir.dialect.TensorOps;
import io.agentopt.mlir.ir.Attribute;
import io.agentopt.mlir.ir.MlirContext;
import io.agentopt.mlir.ir.MlirModule;
import io.agentopt.mlir.ir.Op;
import io.agentopt.mlir.ir.OpBuilder;
import io.agentopt.mlir.ir.Type;
import io.agentopt.mlir.ir.Value;
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
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Writes a graph in the agent dialect: one {@code agent.graph}, node paths as locations, functions by the path of the first node
 * that uses them, so that equal work has equal ops. What else was declared goes into the locations too ({@link Declared}), and {@link IrToGraph} reads the
 * graph back.
 */
final class GraphToIr {
    private final AgentTypes types;
    private final Type value;
    private final Map<String, String> functions;
    private final Declared declared = new Declared();

    private GraphToIr(AgentTypes types, Map<String, String> functions) {
        this.types = types;
        this.value = types.value("object");
        this.functions = functions;
    }

    static MlirModule write(MlirContext context, AgentGraph<?, ?> graph) {
        CustomKinds.load(context, CustomKinds.of(graph));
        MlirModule module = context.emptyModule();
        GraphToIr writer = new GraphToIr(new AgentTypes(context), graph.functionNames());
        ValueId in = graph.body().parameters().getFirst();
        ValueId out = graph.body().yields().getFirst();
        AgentOps.graph(
                OpBuilder.atEnd(module.body()).declaring(writer.declared.graph(graph)),
                graph.name(),
                writer.type(graph, in),
                writer.type(graph, out),
                (b, input) -> {
                    Values<Value> values = new Values<>();
                    values.put(in, input);
                    writer.region(graph, "", graph.body(), b, values);
                    AgentOps.yields(b, values.get(out));
                });
        return module;
    }

    private void region(AgentGraph<?, ?> graph, String prefix, Region region, OpBuilder b, Values<Value> values) {
        for (Node node : region.nodes()) {
            Op op = node(graph, AgentGraph.path(prefix, node.name()), node, b, values);
            values.put(node.result(), op.result());
        }
    }

    private Op node(AgentGraph<?, ?> graph, String path, Node node, OpBuilder place, Values<Value> values) {
        OpBuilder b = place.declaring(declared.node(graph, node));
        return switch (node) {
            case Node.Call c -> call(graph, path, c, b, values);
            case Node.Loop l ->
                AgentOps.loop(
                        b,
                        values.get(l.initial()),
                        l.iterations().max(),
                        l.iterations().expected(),
                        type(graph, l.result()),
                        path,
                        (inner, state) -> {
                            Values<Value> inside = values.inner();
                            inside.put(l.body().parameters().getFirst(), state);
                            region(graph, path, l.body(), inner, inside);
                            AgentOps.yields(
                                    inner,
                                    l.body().yields().stream().map(inside::get).toArray(Value[]::new));
                        });
            case Node.When w ->
                AgentOps.when(
                        b,
                        values.get(w.condition()),
                        w.probability(),
                        type(graph, w.result()),
                        path,
                        inner -> branch(graph, path + "/then", w.then(), inner, values),
                        inner -> branch(graph, path + "/else", w.otherwise(), inner, values));
            case Node.ForEach f ->
                AgentOps.forEach(
                        b,
                        values.get(f.list()),
                        f.expectedItems(),
                        type(graph, f.body().parameters().getFirst()),
                        type(graph, f.result()),
                        path,
                        (inner, item) -> {
                            Values<Value> inside = values.inner();
                            inside.put(f.body().parameters().getFirst(), item);
                            region(graph, path, f.body(), inner, inside);
                            AgentOps.yields(inner, inside.get(f.body().yields().getFirst()));
                        });
            case Node.Nested n ->
                AgentOps.subgraph(
                        b,
                        values.get(n.input()),
                        n.graph().name(),
                        type(n.graph(), n.graph().body().parameters().getFirst()),
                        type(graph, n.result()),
                        path,
                        (inner, input) -> {
                            Values<Value> own = new Values<>();
                            own.put(n.graph().body().parameters().getFirst(), input);
                            region(n.graph(), path, n.graph().body(), inner, own);
                            AgentOps.yields(
                                    inner, own.get(n.graph().body().yields().getFirst()));
                        });
        };
    }

    private void branch(AgentGraph<?, ?> graph, String path, Region region, OpBuilder b, Values<Value> values) {
        Values<Value> inside = values.inner();
        region(graph, path, region, b, inside);
        AgentOps.yields(b, inside.get(region.yields().getFirst()));
    }

    private Op call(AgentGraph<?, ?> graph, String path, Node.Call call, OpBuilder b, Values<Value> values) {
        List<Value> in = new ArrayList<>(call.inputs().size());
        for (ValueId input : call.inputs()) in.add(values.get(input));
        Value first = in.getFirst();
        Type result = type(graph, call.result());
        return switch (call.operator()) {
            case Generate g ->
                AgentOps.generate(
                        b,
                        first,
                        new Generation(
                                g.model().id(), g.maxTokens(), g.sampling().text(), true),
                        path);
            case Embed e -> AgentOps.embed(b, first, e.model().id(), path);
            case VectorSearch s -> AgentOps.search(b, first, s.index().name(), s.k(), path);
            case Rerank r -> AgentOps.rerank(b, first, in.get(1), r.model().id(), r.k(), path);
            case Transcribe t -> {
                Op op = SpeechOps.transcribe(b, first, t.model().id(), path);
                t.language().ifPresent(l -> op.set(AgentDialect.LANGUAGE, l));
                yield op;
            }
            case Synthesize s -> {
                Op op = SpeechOps.synthesize(b, first, s.model().id(), result, path);
                s.voice().ifPresent(v -> op.set(AgentDialect.VOICE, v));
                yield op;
            }
            case Infer<?> i -> {
                Op op = TensorOps.infer(b, i.model().id(), in, List.of(result), path);
                op.set(AgentDialect.INPUT_NAMES, new Attribute.Texts(i.inputs()));
                op.set(AgentDialect.OUTPUT_NAMES, new Attribute.Texts(i.outputs()));
                yield op;
            }
            case Kernel<?> k -> TensorOps.kernel(b, k.specification(), in, List.of(result), path);
            case Custom<?> c ->
                b.op(c.name())
                        .operands(in)
                        .attribute(AgentDialect.EFFECTS, c.effects().word())
                        .results(result)
                        .name(path)
                        .create();
            case Tool<?, ?> t -> AgentOps.tool(b, first, t.name(), t.idempotent(), result, path);
            case Transform<?> t -> AgentOps.transform(b, in, functions.getOrDefault(path, path), result, path);
            case MemoryLoad<?, ?> m -> AgentOps.memoryLoad(b, first, m.memory().name(), result, path);
            case MemoryStore<?, ?> m ->
                AgentOps.memoryStore(b, first, in.get(1), m.memory().name(), result, path);
        };
    }

    private Type type(AgentGraph<?, ?> graph, ValueId id) {
        return switch (graph.typeOf(id)) {
            case VALUE -> value;
            case TEXT -> types.text();
            case PROMPT -> types.prompt();
            case COMPLETION -> types.completion();
            case EMBEDDING -> types.embedding();
            case PASSAGES -> types.passages();
            case AUDIO -> types.audio();
            case TENSOR -> types.value("tensor");
            case LIST -> types.list();
            case FLAG -> types.bool();
        };
    }
}
