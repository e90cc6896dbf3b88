package io.agentopt.lower;

import io.agentopt.mlir.dialect.AgentDialect;
import io.agentopt.mlir.ir.Attribute;
import io.agentopt.mlir.ir.Attribute.Estimate;
import io.agentopt.mlir.ir.MlirModule;
import io.agentopt.mlir.ir.Op;
import io.agentopt.mlir.ir.OpTable;
import io.agentopt.operator.Custom.Effects;
import io.agentopt.plan.granular.OperatorId;
import io.agentopt.program.Block;
import io.agentopt.program.Program;
import io.agentopt.program.Program.Origin;
import io.agentopt.program.Slot;
import io.agentopt.program.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** Reads the program back from a verified, placed module. */
final class ProgramReader {
    private final OpTable table;
    private final Map<String, String> kernels; // by symbol: the specification
    private final Slot[] slots; // by value
    private final Map<OperatorId, Double> predicted = new HashMap<>();
    private int blocks;

    private ProgramReader(OpTable table, Map<String, String> kernels) {
        this.table = table;
        this.kernels = kernels;
        this.slots = new Slot[table.values()];
    }

    static Program read(MlirModule module) {
        Op graph = module.body().ops().stream()
                .filter(op -> op.is(AgentDialect.GRAPH))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("The module holds no agent.graph."));
        Map<String, String> kernels = new HashMap<>();
        for (Op op : module.body().ops()) {
            if (op.is(AgentDialect.KERNEL_DECL))
                kernels.put(op.string(AgentDialect.SYM_NAME), op.string(AgentDialect.SPEC));
        }
        ProgramReader reader = new ProgramReader(OpTable.of(graph), kernels);
        Block body = reader.block(0, 0);
        return new Program(graph.string(AgentDialect.SYM_NAME), body, Origin.MLIR, reader.predicted);
    }

    private Block block(int parent, int region) {
        int number = blocks++;
        int size = 0;
        List<Slot> parameters = new ArrayList<>();
        for (int value : table.arguments(parent, region)) {
            slots[value] = new Slot(number, size++);
            parameters.add(slots[value]);
        }
        List<Step> steps = new ArrayList<>();
        List<Slot> yields = List.of();
        for (int op : table.ops(parent, region)) {
            if (table.is(op, AgentDialect.YIELD)) {
                yields = operands(op);
            } else if (table.is(op, AgentDialect.ALL_REDUCE)) {
                slots[table.result(op)] = in(op, 0); // the engine that runs the shards does it
            } else {
                Slot result = new Slot(number, size++);
                Step step = step(op, result);
                steps.add(step);
                estimate(op).flatMap(e -> boxed(e.seconds())).ifPresent(s -> predicted.put(step.operatorId(), s));
                slots[table.result(op)] = result;
            }
        }
        return new Block(number, size, parameters, steps, yields);
    }

    /** What is expected of a step. Functions that were fused are no steps of their own: that of all together is expected of theirs. */
    private Optional<Estimate> estimate(int op) {
        if (table.is(table.parent(op), AgentDialect.FUSED)) return Optional.empty();
        if (!table.is(op, AgentDialect.FUSED)) return OpAttributes.estimate(table, op);
        List<Integer> functions = table.ops(op, 0);
        Optional<Estimate> all = OpAttributes.estimate(table, functions.getFirst());
        for (int f : functions.subList(1, functions.size() - 1)) { // the last ends the region
            Optional<Estimate> one = OpAttributes.estimate(table, f);
            all = all.flatMap(a -> one.map(b -> Estimates.sum(a, b)));
        }
        return all;
    }

    private static Optional<Double> boxed(OptionalDouble number) {
        return number.isPresent() ? Optional.of(number.getAsDouble()) : Optional.empty();
    }

    private Step step(int op, Slot out) {
        String path = table.name(op);
        return switch (table.kind(op)) {
            case AgentDialect.GENERATE ->
                new Step.Generate(
                        path,
                        device(op),
                        table.string(op, AgentDialect.MODEL),
                        number(op, AgentDialect.MAX_TOKENS),
                        table.string(op, AgentDialect.SAMPLING),
                        in(op, 0),
                        out);
            case AgentDialect.PREFIX ->
                new Step.Prefix(path, device(op), table.string(op, AgentDialect.MODEL), in(op, 0), out);
            case AgentDialect.PREFILL ->
                new Step.Prefill(
                        path,
                        device(op),
                        table.string(op, AgentDialect.MODEL),
                        in(op, 0),
                        table.operandCount(op) > 1 ? Optional.of(in(op, 1)) : Optional.empty(),
                        out);
            case AgentDialect.DECODE ->
                new Step.Decode(
                        path,
                        device(op),
                        table.string(op, AgentDialect.MODEL),
                        number(op, AgentDialect.MAX_TOKENS),
                        table.string(op, AgentDialect.SAMPLING),
                        in(op, 0),
                        out);
            case AgentDialect.KV_TRANSFER ->
                new Step.KvTransfer(
                        path, table.string(op, AgentDialect.FROM), table.string(op, AgentDialect.TO), in(op, 0), out);
            case AgentDialect.TRANSFER ->
                new Step.Transfer(
                        path, table.string(op, AgentDialect.FROM), table.string(op, AgentDialect.TO), in(op, 0), out);
            case AgentDialect.EMBED ->
                new Step.Embed(path, device(op), table.string(op, AgentDialect.MODEL), in(op, 0), out);
            case AgentDialect.SEARCH ->
                new Step.Search(
                        path,
                        device(op),
                        table.string(op, AgentDialect.INDEX),
                        number(op, AgentDialect.K),
                        in(op, 0),
                        out);
            case AgentDialect.ENDPOINT ->
                new Step.Endpoint(
                        path,
                        device(op),
                        table.string(op, AgentDialect.MODEL),
                        number(op, AgentDialect.MAX_TOKENS),
                        table.string(op, AgentDialect.SAMPLING),
                        in(op, 0),
                        out);
            case AgentDialect.RERANK ->
                new Step.Rerank(
                        path,
                        device(op),
                        table.string(op, AgentDialect.MODEL),
                        number(op, AgentDialect.K),
                        in(op, 0),
                        in(op, 1),
                        out);
            case AgentDialect.TRANSCRIBE ->
                new Step.Transcribe(
                        path,
                        device(op),
                        table.string(op, AgentDialect.MODEL),
                        table.findString(op, AgentDialect.LANGUAGE),
                        in(op, 0),
                        out);
            case AgentDialect.SYNTHESIZE ->
                new Step.Synthesize(
                        path,
                        device(op),
                        table.string(op, AgentDialect.MODEL),
                        table.findString(op, AgentDialect.VOICE),
                        in(op, 0),
                        out);
            case AgentDialect.INFER ->
                new Step.Infer(
                        path,
                        device(op),
                        table.string(op, AgentDialect.MODEL),
                        OpAttributes.texts(table, op, AgentDialect.INPUT_NAMES),
                        OpAttributes.texts(table, op, AgentDialect.OUTPUT_NAMES),
                        operands(op),
                        out);
            case AgentDialect.KERNEL -> new Step.Kernel(path, device(op), kernel(op), operands(op), out);
            case AgentDialect.TOOL ->
                new Step.ToolCall(
                        path,
                        device(op),
                        table.string(op, AgentDialect.NAME),
                        table.has(op, AgentDialect.IDEMPOTENT),
                        in(op, 0),
                        out);
            case AgentDialect.TRANSFORM ->
                new Step.Transform(path, device(op), table.string(op, AgentDialect.FUNCTION), operands(op), out);
            case AgentDialect.FUSED -> new Step.Fused(path, device(op), operands(op), block(op, 0), out);
            case AgentDialect.MEMORY_LOAD ->
                new Step.MemoryLoad(path, device(op), table.string(op, AgentDialect.STORE), in(op, 0), out);
            case AgentDialect.MEMORY_STORE ->
                new Step.MemoryStore(path, device(op), table.string(op, AgentDialect.STORE), in(op, 0), in(op, 1), out);
            case AgentDialect.LOOP -> new Step.Loop(path, number(op, AgentDialect.MAX), in(op, 0), block(op, 0), out);
            case AgentDialect.WHEN -> new Step.When(path, in(op, 0), block(op, 0), block(op, 1), out);
            case AgentDialect.FOR_EACH -> new Step.ForEach(path, in(op, 0), block(op, 0), out);
            case AgentDialect.SUBGRAPH -> new Step.Nested(path, in(op, 0), block(op, 0), out);
            default -> {
                if (AgentDialect.isCustom(table.kind(op))) yield custom(op, path, out);
                throw new IllegalStateException(
                        "The op " + table.op(op) + " has no step: it must be lowered before the program is read.");
            }
        };
    }

    private Step custom(int op, String path, Slot out) {
        String word = table.string(op, AgentDialect.EFFECTS);
        Effects effects = Arrays.stream(Effects.values())
                .filter(e -> e.word().equals(word))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("The op " + table.op(op) + " has the effects '" + word
                        + "', which are none of "
                        + Arrays.stream(Effects.values()).map(Effects::word).toList() + "."));
        return new Step.Custom(path, device(op), table.kind(op), effects, operands(op), out);
    }

    /** The specification of a kernel, which may have become a symbol. */
    private String kernel(int op) {
        Attribute which = table.attribute(op, AgentDialect.WHICH_KERNEL).orElse(null);
        if (which instanceof Attribute.Text(String spec)) return spec;
        String symbol = which instanceof Attribute.Other(String printed) ? printed.replaceAll("[@\"]", "") : "";
        String spec = kernels.get(symbol);
        if (spec == null)
            throw new IllegalStateException(
                    "The op " + table.op(op) + " names the kernel " + which + ", which the module does not declare.");
        return spec;
    }

    private List<Slot> operands(int op) {
        return IntStream.range(0, table.operandCount(op))
                .mapToObj(i -> in(op, i))
                .toList();
    }

    private Slot in(int op, int index) {
        Slot slot = slots[table.operand(op, index)];
        if (slot == null)
            throw new IllegalStateException(
                    "Operand " + index + " of " + table.op(op) + " is used before an op of the module defines it.");
        return slot;
    }

    private int number(int op, String attribute) {
        return Math.toIntExact(table.integer(op, attribute));
    }

    /** Functions that were fused are where the step is. */
    private String device(int op) {
        int parent = table.parent(op);
        if (table.is(parent, AgentDialect.FUSED)) return device(parent);
        return table.findString(op, AgentDialect.DEVICE)
                .orElseThrow(() -> new IllegalStateException(
                        "The op " + table.op(op) + " is on no device: it must be lowered before the program is read."));
    }
}
