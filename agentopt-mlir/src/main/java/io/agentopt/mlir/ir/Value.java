package io.agentopt.mlir.ir;

import io.agentopt.mlir.ffi.Values;
import java.util.List;

/** A result of an op or an argument of a block. Good for as long as the handle of what defines it. */
public final class Value {
    /** Who defines a value. */
    public sealed interface Definition {
        /** A result of an op. */
        record ByOp(Op op, int index) implements Definition {}

        /** An argument of a block. */
        record ByBlock(Block block, int index) implements Definition {}
    }

    private final MlirModule module;
    private final long handle;
    private final Definition definition;

    Value(MlirModule module, long handle, Definition definition) {
        this.module = module;
        this.handle = handle;
        this.definition = definition;
    }

    static Value of(MlirModule module, long handle) {
        Values.Definition raw = Values.definition(handle);
        if (raw.result()) return new Value(module, handle, new Definition.ByOp(module.op(raw.handle()), raw.index()));
        Block block = new Block(module.op(Values.blockParent(raw.handle())), raw.handle());
        return new Value(module, handle, new Definition.ByBlock(block, raw.index()));
    }

    /** {@return who defines the value} */
    public Definition definition() {
        handle();
        return definition;
    }

    public Type type() {
        return module.context().type(Values.type(handle()));
    }

    /** {@return the ops that use the value, once for each operand; not in program order} */
    public List<Op> users() {
        return Values.users(handle()).stream().map(module::op).toList();
    }

    /** Lets every user of this value use another one. The type is checked by the next {@link MlirModule#verify()}. */
    public void replaceAllUsesWith(Value other) {
        Values.replaceAllUses(handle(), other.handle(module));
        module.changed();
    }

    long handle() {
        switch (definition) {
            case Definition.ByOp(Op op, int _) -> op.handle();
            case Definition.ByBlock(Block block, int _) -> block.handle();
        }
        return handle;
    }

    long handle(MlirModule user) {
        if (user != module) throw new IllegalArgumentException("The value belongs to another module.");
        return handle();
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Value v && v.handle == handle && v.definition.equals(definition);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(handle);
    }
}
