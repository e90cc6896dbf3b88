package io.agentopt.mlir.ir;

import io.agentopt.mlir.ffi.Operations;
import java.util.Map;
import java.util.Optional;

/** Creates ops at a place in a module, one behind the other. */
public final class OpBuilder {
    private final Block block;
    private final Optional<Op> before;
    private final Map<String, Attribute> declared;
    private final Map<String, Attribute> carried;

    private OpBuilder(Block block, Optional<Op> before) {
        this(block, before, Map.of(), Map.of());
    }

    private OpBuilder(
            Block block, Optional<Op> before, Map<String, Attribute> declared, Map<String, Attribute> carried) {
        this.block = block;
        this.before = before;
        this.declared = declared;
        this.carried = carried;
    }

    /** {@return a builder at this place whose ops have these attributes beside their own} */
    public OpBuilder carrying(Map<String, Attribute> attributes) {
        return new OpBuilder(block, before, declared, attributes);
    }

    /** {@return a builder at this place whose ops carry what was declared of them; see {@link Op#declared}} */
    public OpBuilder declaring(Map<String, Attribute> facts) {
        return new OpBuilder(block, before, facts, carried);
    }

    /** {@return a builder that appends to a block} */
    public static OpBuilder atEnd(Block block) {
        block.handle();
        return new OpBuilder(block, Optional.empty());
    }

    /** {@return a builder that puts ops in front of another} */
    public static OpBuilder before(Op op) {
        return new OpBuilder(op.block(), Optional.of(op));
    }

    /** {@return a builder that puts ops behind another, in the order in which they are created} */
    public static OpBuilder after(Op op) {
        long next = Operations.next(op.handle());
        return new OpBuilder(
                op.block(),
                next == 0 ? Optional.empty() : Optional.of(op.owner().op(next)));
    }

    /** {@return the context in which types are made} */
    public MlirContext context() {
        return module().context();
    }

    /**
     * {@return the type in this textual form}
     *
     * @throws MlirException when the text is no type
     */
    public Type type(String text) {
        return context().type(text);
    }

    /**
     * {@return a draft of an op; nothing is created before {@link OpDraft#create()}}
     *
     * @param kind as "agent.generate"
     * @throws IllegalArgumentException when no loaded dialect defines it
     */
    public OpDraft op(String kind) {
        if (context().kindHandle(kind) == 0) {
            throw new IllegalArgumentException("No dialect of this context defines an op '" + kind + "'.");
        }
        OpDraft draft = new OpDraft(this, kind).declared(declared);
        carried.forEach(draft::attribute);
        return draft;
    }

    MlirModule module() {
        return block.owner();
    }

    /** {@return the op that new ops go before, or 0} It may have moved since: its block counts. */
    long successor() {
        return before.isPresent() ? before.get().handle() : 0;
    }

    /** {@return the block at whose end new ops go, where there is no successor} */
    long block() {
        return before.isPresent() ? 0 : block.handle();
    }
}
