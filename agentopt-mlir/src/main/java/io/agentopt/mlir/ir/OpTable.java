package io.agentopt.mlir.ir;

import io.agentopt.mlir.ffi.Operations;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An op and all ops inside it as they were when this was made, read in one native call. Ops and values are numbers: ops from 0, which is the op itself, outer
 * before inner and in order; values from 0. What a pass looks at it reads here, what it changes it changes through {@link #op}.
 */
public final class OpTable {
    private static final int HANDLE = 1;
    private static final int KIND = 2;
    private static final int NAME = 3;
    private static final int PARENT = 4;
    private static final int REGION = 5;
    private static final int OPERANDS = 6;

    private final MlirModule module;
    private final Map<Long, Map<Integer, Long>> overlaid = new HashMap<>(); // attributes set since, by name and op
    private long changes;
    private MlirModule.Epoch epoch;
    private final long[] words;
    private final int[] at;
    private final int[] end;
    private final String[] kinds;
    private final int[] definedBy; // by value: its op, or ~op for an argument of a region of that op
    private final int[] definedIn; // by value: the result or the region

    private OpTable(MlirModule module, long[] words) {
        this.module = module;
        this.changes = module.changes();
        this.epoch = module.epoch();
        this.words = words;
        int ops = Math.toIntExact(words[0]);
        at = new int[ops];
        end = new int[ops];
        kinds = new String[ops];
        definedBy = new int[Math.toIntExact(words[1])];
        definedIn = new int[definedBy.length];
        int start = 2;
        for (int op = 0; op < ops; op++) {
            at[op] = start;
            kinds[op] = module.context().kind(words[start + HANDLE], words[start + KIND]);
            define(op);
            start += (int) words[start];
        }
        for (int op = ops - 1; op >= 0; op--) {
            end[op] = Math.max(end[op], op + 1);
            if (op > 0) end[parent(op)] = Math.max(end[parent(op)], end[op]);
        }
    }

    /** {@return an op and all ops inside it} */
    public static OpTable of(Op root) {
        return root.module().table(root.handle());
    }

    /** Good for another epoch: nothing has changed since it was read. */
    OpTable renewed() {
        epoch = module.epoch();
        return this;
    }

    static OpTable read(MlirModule module, long root) {
        return new OpTable(module, Operations.table(root));
    }

    private void define(int op) {
        for (int i = 0; i < resultCount(op); i++) {
            definedBy[value(op, results(op), i)] = op;
            definedIn[value(op, results(op), i)] = i;
        }
        for (int region = 0; region < regionCount(op); region++) {
            for (int v : arguments(op, region)) {
                definedBy[v] = ~op;
                definedIn[v] = region;
            }
        }
    }

    /** {@return the number of ops} */
    public int size() {
        return at.length;
    }

    /** {@return the number of values} */
    public int values() {
        return definedBy.length;
    }

    /**
     * {@return the op itself, to change it}
     *
     * @throws IllegalStateException when it was erased, or when the module was changed and a pass has ended since the table was read
     */
    public Op op(int op) {
        if (epoch != module.epoch() && changes != module.changes())
            throw new IllegalStateException(
                    "This table of ops is stale: the module was changed since. Read it again from an op.");
        return module.op(words[at[op] + HANDLE], kinds[op]);
    }

    public String kind(int op) {
        return kinds[op];
    }

    public boolean is(int op, String kind) {
        return kinds[op].equals(kind);
    }

    /** {@return the name in the op's location, or "" when it has none} */
    public String name(int op) {
        long name = words[at[op] + NAME];
        return name == 0 ? "" : ((Attribute.Text) module.context().attribute(name)).value();
    }

    /** {@return the op around an op; -1 for the first} */
    public int parent(int op) {
        return (int) words[at[op] + PARENT];
    }

    /** {@return in which region of its parent an op is; -1 for the first} */
    public int region(int op) {
        return (int) words[at[op] + REGION];
    }

    /** {@return the number behind those of the op and all ops inside it} */
    public int end(int op) {
        return end[op];
    }

    /** {@return the ops of a region, in order} */
    public List<Integer> ops(int parent, int region) {
        List<Integer> ops = new ArrayList<>();
        for (int op = parent + 1; op < end[parent]; op = end[op]) if (region(op) == region) ops.add(op);
        return ops;
    }

    /** {@return the op that ends a region} */
    public int last(int parent, int region) {
        List<Integer> ops = ops(parent, region);
        if (ops.isEmpty()) throw new IllegalArgumentException("Region " + region + " of " + op(parent) + " is empty.");
        return ops.getLast();
    }

    // ---- values

    public int operandCount(int op) {
        return (int) words[at[op] + OPERANDS];
    }

    /** {@return the value that is an operand} */
    public int operand(int op, int index) {
        return value(op, OPERANDS, index);
    }

    public int resultCount(int op) {
        return (int) words[at[op] + results(op)];
    }

    /** {@return the value that is the first result} */
    public int result(int op) {
        return value(op, results(op), 0);
    }

    public int regionCount(int op) {
        return (int) words[at[op] + regions(op)];
    }

    /** {@return the values that are the arguments of a region's block} */
    public int[] arguments(int op, int region) {
        if (region < 0 || region >= regionCount(op))
            throw new IndexOutOfBoundsException(
                    op(op) + " has " + regionCount(op) + " region(s), none at index " + region + ".");
        int start = at[op] + regions(op) + 1;
        for (int i = 0; i < region; i++) start += (int) words[start] + 1;
        int[] values = new int[(int) words[start]];
        for (int i = 0; i < values.length; i++) values[i] = (int) words[start + 1 + i];
        return values;
    }

    /** {@return whether a value is an argument of a region, and no result} */
    public boolean isArgument(int value) {
        return definedBy[value] < 0;
    }

    /** {@return the op whose result or region's argument a value is} */
    public int definer(int value) {
        return definedBy[value] < 0 ? ~definedBy[value] : definedBy[value];
    }

    /** {@return the op whose region has the block in which a value is defined} */
    public int scope(int value) {
        return isArgument(value) ? definer(value) : parent(definer(value));
    }

    /** {@return the region of {@link #scope} in which a value is defined} */
    public int scopeRegion(int value) {
        return isArgument(value) ? definedIn[value] : region(definer(value));
    }

    /** {@return by value, the ops that use it as an operand, in order, once for each operand} */
    public int[][] users() {
        int[] counts = new int[values()];
        for (int op = 0; op < size(); op++) for (int i = 0; i < operandCount(op); i++) counts[operand(op, i)]++;
        int[][] users = new int[counts.length][];
        for (int v = 0; v < users.length; v++) users[v] = new int[counts[v]];
        Arrays.fill(counts, 0);
        for (int op = 0; op < size(); op++)
            for (int i = 0; i < operandCount(op); i++) users[operand(op, i)][counts[operand(op, i)]++] = op;
        return users;
    }

    // ---- attributes

    public Optional<Attribute> attribute(int op, String name) {
        long value = attributeHandle(op, name);
        return value == 0 ? Optional.empty() : Optional.of(module.context().attribute(value));
    }

    public boolean has(int op, String name) {
        return attributeHandle(op, name) != 0;
    }

    /**
     * {@return the string attribute of this name}
     *
     * @throws IllegalArgumentException when there is none
     */
    public String string(int op, String name) {
        return findString(op, name).orElseGet(() -> op(op).string(name)); // which says what is wrong
    }

    public Optional<String> findString(int op, String name) {
        return attribute(op, name).filter(Attribute.Text.class::isInstance).map(a -> ((Attribute.Text) a).value());
    }

    /**
     * {@return the integer attribute of this name}
     *
     * @throws IllegalArgumentException when there is none
     */
    public long integer(int op, String name) {
        return attribute(op, name).orElse(null) instanceof Attribute.Whole(long value) ? value : op(op).integer(name);
    }

    /** Sets an attribute of an op, in the IR and in this table. */
    public void set(int op, String name, Attribute value) {
        op(op).set(name, value);
        overlaid.computeIfAbsent(key(name), n -> new HashMap<>())
                .put(op, module.context().handle(value));
        changes = module.keep(words[at[0] + HANDLE], this);
    }

    private long key(String name) {
        return module.context().handle(new Attribute.Text(name));
    }

    private long attributeHandle(int op, String name) {
        long key = key(name);
        Map<Integer, Long> set = overlaid.get(key);
        if (set != null && set.containsKey(op)) return set.get(op);
        int start = at[op] + attributes(op);
        int behind = start + 1 + 2 * (int) words[start];
        for (int i = start + 1; i < behind; i += 2) if (words[i] == key) return words[i + 1];
        return 0;
    }

    // ---- layout, as capi_table.cpp says

    private int results(int op) {
        return OPERANDS + 1 + operandCount(op);
    }

    private int attributes(int op) {
        return results(op) + 1 + resultCount(op);
    }

    private int regions(int op) {
        int attributes = attributes(op);
        return attributes + 1 + 2 * (int) words[at[op] + attributes];
    }

    private int value(int op, int list, int index) {
        int count = (int) words[at[op] + list];
        if (index < 0 || index >= count)
            throw new IndexOutOfBoundsException(op(op) + " has " + count + " "
                    + (list == OPERANDS ? "operand" : "result") + "(s), none at index " + index + ".");
        return (int) words[at[op] + list + 1 + index];
    }
}
