package io.agentopt.mlir.ir;

import io.agentopt.mlir.ffi.Operations;
import io.agentopt.mlir.ffi.Words;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** An op in the making. Whether it fits its definition is for {@link MlirModule#verify()} to say. */
public final class OpDraft {
    private final OpBuilder place;
    private final String kind;
    private final List<Value> operands = new ArrayList<>();
    private final List<Type> results = new ArrayList<>();
    private final List<String> names = new ArrayList<>();
    private final List<Attribute> attributes = new ArrayList<>();
    private final List<List<Type>> regions = new ArrayList<>();
    private Map<String, Attribute> declared = Map.of();
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
        if (declared.isEmpty()) {
            declared = facts;
        } else {
            declared = new LinkedHashMap<>(declared);
            declared.putAll(facts);
        }
        return this;
    }

    public OpDraft operands(Value... values) {
        for (Value value : values) operands.add(value);
        return this;
    }

    public OpDraft operands(List<Value> values) {
        operands.addAll(values);
        return this;
    }

    public OpDraft results(Type... types) {
        for (Type type : types) results.add(type);
        return this;
    }

    public OpDraft attribute(String name, Attribute value) {
        if (name.isEmpty()) throw new IllegalArgumentException("An attribute needs a name.");
        int known = names.indexOf(name);
        if (known >= 0) {
            attributes.set(known, value);
        } else {
            names.add(name);
            attributes.add(value);
        }
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
        MlirModule module = place.module();
        MlirContext context = module.context();
        Words words = context.request();
        words.add(place.successor());
        words.add(place.block());
        words.add(context.kindHandle(kind));
        words.add(name.isEmpty() ? 0 : context.text(name));
        words.add(declared.size());
        for (Map.Entry<String, Attribute> fact : declared.entrySet()) {
            words.add(context.text(fact.getKey()));
            words.add(context.handle(fact.getValue()));
        }
        words.add(operands.size());
        for (Value value : operands) words.add(value.handle(module));
        add(words, context, results);
        words.add(names.size());
        for (int i = 0; i < names.size(); i++) {
            words.add(context.text(names.get(i)));
            words.add(context.handle(attributes.get(i)));
        }
        words.add(regions.size());
        for (List<Type> arguments : regions) add(words, context, arguments);
        long created = Operations.create(context.session(), words);
        if (created == 0) throw new IllegalArgumentException("'" + kind + "' would nest deeper than 256 levels.");
        return module.made(created, kind);
    }

    private static void add(Words words, MlirContext context, List<Type> types) {
        words.add(types.size());
        for (Type type : types) words.add(type.handle(context));
    }
}
