package io.agentopt.mlir.ir;

import io.agentopt.mlir.ffi.Attributes;
import io.agentopt.mlir.ffi.Modules;
import io.agentopt.mlir.ffi.Operations;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * An operation. Borrowed from its module: good until the module's epoch ends or the op is erased. Two handles of one op in one epoch are the same object.
 */
public final class Op {
    private final MlirModule module;
    private final MlirModule.Epoch epoch;
    private final long handle;
    private final String kind;
    private boolean erased;

    Op(MlirModule module, MlirModule.Epoch epoch, long handle, String kind) {
        this.module = module;
        this.epoch = epoch;
        this.handle = handle;
        this.kind = kind;
    }

    /** {@return the op's kind, as "agent.generate"} */
    public String kind() {
        handle();
        return kind;
    }

    /** {@return whether the op is of this kind} */
    public boolean is(String kind) {
        return kind().equals(kind);
    }

    /** {@return the name that the op was built under, or "" when nobody gave one} */
    public String name() {
        return Operations.locationName(handle());
    }

    /** Gives the op a name; "" takes it away. */
    public void rename(String name) {
        Operations.setLocation(handle(), Operations.nameLocation(session(), name));
    }

    /** {@return the module that owns the op} */
    public MlirModule module() {
        handle();
        return module;
    }

    /** {@return the op around this one; empty for the module's root} */
    public Optional<Op> parent() {
        long parent = Operations.parent(handle());
        return parent == 0 ? Optional.empty() : Optional.of(module.op(parent));
    }

    /**
     * {@return the block that holds the op}
     *
     * @throws IllegalStateException for the module's root, which is in none
     */
    public Block block() {
        long block = Operations.block(handle());
        if (block == 0) throw new IllegalStateException("The root op of a module is in no block.");
        return new Block(parent().orElseThrow(), block);
    }

    // ---- attributes

    /** {@return the attribute of this name} */
    public Optional<Attribute> attribute(String name) {
        long attribute = Attributes.get(handle(), name);
        return attribute == 0 ? Optional.empty() : Optional.of(module.context().attribute(attribute));
    }

    /**
     * {@return what was declared of the op under this name} It lies in the op's location: it survives every pass, and two ops that differ in it alone are
     * equal to the optimiser.
     */
    public Optional<Attribute> declared(String name) {
        long attribute = Operations.declared(handle(), name);
        return attribute == 0 ? Optional.empty() : Optional.of(module.context().attribute(attribute));
    }

    /** {@return the names of all attributes, sorted} */
    public List<String> attributeNames() {
        return Attributes.names(handle());
    }

    /** {@return whether the op has an attribute of this name; the value of a unit attribute} */
    public boolean has(String name) {
        return Attributes.get(handle(), name) != 0;
    }

    /**
     * {@return the string attribute of this name}
     *
     * @throws IllegalArgumentException when there is none
     */
    public String string(String name) {
        return required(name, Attribute.Text.class, "string").value();
    }

    /**
     * {@return the string attribute of this name, if there}
     *
     * @throws IllegalArgumentException when there is one of another type
     */
    public Optional<String> findString(String name) {
        return has(name) ? Optional.of(string(name)) : Optional.empty();
    }

    /**
     * {@return the integer attribute of this name}
     *
     * @throws IllegalArgumentException when there is none
     */
    public long integer(String name) {
        return required(name, Attribute.Whole.class, "integer").value();
    }

    /**
     * {@return the floating-point attribute of this name}
     *
     * @throws IllegalArgumentException when there is none
     */
    public double real(String name) {
        return required(name, Attribute.Real.class, "floating-point").value();
    }

    private <A extends Attribute> A required(String name, Class<A> type, String what) {
        Attribute actual = attribute(name)
                .orElseThrow(() ->
                        new IllegalArgumentException(describe() + " has no " + what + " attribute '" + name + "'."));
        if (type.isInstance(actual)) return type.cast(actual);
        throw new IllegalArgumentException(
                "Attribute '" + name + "' of " + describe() + " is no " + what + " but " + actual + ".");
    }

    /** Sets an attribute. One that the op's definition declares with another type fails at the next {@link MlirModule#verify()}. */
    public void set(String name, Attribute value) {
        Attributes.set(handle(), checkName(name), module.context().handle(value));
        module.changed();
    }

    public void set(String name, String value) {
        set(name, new Attribute.Text(value));
    }

    public void set(String name, long value) {
        set(name, new Attribute.Whole(value));
    }

    public void set(String name, double value) {
        set(name, new Attribute.Real(value));
    }

    /** Sets a unit attribute. */
    public void mark(String name) {
        set(name, new Attribute.Unit());
    }

    /** Removes an attribute, if there. */
    public void remove(String name) {
        Attributes.remove(handle(), checkName(name));
        module.changed();
    }

    // ---- operands, results, regions

    public List<Value> operands() {
        return IntStream.range(0, Operations.operandCount(handle()))
                .mapToObj(this::operand)
                .toList();
    }

    /**
     * {@return the operand at an index}
     *
     * @throws IndexOutOfBoundsException when there is none
     */
    public Value operand(int index) {
        check(index, Operations.operandCount(handle()), "operand");
        return Value.of(module, Operations.operand(handle, index));
    }

    /**
     * Replaces one operand.
     *
     * @throws IndexOutOfBoundsException when there is none at the index
     */
    public void setOperand(int index, Value value) {
        check(index, Operations.operandCount(handle()), "operand");
        Operations.setOperand(handle, index, value.handle(module));
        module.changed();
    }

