package io.agentopt.lower;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.Node;
import io.agentopt.graph.Region;
import io.agentopt.graph.ValueId;
import io.agentopt.mlir.ir.Attribute.Estimate;
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
import io.agentopt.plan.Placement;
import io.agentopt.plan.granular.OperatorId;
import io.agentopt.program.Block;
import io.agentopt.program.Program;
import io.agentopt.program.Program.Origin;
import io.agentopt.program.Slot;
import io.agentopt.program.Step;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lowers in plain Java: splits LLM calls, places, inserts transfers; optimises nothing. It runs where the native library is
 * missing, and is the slow twin that tests compare {@link MlirLowering} with.
 */
public final class DirectLowering implements Lowering {
    private final LoweringCosts costs;

    /** A lowering that knows the placement alone. */
    public DirectLowering() {
        this(LoweringCosts.unknown());
    }

    /** A lowering that keeps LLM calls on hosted endpoints whole. */
    public DirectLowering(LoweringCosts costs) {
        this.costs = costs;
    }

    @Override
    public Program lower(AgentGraph<?, ?> graph, Placement placement) {
        AtomicInteger numbers = new AtomicInteger();
        BlockBuilder block = new BlockBuilder(numbers::getAndIncrement, new HashMap<>());
        Scope scope = new Scope(placement, costs, graph.functionNames());
        Values<Slot> values = new Values<>();
        values.put(graph.body().parameters().getFirst(), block.parameter(placement.home()));
        scope.region("", graph.body(), block, values);
        Slot output =
                block.on(placement.home(), values.get(graph.body().yields().getFirst()), graph.name());
        Program program = new Program(graph.name(), block.build(List.of(output)), Origin.DIRECT);
        return new Program(program.graph(), program.body(), Origin.DIRECT, predicted(program));
    }

    private Map<OperatorId, Double> predicted(Program program) {
        Map<OperatorId, Double> all = new HashMap<>();
        for (Step step : program.allSteps()) {
            Optional<Estimate> estimate = switch (step) {
                case Step.Endpoint s -> Estimates.ofCall(costs, s.path());
                case Step.Transfer _, Step.KvTransfer _, Step.Loop _, Step.When _ -> Optional.empty();
                case Step.ForEach _, Step.Nested _, Step.Fused _, Step.Prefix _ -> Optional.empty();
                case Step.Prefill _, Step.Decode _, Step.Generate _ -> costs.estimate(step.operatorId());
                case Step.Embed _, Step.Search _, Step.Rerank _ -> costs.estimate(step.operatorId());
                case Step.Transcribe _, Step.Synthesize _ -> costs.estimate(step.operatorId());
                case Step.Infer _, Step.Kernel _, Step.Custom _ -> costs.estimate(step.operatorId());
                case Step.ToolCall _, Step.Transform _ -> costs.estimate(step.operatorId());
                case Step.MemoryLoad _, Step.MemoryStore _ -> costs.estimate(step.operatorId());
            };
            if (estimate.isPresent()) estimate.get().seconds().ifPresent(s -> all.put(step.operatorId(), s));
        }
        return all;
    }

    private record Scope(Placement placement, LoweringCosts costs, Map<String, String> functions) {

        void region(String prefix, Region region, BlockBuilder block, Values<Slot> values) {
            for (Node node : region.nodes()) {
                values.put(node.result(), node(AgentGraph.path(prefix, node.name()), node, block, values));
            }
        }

