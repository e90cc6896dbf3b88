package io.agentopt.mlir.ir;

import io.agentopt.mlir.ffi.Operations;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/** An op in the making. Whether it fits its definition is for {@link MlirModule#verify()} to say. */
public final class OpDraft {
    private final OpBuilder place;
    private final String kind;
    private final List<Value> operands = new ArrayList<>();
    private final List<Type> results = new ArrayList<>();
    private final Map<String, Attribute> attributes = new LinkedHashMap<>();
    private final List<List<Type>> regions = new ArrayList<>();
    private final Map<String, Attribute> declared = new LinkedHashMap<>();
    private String name = "";

    OpDraft(OpBuilder place, String kind) {
        this.place = place;
        this.kind = kind;
    }

    /** Names the op, in its location. */
    public OpDraft name(String name) {
        this.name = name;
        return this;
    }

    /** Adds what was declared of the op but does not change what it means: see {@link Op#declared}. */
    public OpDraft declared(Map<String, Attribute> facts) {
        if (facts.containsKey(""))
            throw new IllegalArgumentException("What is declared of '" + kind + "' needs a name.");
        declared.putAll(facts);
        return this;
    }

    public OpDraft operands(Value... values) {
        operands.addAll(List.of(values));
        return this;
    }

    public OpDraft operands(List<Value> values) {
        operands.addAll(values);
        return this;
    }

    public OpDraft results(Type... types) {
        results.addAll(List.of(types));
        return this;
    }

    public OpDraft attribute(String name, Attribute value) {
        if (name.isEmpty()) throw new IllegalArgumentException("An attribute needs a name.");
        attributes.put(name, value);
        return this;
    }

    public OpDraft attribute(String name, String value) {
        return attribute(name, new Attribute.Text(value));
    }

    public OpDraft attribute(String name, long value) {
        return attribute(name, new Attribute.Whole(value));
    }

    public OpDraft attribute(String name, double value) {
        return attribute(name, new Attribute.Real(value));
    }

    /** Sets a unit attribute where {@code present}. */
    public OpDraft mark(String name, boolean present) {
        return present ? attribute(name, new Attribute.Unit()) : this;
    }

    /** Adds a region with one block that takes arguments of these types. */
    public OpDraft region(Type... arguments) {
        regions.add(List.of(arguments));
        return this;
    }

    /**
     * {@return the op, created at the builder's place}
     *
     * @throws IllegalStateException when the place or an operand is stale
     * @throws IllegalArgumentException when an operand or type belongs to another module or context, or the op would nest deeper than 256 levels
     */
    public Op create() {
        MlirModule module = place.block().owner();
        MlirContext context = module.context();
        long created = Operations.create(new Operations.Request(
                kind,
                location(context),
                handles(operands, v -> v.handle(module)),
                types(results),
                List.copyOf(attributes.keySet()),
                handles(attributes.values(), context::handle),
                regions.stream().map(this::types).toList(),
                place.block().handle(),
                place.successor().map(Op::handle).orElse(0L)));
        if (created == 0) throw new IllegalArgumentException("'" + kind + "' would nest deeper than 256 levels.");
        return module.made(created, kind);
    }

    private long location(MlirContext context) {
        if (declared.isEmpty()) return Operations.nameLocation(context.session(), name);
        return Operations.declaredLocation(
                context.session(), name, List.copyOf(declared.keySet()), handles(declared.values(), context::handle));
    }

    private List<Long> types(List<Type> types) {
        return handles(types, t -> t.handle(place.context()));
    }

    private static <T> List<Long> handles(Collection<T> things, ToLongFunction<T> handle) {
        List<Long> handles = new ArrayList<>(things.size());
        for (T thing : things) handles.add(handle.applyAsLong(thing));
        return handles;
    }
}
