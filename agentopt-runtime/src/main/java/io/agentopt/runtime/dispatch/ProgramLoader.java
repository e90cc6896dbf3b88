package io.agentopt.runtime.dispatch;

import io.agentopt.graph.NodeOptions;
import io.agentopt.operator.Custom;
import io.agentopt.program.Block;
import io.agentopt.program.Program;
import io.agentopt.program.Slot;
import io.agentopt.program.Step;
import io.agentopt.runtime.observe.StepKind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes executable blocks of a program: resolves slots, binds leaf steps, counts dependencies. All checks of a program are here. */
final class ProgramLoader {
    private final String graph;
    private final StepRunner runner;
    private final Map<String, NodeOptions> options;

    ProgramLoader(String graph, StepRunner runner, Map<String, NodeOptions> options) {
        this.graph = graph;
        this.runner = runner;
        this.options = options;
    }

    ExecutableBlock load(Program program) {
        return block(program.body(), 0, Map.of(), "");
    }

    private ExecutableBlock block(Block block, int depth, Map<Integer, Integer> enclosing, String path) {
        Map<Integer, Integer> depths = new HashMap<>(enclosing);
        if (depths.put(block.number(), depth) != null)
            throw bad(path, "contains block " + block.number() + " inside itself");
        if (block.parameters().size() > 1) {
            throw bad(
                    path,
                    "has a block with " + block.parameters().size() + " parameters where at most one is possible");
        }
        Map<Integer, Integer> producers =
                new HashMap<>(); // index of a slot of this block -> step, or -1 for the parameter
        for (Slot p : block.parameters()) define(producers, block, p, -1, path);
        Effects effects = new Effects();
        List<Set<Integer>> predecessors = new ArrayList<>();
        List<ExecutableStep> steps = new ArrayList<>();
        for (Step step : block.steps()) {
            int number = steps.size();
            Set<Integer> before = effects.order(number, step);
            for (Slot used : uses(step)) {
                if (used.block() == block.number()) before.add(producer(producers, used, step.path()));
            }
            before.remove(-1);
            predecessors.add(before);
            steps.add(step(step, depth, depths));
            define(producers, block, step.result(), number, step.path());
        }
        for (Slot y : block.yields()) if (y.block() == block.number()) producer(producers, y, path);
        List<Ref> yields =
                block.yields().stream().map(y -> ref(y, depth, depths, path)).toList();
        int parameter = block.parameters().isEmpty()
                ? -1
                : block.parameters().getFirst().index();
        return new ExecutableBlock(block.slots(), parameter, steps, new Dependencies(predecessors), yields);
    }

    private ExecutableStep step(Step step, int depth, Map<Integer, Integer> depths) {
        String path = step.path();
        int result = step.result().index();
        return switch (step) {
            case Step.Loop l -> {
                ExecutableBlock body = inner(l.body(), depth, depths, path, 1, 3);
                yield new ExecutableStep.Loop(
                        path, result, body.heavy(), l.max(), ref(l.initial(), depth, depths, path), body);
            }
            case Step.When w -> {
                ExecutableBlock then = inner(w.then(), depth, depths, path, 0, 1);
                ExecutableBlock otherwise = inner(w.otherwise(), depth, depths, path, 0, 1);
                boolean heavy = then.heavy() || otherwise.heavy();
                yield new ExecutableStep.When(
                        path, result, heavy, ref(w.condition(), depth, depths, path), then, otherwise);
            }
            case Step.ForEach f -> {
                ExecutableBlock body = inner(f.body(), depth, depths, path, 1, 1);
                yield new ExecutableStep.ForEach(path, result, body.heavy(), ref(f.list(), depth, depths, path), body);
            }
            case Step.Nested n -> {
                ExecutableBlock body = inner(n.body(), depth, depths, path, 1, 1);
                yield new ExecutableStep.Nested(path, result, body.heavy(), ref(n.input(), depth, depths, path), body);
            }
            case Step.Generate s -> leaf(s, StepKind.GENERATE, s.device(), true, depth, depths);
            case Step.Prefix s -> leaf(s, StepKind.PREFIX, s.device(), true, depth, depths);
            case Step.Fused s -> leaf(s, StepKind.TRANSFORM, s.device(), true, depth, depths);
            case Step.Prefill s -> leaf(s, StepKind.PREFILL, s.device(), true, depth, depths);
            case Step.Decode s -> leaf(s, StepKind.DECODE, s.device(), false, depth, depths);
            case Step.KvTransfer s -> leaf(s, StepKind.KV_TRANSFER, s.to(), false, depth, depths);
            case Step.Transfer s -> leaf(s, StepKind.TRANSFER, s.to(), true, depth, depths);
            case Step.Embed s -> leaf(s, StepKind.EMBED, s.device(), true, depth, depths);
            case Step.Search s -> leaf(s, StepKind.SEARCH, s.device(), true, depth, depths);
            case Step.Endpoint s -> leaf(s, StepKind.ENDPOINT, s.device(), true, depth, depths);
            case Step.Rerank s -> leaf(s, StepKind.RERANK, s.device(), true, depth, depths);
            case Step.Transcribe s -> leaf(s, StepKind.TRANSCRIBE, s.device(), true, depth, depths);
            case Step.Synthesize s -> leaf(s, StepKind.SYNTHESIZE, s.device(), true, depth, depths);
            case Step.Infer s -> leaf(s, StepKind.INFER, s.device(), true, depth, depths);
            case Step.Kernel s -> leaf(s, StepKind.KERNEL, s.device(), true, depth, depths);
            case Step.Custom s ->
                leaf(s, StepKind.CUSTOM, s.device(), s.effects() != Custom.Effects.OUTSIDE, depth, depths);
            case Step.ToolCall s -> leaf(s, StepKind.TOOL, s.device(), s.idempotent(), depth, depths);
            case Step.Transform s -> leaf(s, StepKind.TRANSFORM, s.device(), true, depth, depths);
            case Step.MemoryLoad s -> leaf(s, StepKind.MEMORY_LOAD, s.device(), true, depth, depths);
            case Step.MemoryStore s -> leaf(s, StepKind.MEMORY_STORE, s.device(), false, depth, depths);
        };
    }