        private Slot node(String path, Node node, BlockBuilder block, Values<Slot> values) {
            return switch (node) {
                case Node.Call c -> call(path, c, block, values);
                case Node.Loop l -> {
                    Slot initial = values.get(l.initial());
                    BlockBuilder inner = block.inner();
                    Slot state = inner.parameter(block.deviceOf(initial));
                    Values<Slot> visible = values.inner();
                    visible.put(l.body().parameters().getFirst(), state);
                    region(path, l.body(), inner, visible);
                    List<ValueId> out = l.body().yields();
                    Slot next = inner.on(inner.deviceOf(state), visible.get(out.get(2)), path);
                    Slot result = visible.get(out.get(1));
                    Block body = inner.build(List.of(visible.get(out.get(0)), result, next));
                    yield block.add(new Step.Loop(
                            path, l.iterations().max(), initial, body, block.slot(inner.deviceOf(result))));
                }
                case Node.When w -> {
                    BlockBuilder then = block.inner();
                    Values<Slot> thenValues = values.inner();
                    region(path + "/then", w.then(), then, thenValues);
                    Slot yes = thenValues.get(w.then().yields().getFirst());
                    BlockBuilder otherwise = block.inner();
                    Values<Slot> elseValues = values.inner();
                    region(path + "/else", w.otherwise(), otherwise, elseValues);
                    String device = then.deviceOf(yes);
                    Slot no = otherwise.on(
                            device, elseValues.get(w.otherwise().yields().getFirst()), path);
                    yield block.add(new Step.When(
                            path,
                            values.get(w.condition()),
                            then.build(List.of(yes)),
                            otherwise.build(List.of(no)),
                            block.slot(device)));
                }
                case Node.ForEach f -> {
                    Slot list = values.get(f.list());
                    BlockBuilder inner = block.inner();
                    Values<Slot> visible = values.inner();
                    visible.put(f.body().parameters().getFirst(), inner.parameter(block.deviceOf(list)));
                    region(path, f.body(), inner, visible);
                    Slot item = visible.get(f.body().yields().getFirst());
                    yield block.add(
                            new Step.ForEach(path, list, inner.build(List.of(item)), block.slot(inner.deviceOf(item))));
                }
                case Node.Nested n -> {
                    Slot input = values.get(n.input());
                    BlockBuilder inner = block.inner();
                    Values<Slot> own = new Values<>();
                    Region body = n.graph().body();
                    own.put(body.parameters().getFirst(), inner.parameter(block.deviceOf(input)));
                    region(path, body, inner, own);
                    Slot result = own.get(body.yields().getFirst());
                    yield block.add(new Step.Nested(
                            path, input, inner.build(List.of(result)), block.slot(inner.deviceOf(result))));
                }
            };
        }

        private Slot call(String path, Node.Call call, BlockBuilder block, Values<Slot> values) {
            if (call.operator() instanceof Generate g)
                return generate(path, g, values.get(call.inputs().getFirst()), block);
            String device = placement.of(OperatorId.whole(path));
            List<Slot> in = call.inputs().stream()
                    .map(v -> block.on(device, values.get(v), path))
                    .toList();
            Slot out = block.slot(device);
            Slot first = in.getFirst();
            return block.add(
                    switch (call.operator()) {
                        case Generate g -> throw new IllegalStateException("handled above");
                        case Embed e -> new Step.Embed(path, device, e.model().id(), first, out);
                        case VectorSearch s ->
                            new Step.Search(path, device, s.index().name(), s.k(), first, out);
                        case Rerank r -> new Step.Rerank(path, device, r.model().id(), r.k(), first, in.get(1), out);
                        case Transcribe t ->
                            new Step.Transcribe(path, device, t.model().id(), t.language(), first, out);
                        case Synthesize s ->
                            new Step.Synthesize(path, device, s.model().id(), s.voice(), first, out);
                        case Infer<?> i ->
                            new Step.Infer(path, device, i.model().id(), i.inputs(), i.outputs(), in, out);
                        case Kernel<?> k -> new Step.Kernel(path, device, k.specification(), in, out);
                        case Custom<?> c -> new Step.Custom(path, device, c.name(), c.effects(), in, out);
                        case Tool<?, ?> t -> new Step.ToolCall(path, device, t.name(), t.idempotent(), first, out);
                        case Transform<?> t ->
                            new Step.Transform(path, device, functions.getOrDefault(path, path), in, out);
                        case MemoryLoad<?, ?> m ->
                            new Step.MemoryLoad(path, device, m.memory().name(), first, out);
                        case MemoryStore<?, ?> m ->
                            new Step.MemoryStore(path, device, m.memory().name(), first, in.get(1), out);
                    });
        }

        private Slot generate(String path, Generate g, Slot prompt, BlockBuilder block) {
            String first = placement.of(OperatorId.prefill(path));
            String second = placement.of(OperatorId.decode(path));
            Slot input = block.on(first, prompt, path);
            if (DecomposeGenerate.onEndpoint(path, first, second, costs)) {
                return block.add(new Step.Endpoint(
                        path, first, g.model().id(), g.maxTokens(), g.sampling().text(), input, block.slot(first)));
            }
            Slot cache = block.add(new Step.Prefill(path, first, g.model().id(), input, block.slot(first)));
            if (!first.equals(second)) {
                cache = block.add(new Step.KvTransfer(path, first, second, cache, block.slot(second)));
            }
            return block.add(new Step.Decode(
                    path, second, g.model().id(), g.maxTokens(), g.sampling().text(), cache, block.slot(second)));
        }
    }
}
