package io.agentopt.mlir.dialect;

import static io.agentopt.mlir.dialect.AgentDialect.*;

import io.agentopt.mlir.ir.Attribute;
import io.agentopt.mlir.ir.Op;
import io.agentopt.mlir.ir.OpBuilder;
import io.agentopt.mlir.ir.Type;
import io.agentopt.mlir.ir.Value;
import java.util.List;

/** Creates the ops of the agent dialect that work on tensors. */
public final class TensorOps {
    private TensorOps() {}

    /** A model file. Names of its inputs and outputs are set on the op that comes back. */
    public static Op infer(OpBuilder b, String model, List<Value> arguments, List<Type> results, String name) {
        return b.op(INFER)
                .operands(arguments)
                .attribute(MODEL, model)
                .results(results.toArray(Type[]::new))
                .name(name)
                .create();
    }

    /** A kernel by its specification, as in {@code cosine{d=384,type=f32}}. */
    public static Op kernel(OpBuilder b, String specification, List<Value> arguments, List<Type> results, String name) {
        return kernel(b, new Attribute.Text(specification), arguments, results, name);
    }

    /** A kernel by the symbol of a {@code agent.kernel_decl}. */
    public static Op kernelOf(OpBuilder b, String symbol, List<Value> arguments, List<Type> results, String name) {
        return kernel(b, Attribute.symbol(symbol), arguments, results, name);
    }

    private static Op kernel(OpBuilder b, Attribute which, List<Value> arguments, List<Type> results, String name) {
        return b.op(KERNEL)
                .operands(arguments)
                .attribute(WHICH_KERNEL, which)
                .results(results.toArray(Type[]::new))
                .name(name)
                .create();
    }

    /** A kernel that ops of the module share; it goes into the module's own block. */
    public static Op kernelDecl(OpBuilder b, String symbol, String specification) {
        return b.op(KERNEL_DECL)
                .attribute(SYM_NAME, symbol)
                .attribute(SPEC, specification)
                .create();
    }

    /**
     * Combines the parts that the shards of a model hold.
     *
     * @param reduction sum, mean, min or max
     * @param shards how many, 2 or more
     */
    public static Op allReduce(OpBuilder b, Value partial, String reduction, long shards, String name) {
        return b.op(ALL_REDUCE)
                .operands(partial)
                .attribute(REDUCTION, reduction)
                .attribute(SHARDS, shards)
                .results(partial.type())
                .name(name)
                .create();
    }
}