    /** @param repeatable whether a second attempt is harmless: no side effects, and the operands are still there */
    private ExecutableStep leaf(
            Step step, StepKind kind, String device, boolean repeatable, int depth, Map<Integer, Integer> depths) {
        NodeOptions wishes = options.getOrDefault(step.path(), NodeOptions.NONE);
        List<Ref> operands = step.operands().stream()
                .map(s -> ref(s, depth, depths, step.path()))
                .toList();
        boolean moves = kind.isTransfer();
        return new ExecutableStep.Leaf(
                step.path(),
                step.result().index(),
                kind.isWork(),
                step.operatorId(),
                kind,
                device,
                operands,
                runner.bind(step),
                repeatable && !moves ? wishes.retries() + 1 : 1,
                moves ? 0 : wishes.timeout().map(t -> Math.max(1, t.toNanos())).orElse(0L));
    }

    private ExecutableBlock inner(
            Block block, int depth, Map<Integer, Integer> depths, String path, int parameters, int yields) {
        if (block.parameters().size() != parameters || block.yields().size() != yields) {
            throw bad(
                    path,
                    "has a block with " + block.parameters().size() + " parameters and "
                            + block.yields().size() + " yields where " + parameters + " and " + yields + " belong");
        }
        return block(block, depth + 1, depths, path);
    }

    private Ref ref(Slot slot, int depth, Map<Integer, Integer> depths, String path) {
        Integer at = depths.get(slot.block());
        if (at == null) throw bad(path, "uses slot " + slot + " of a block that does not enclose it");
        return new Ref(depth - at, slot.index());
    }

    private void define(Map<Integer, Integer> producers, Block block, Slot slot, int step, String path) {
        if (slot.block() != block.number() || slot.index() < 0 || slot.index() >= block.slots()) {
            throw bad(
                    path,
                    "fills slot " + slot + ", which is not one of the " + block.slots() + " of its block "
                            + block.number());
        }
        if (producers.putIfAbsent(slot.index(), step) != null) throw bad(path, "fills slot " + slot + " a second time");
    }

    private int producer(Map<Integer, Integer> producers, Slot slot, String path) {
        Integer step = producers.get(slot.index());
        if (step == null) throw bad(path, "uses slot " + slot + " before any step fills it");
        return step;
    }

    /** {@return the slots that a step reads, those that its blocks read of enclosing ones included} */
    private static Set<Slot> uses(Step step) {
        Set<Slot> used = new HashSet<>(step.operands());
        switch (step) {
            case Step.Loop l -> uses(l.body(), used);
            case Step.When w -> {
                uses(w.then(), used);
                uses(w.otherwise(), used);
            }
            case Step.ForEach f -> uses(f.body(), used);
            case Step.Nested n -> uses(n.body(), used);
            case Step.Fused s -> {} // isolated: it reads its operands alone
            case Step.Generate s -> {}
            case Step.Prefix s -> {}
            case Step.Prefill s -> {}
            case Step.Decode s -> {}
            case Step.KvTransfer s -> {}
            case Step.Transfer s -> {}
            case Step.Embed s -> {}
            case Step.Search s -> {}
            case Step.Endpoint s -> {}
            case Step.Rerank s -> {}
            case Step.Transcribe s -> {}
            case Step.Synthesize s -> {}
            case Step.Infer s -> {}
            case Step.Kernel s -> {}
            case Step.Custom s -> {}
            case Step.ToolCall s -> {}
            case Step.Transform s -> {}
            case Step.MemoryLoad s -> {}
            case Step.MemoryStore s -> {}
        }
        return used;
    }

    private static void uses(Block block, Set<Slot> used) {
        for (Step step : block.steps()) used.addAll(uses(step));
        used.addAll(block.yields());
    }

    private IllegalArgumentException bad(String path, String problem) {
        return new IllegalArgumentException("The program of graph '" + graph + "' is broken: "
                + (path.isEmpty() ? "it " : "step '" + path + "' ") + problem + ". Lower the graph again.");
    }
}
