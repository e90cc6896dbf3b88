package io.agentopt.lower;

import io.agentopt.mlir.dialect.AgentDialect;
import io.agentopt.mlir.dialect.AgentOps;
import io.agentopt.mlir.ir.Op;
import io.agentopt.mlir.ir.OpBuilder;
import io.agentopt.mlir.ir.OpTable;
import io.agentopt.mlir.ir.Value;
import io.agentopt.mlir.pass.JavaPass;
import java.util.HashMap;
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

    @Override
    public void run(Op graph) {
        new Run(OpTable.of(graph), home).block(0, 0);
    }

    /** Where a copy was made. */
    private record Copy(int parent, int region, int value, String device) {}

    private static final class Run {
        private final OpTable table;
        private final String home;
        private final String[] devices; // by value, as far as asked for
        private final Map<Copy, Value> copies = new HashMap<>();

        Run(OpTable table, String home) {
            this.table = table;
            this.home = home;
            this.devices = new String[table.values()];
        }

        void block(int parent, int region) {
            for (int op : table.ops(parent, region)) {
                if (!table.is(op, AgentDialect.FUSED)) {
                    for (int inner = 0; inner < table.regionCount(op); inner++) block(op, inner);
                }
                Optional<String> device = table.findString(op, AgentDialect.DEVICE);
                if (device.isPresent() && !table.is(op, AgentDialect.DECODE)) {
                    for (int i = 0; i < table.operandCount(op); i++) bring(op, i, device.get(), table.name(op));
                } else if (table.is(op, AgentDialect.YIELD)) {
                    leave(op);
                }
            }
        }

        private void leave(int yield) {
            int parent = table.parent(yield);
            switch (table.kind(parent)) {
                case AgentDialect.GRAPH -> bring(yield, 0, home, table.name(parent));
                case AgentDialect.LOOP -> bring(yield, 2, deviceOf(table.operand(parent, 0)), table.name(parent));
                case AgentDialect.WHEN -> {
                    if (table.region(yield) == 1) bring(yield, 0, deviceOf(yielded(parent, 0)), table.name(parent));
                }
                default -> {} // for_each and subgraph yield where the value is
            }
        }

        private void bring(int user, int operand, String device, String name) {
            int value = table.operand(user, operand);
            String from = deviceOf(value);
            if (from.equals(device)) return;
            Op op = table.op(user);
            Value there = copies.computeIfAbsent(
                    new Copy(table.parent(user), table.region(user), value, device),
                    c -> AgentOps.transfer(OpBuilder.before(op), op.operand(operand), from, device, name)
                            .result());
            op.setOperand(operand, there);
        }

        private String deviceOf(int value) {
            if (devices[value] == null) devices[value] = find(value);
            return devices[value];
        }

        private String find(int value) {
            int op = table.definer(value);
            if (table.isArgument(value))
                return table.is(op, AgentDialect.GRAPH) ? home : deviceOf(table.operand(op, 0));
            return switch (table.kind(op)) {
                case AgentDialect.TRANSFER, AgentDialect.KV_TRANSFER -> table.string(op, AgentDialect.TO);
                case AgentDialect.LOOP -> deviceOf(yielded(op, 1));
                case AgentDialect.WHEN, AgentDialect.FOR_EACH, AgentDialect.SUBGRAPH -> deviceOf(yielded(op, 0));
                default -> table.string(op, AgentDialect.DEVICE);
            };
        }

        private int yielded(int control, int index) {
            return table.operand(table.last(control, 0), index);
        }
    }
}
