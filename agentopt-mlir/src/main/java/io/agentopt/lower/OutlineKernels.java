package io.agentopt.lower;

import io.agentopt.mlir.dialect.AgentDialect;
import io.agentopt.mlir.dialect.TensorOps;
import io.agentopt.mlir.ir.Attribute;
import io.agentopt.mlir.ir.Op;
import io.agentopt.mlir.ir.OpBuilder;
import io.agentopt.mlir.ir.OpTable;
import io.agentopt.mlir.pass.JavaPass;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Pass {@code outline-kernels}: every specification of a kernel becomes one symbol of the module, which its ops refer to. The symbols are what is to be
 * compiled, each once.
 *
 * <pre>
 * agent.kernel "softmax{n=8,type=f32}"(%x)   ->   agent.kernel_decl @softmax "softmax{n=8,type=f32}"   ...   agent.kernel @softmax(%x)
 * </pre>
 *
 * It runs on the module.
 */
record OutlineKernels() implements JavaPass {
    static final String NAME = "outline-kernels";

    @Override
    public void run(Op module) {
        Map<String, String> symbols = new HashMap<>(); // by specification
        Set<String> taken = new HashSet<>();
        List<Op> top = module.region(0).block().ops();
        for (Op op : top) {
            op.findString(AgentDialect.SYM_NAME).ifPresent(taken::add);
            if (op.is(AgentDialect.KERNEL_DECL))
                symbols.put(op.string(AgentDialect.SPEC), op.string(AgentDialect.SYM_NAME));
        }
        for (Op graph : top) {
            if (!graph.is(AgentDialect.GRAPH)) continue;
            OpTable table = OpTable.of(graph);
            for (int op = 0; op < table.size(); op++) {
                if (!table.is(op, AgentDialect.KERNEL)) continue;
                if (!(table.attribute(op, AgentDialect.WHICH_KERNEL).orElse(null)
                        instanceof Attribute.Text(String spec))) continue;
                String symbol = symbols.computeIfAbsent(spec, s -> declare(top.getFirst(), s, taken));
                table.op(op).set(AgentDialect.WHICH_KERNEL, Attribute.symbol(symbol));
            }
        }
    }

    private static String declare(Op first, String spec, Set<String> taken) {
        String name = spec.replaceAll("\\{.*", "");
        String symbol = name;
        for (int i = 1; !taken.add(symbol); i++) symbol = name + "_" + i;
        TensorOps.kernelDecl(OpBuilder.before(first), symbol, spec);
        return symbol;
    }
}