    public List<Value> results() {
        return IntStream.range(0, Operations.resultCount(handle()))
                .mapToObj(this::result)
                .toList();
    }

    /**
     * {@return the result at an index}
     *
     * @throws IndexOutOfBoundsException when there is none
     */
    public Value result(int index) {
        check(index, Operations.resultCount(handle()), "result");
        return new Value(module, Operations.result(handle, index), new Value.Definition.ByOp(this, index));
    }

    /**
     * {@return the only result}
     *
     * @throws IllegalStateException when there is none or more than one
     */
    public Value result() {
        int count = Operations.resultCount(handle());
        if (count != 1) throw new IllegalStateException(describe() + " has " + count + " results, not one.");
        return result(0);
    }

    public List<Region> regions() {
        return IntStream.range(0, Operations.regionCount(handle()))
                .mapToObj(this::region)
                .toList();
    }

    /**
     * {@return the region at an index}
     *
     * @throws IndexOutOfBoundsException when there is none
     */
    public Region region(int index) {
        check(index, Operations.regionCount(handle()), "region");
        return new Region(this, Operations.region(handle, index));
    }

    /** Visits this op and all ops inside it, an op before those inside it. The visitor may change or erase the op it is given, not its siblings. */
    public void walk(Consumer<Op> visitor) {
        List<Region> regions = regions();
        visitor.accept(this);
        if (erased) return;
        for (Region region : regions) {
            for (Block block : region.blocks()) {
                for (Op op : block.ops()) op.walk(visitor);
            }
        }
    }

    /** {@return this op and all ops inside it that are of a kind, in the order of {@link #walk}} */
    public List<Op> all(String kind) {
        List<Op> found = new ArrayList<>();
        walk(op -> {
            if (op.is(kind)) found.add(op);
        });
        return found;
    }

    // ---- changes

    /** Lets every user of this op's results use these values instead. The types are checked by the next {@link MlirModule#verify()}. */
    public void replaceAllUsesWith(List<Value> values) {
        List<Value> results = results();
        if (results.size() != values.size()) {
            throw new IllegalArgumentException(describe() + " has " + results.size()
                    + " result(s) and cannot be replaced by " + values.size() + " value(s).");
        }
        for (int i = 0; i < values.size(); i++) results.get(i).replaceAllUsesWith(values.get(i));
    }

    /**
     * Removes the op and all ops inside it; their handles become stale.
     *
     * @throws IllegalStateException when one of its values is still used elsewhere, or when it is the module's root
     */
    public void erase() {
        if (Operations.block(handle()) == 0)
            throw new IllegalStateException("The root op of a module cannot be erased. Close the module.");
        String what = describe();
        List<Op> inside = new ArrayList<>();
        walk(inside::add);
        if (!Operations.erase(handle)) {
            throw new IllegalStateException(
                    what + " cannot be erased: its values are still used. Replace their uses first.");
        }
        module.changed();
        for (Op op : inside) {
            op.erased = true;
            module.forget(op.handle);
        }
    }

    /**
     * Moves the op in front of another.
     *
     * @throws IllegalArgumentException when that one lies inside this op
     */
    public void moveBefore(Op other) {
        move(other, false);
    }

    /**
     * Moves the op behind another.
     *
     * @throws IllegalArgumentException when that one lies inside this op
     */
    public void moveAfter(Op other) {
        move(other, true);
    }

    private void move(Op other, boolean after) {
        if (Operations.block(handle()) == 0 || Operations.block(other.handle(module)) == 0) {
            throw new IllegalArgumentException("The root op of a module has no place to move from or to.");
        }
        module.changed();
        if (!Operations.move(handle, other.handle, after)) {
            throw new IllegalArgumentException(
                    describe() + " cannot move next to " + other.describe() + ", which lies inside it or too deep.");
        }
    }

    /** {@return this op and what is inside it as text} */
    public String print() {
        return Modules.print(handle(), false);
    }

    /** {@return kind and name, as "agent.generate 'think'"; works on stale handles and, without the name, on other threads too} */
    @Override
    public String toString() {
        if (!module.context().isOfThisThread()) return kind;
        return isStale() ? kind + " (stale)" : describe();
    }

    private boolean isStale() {
        if (erased || module.context().isClosed()) return true;
        return epoch != module.epoch();
    }

    private String describe() {
        String name = name();
        return name.isEmpty() ? kind : kind + " '" + name + "'";
    }

    /** {@return the native handle, checked to be alive and of this thread} */
    long handle() {
        epoch.check("'" + kind + "'");
        if (erased) throw new IllegalStateException("This handle of '" + kind + "' is stale: the op was erased.");
        module.context().session();
        return handle;
    }

    long handle(MlirModule user) {
        if (user != module) throw new IllegalArgumentException("'" + kind + "' belongs to another module.");
        return handle();
    }

    MlirModule owner() {
        return module;
    }

    private long session() {
        return module.context().session();
    }

    private void check(int index, int count, String what) {
        if (index < 0 || index >= count)
            throw new IndexOutOfBoundsException(
                    describe() + " has " + count + " " + what + "(s), none at index " + index + ".");
    }

    private static String checkName(String name) {
        if (name.isEmpty()) throw new IllegalArgumentException("An attribute needs a name.");
        return name;
    }
}
