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
        OpTable table = OpTable.of(module);
        Map<String, String> symbols = new HashMap<>(); // by specification
        Set<String> taken = new HashSet<>();
        for (int op : table.ops(0, 0)) {
            table.findString(op, AgentDialect.SYM_NAME).ifPresent(taken::add);
            if (table.is(op, AgentDialect.KERNEL_DECL))
                symbols.put(table.string(op, AgentDialect.SPEC), table.string(op, AgentDialect.SYM_NAME));
        }
        for (int op = 1; op < table.size(); op++) {
            if (!table.is(op, AgentDialect.KERNEL)) continue;
            if (!(table.attribute(op, AgentDialect.WHICH_KERNEL).orElse(null) instanceof Attribute.Text(String spec)))
                continue;
            String symbol = symbols.computeIfAbsent(spec, s -> declare(table, s, taken));
            table.op(op).set(AgentDialect.WHICH_KERNEL, Attribute.symbol(symbol));
        }
    }

    private static String declare(OpTable table, String spec, Set<String> taken) {
        String name = spec.replaceAll("\\{.*", "");
        String symbol = name;
        for (int i = 1; !taken.add(symbol); i++) symbol = name + "_" + i;
        TensorOps.kernelDecl(OpBuilder.before(table.op(table.ops(0, 0).getFirst())), symbol, spec);
        return symbol;
    }
}
