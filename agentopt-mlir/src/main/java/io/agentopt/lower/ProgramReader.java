package io.agentopt.lower;

import io.agentopt.mlir.dialect.AgentDialect;
import io.agentopt.mlir.ir.MlirModule;
import io.agentopt.mlir.ir.Op;
import io.agentopt.mlir.ir.Value;
import io.agentopt.program.Block;
import io.agentopt.program.Program;
import io.agentopt.program.Program.Origin;
import io.agentopt.program.Slot;
import io.agentopt.program.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads the program back from a verified, placed module. */
final class ProgramReader {
    private final Map<Value, Slot> slots = new HashMap<>();
    private int blocks;

    private ProgramReader() {}

    static Program read(MlirModule module) {
        Op graph = module.root().all(AgentDialect.GRAPH).getFirst();
        return new Program(graph.string(AgentDialect.SYM_NAME), new ProgramReader().block(graph, 0), Origin.MLIR);
    }

    private Block block(Op parent, int region) {
        io.agentopt.mlir.ir.Block source = parent.region(region).block();
        int number = blocks++;
        int size = 0;
        List<Slot> parameters = new ArrayList<>();
        for (Value v : source.arguments()) {
            Slot slot = new Slot(number, size++);
            slots.put(v, slot);
            parameters.add(slot);
        }
        List<Step> steps = new ArrayList<>();
        List<Slot> yields = List.of();
        for (Op op : source.ops()) {
            if (op.is(AgentDialect.YIELD)) {
                yields = op.operands().stream().map(this::slot).toList();
            } else {
                Slot result = new Slot(number, size++);
                steps.add(step(op, result));
                slots.put(op.result(), result);
            }
        }
        return new Block(number, size, parameters, steps, yields);
    }

    private Step step(Op op, Slot out) {
        String path = op.name();
        return switch (op.kind()) {
            case AgentDialect.PREFILL ->
                new Step.Prefill(path, device(op), op.string(AgentDialect.MODEL), in(op, 0), out);
            case AgentDialect.DECODE ->
                new Step.Decode(
                        path,
                        device(op),
                        op.string(AgentDialect.MODEL),
                        Math.toIntExact(op.integer(AgentDialect.MAX_TOKENS)),
                        op.string(AgentDialect.SAMPLING),
                        in(op, 0),
                        out);
            case AgentDialect.KV_TRANSFER ->
                new Step.KvTransfer(path, op.string(AgentDialect.FROM), op.string(AgentDialect.TO), in(op, 0), out);
            case AgentDialect.TRANSFER ->
                new Step.Transfer(path, op.string(AgentDialect.FROM), op.string(AgentDialect.TO), in(op, 0), out);
            case AgentDialect.EMBED -> new Step.Embed(path, device(op), op.string(AgentDialect.MODEL), in(op, 0), out);
            case AgentDialect.SEARCH ->
                new Step.Search(
                        path,
                        device(op),
                        op.string(AgentDialect.INDEX),
                        Math.toIntExact(op.integer(AgentDialect.K)),
                        in(op, 0),
                        out);
            case AgentDialect.TOOL ->
                new Step.ToolCall(
                        path,
                        device(op),
                        op.string(AgentDialect.NAME),
                        op.has(AgentDialect.IDEMPOTENT),
                        in(op, 0),
                        out);
            case AgentDialect.TRANSFORM ->
                new Step.Transform(
                        path,
                        device(op),
                        op.string(AgentDialect.FUNCTION),
                        op.operands().stream().map(this::slot).toList(),
                        out);
            case AgentDialect.MEMORY_LOAD ->
                new Step.MemoryLoad(path, device(op), op.string(AgentDialect.STORE), in(op, 0), out);
            case AgentDialect.MEMORY_STORE ->
                new Step.MemoryStore(path, device(op), op.string(AgentDialect.STORE), in(op, 0), in(op, 1), out);
            case AgentDialect.LOOP ->
                new Step.Loop(path, Math.toIntExact(op.integer(AgentDialect.MAX)), in(op, 0), block(op, 0), out);
            case AgentDialect.WHEN -> new Step.When(path, in(op, 0), block(op, 0), block(op, 1), out);
            case AgentDialect.FOR_EACH -> new Step.ForEach(path, in(op, 0), block(op, 0), out);
            case AgentDialect.SUBGRAPH -> new Step.Nested(path, in(op, 0), block(op, 0), out);
            default ->
                throw new IllegalStateException(
                        "The op " + op + " has no step: it must be lowered before the program is read.");
        };
    }

    private Slot in(Op op, int index) {
        return slot(op.operand(index));
    }

    private Slot slot(Value value) {
        Slot slot = slots.get(value);
        if (slot == null)
            throw new IllegalStateException(
                    "A value of type " + value.type() + " is used before an op of the module defines it.");
        return slot;
    }

    private static String device(Op op) {
        return op.string(AgentDialect.DEVICE);
    }
}
