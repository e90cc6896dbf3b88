package io.agentopt.examples.demo;

import io.agentopt.graph.AgentGraph;
import io.agentopt.lower.IrDump;
import io.agentopt.lower.MlirLowering;
import io.agentopt.mlir.ffi.Availability;
import io.agentopt.mlir.ffi.Mlir;
import io.agentopt.plan.Placement;
import java.util.List;

/** The loop of the agent before and after lowering, in the agent dialect. */
final class IrExcerpt {
    private static final int LINES = 16;

    private IrExcerpt() {}

    static String of(AgentGraph<?, ?> graph, Placement placement) {
        if (Mlir.availability() instanceof Availability.Unavailable(String reason))
            return "  (no IR here: " + reason + ")\n";
        List<IrDump> dumps = MlirLowering.trace(graph, placement);
        StringBuilder out = new StringBuilder();
        out.append("  before:\n").append(loop(dumps.getFirst().text()));
        out.append("  after ")
                .append(String.join(
                        ", ", dumps.stream().skip(1).map(IrDump::stage).toList()))
                .append(":\n");
        out.append(loop(dumps.getLast().text()));
        return out.toString();
    }

    private static String loop(String ir) {
        StringBuilder out = new StringBuilder();
        ir.lines()
                .dropWhile(l -> !l.contains("agent.loop"))
                .limit(LINES)
                .forEach(l -> out.append("    ").append(l).append('\n'));
        return out.toString();
    }
}
