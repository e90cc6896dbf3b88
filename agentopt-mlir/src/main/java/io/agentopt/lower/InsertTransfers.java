package io.agentopt.lower;

import io.agentopt.mlir.dialect.AgentDialect;
import io.agentopt.mlir.dialect.AgentOps;
import io.agentopt.mlir.ir.Block;
import io.agentopt.mlir.ir.Op;
import io.agentopt.mlir.ir.OpBuilder;
import io.agentopt.mlir.ir.Value;
import io.agentopt.mlir.pass.JavaPass;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Pass {@code insert-transfers}: gives every use of a value on another device than its own an {@code agent.transfer} in front, one
 * per block, value and device. KV caches have moved already.
 *
 * <p>A result is on its op's device, a region's parameter where the value that enters is, the graph's input and output at home.
 */
record InsertTransfers(String home) implements JavaPass {
    static final String NAME = "insert-transfers";

    /** Where a copy was made. */
    private record Copy(Block block, Value value, String device) {}

    @Override
    public void run(Op graph) {
        block(graph.region(0).block(), new HashMap<>());
    }

    private void block(Block block, Map<Copy, Value> copies) {
        for (Op op : block.ops()) {
            // Results of control ops take their device from inside: bodies first.
            op.regions().forEach(r -> block(r.block(), copies));
            Optional<String> device = op.findString(AgentDialect.DEVICE);
            if (device.isPresent() && !op.is(AgentDialect.DECODE)) {
                for (int i = 0; i < op.operands().size(); i++) bring(op, i, device.get(), op.name(), copies);
            } else if (op.is(AgentDialect.YIELD)) {
                leave(op, copies);
            }
        }
    }

    private void leave(Op yield, Map<Copy, Value> copies) {
        Op parent = yield.parent().orElseThrow();
        switch (parent.kind()) {
            case AgentDialect.GRAPH -> bring(yield, 0, home, parent.name(), copies);
            case AgentDialect.LOOP -> bring(yield, 2, deviceOf(parent.operand(0)), parent.name(), copies);
            case AgentDialect.WHEN -> {
                if (yield.block().equals(parent.region(1).block())) {
                    bring(yield, 0, deviceOf(yielded(parent, 0, 0)), parent.name(), copies);
                }
            }
            default -> {} // for_each and subgraph yield where the value is
        }
    }

    private void bring(Op user, int operand, String device, String name, Map<Copy, Value> copies) {
        Value value = user.operand(operand);
        String from = deviceOf(value);
        if (from.equals(device)) return;
        Copy copy = new Copy(user.block(), value, device);
        Value there = copies.get(copy);
        if (there == null) {
            there = AgentOps.transfer(OpBuilder.before(user), value, from, device, name)
                    .result();
            copies.put(copy, there);
        }
        user.setOperand(operand, there);
    }

    private String deviceOf(Value value) {
        return switch (value.definition()) {
            case Value.Definition.ByOp(Op op, int index) ->
                switch (op.kind()) {
                    case AgentDialect.TRANSFER, AgentDialect.KV_TRANSFER -> op.string(AgentDialect.TO);
                    case AgentDialect.LOOP -> deviceOf(yielded(op, 0, 1));
                    case AgentDialect.WHEN, AgentDialect.FOR_EACH, AgentDialect.SUBGRAPH -> deviceOf(yielded(op, 0, 0));
                    default -> op.string(AgentDialect.DEVICE);
                };
            case Value.Definition.ByBlock(Block block, int index) -> {
                Op parent = block.parent();
                yield parent.is(AgentDialect.GRAPH) ? home : deviceOf(parent.operand(0));
            }
        };
    }

    private static Value yielded(Op control, int region, int index) {
        List<Op> ops = control.region(region).block().ops();
        return ops.getLast().operand(index);
    }
}
