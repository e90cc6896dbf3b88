package io.agentopt.mlir.ir;

import io.agentopt.mlir.ffi.Modules;
import io.agentopt.mlir.ffi.Modules.Outcome;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A module: the owner of its ops.
 *
 * <p>Handles of its ops, blocks and values are good until the next pass has run or the module is closed; using one later is an
 * {@link IllegalStateException} that names what made it stale. Fetch it again from {@link #root()}.
 */
public final class MlirModule implements AutoCloseable {
    private static final int MOST_PIPELINE = 1 << 20;
    private static final int DEEPEST_PIPELINE = 100;

    private final MlirContext context;
    private final long handle;
    private final Map<Long, Op> ops = new HashMap<>();
    private Epoch epoch = new Epoch();
    private final Map<Long, OpTable> tables = new HashMap<>(); // by root, of the IR as it is now
    private final Set<Long> erased = new HashSet<>(); // in this epoch
    private long changes;
    private boolean verified;
    private boolean closed;

    /** A span in which handles stay good; ended once, by something with a name. */
    static final class Epoch {
        private String endedBy = "";

        void check(String what) {
            if (!endedBy.isEmpty()) {
                throw new IllegalStateException("This handle of " + what + " is stale: " + endedBy
                        + ". Fetch it again from the module's root().");
            }
        }
    }

    MlirModule(MlirContext context, long handle) {
        this.context = context;
        this.handle = handle;
    }

    /** {@return the context that owns this module} */
    public MlirContext context() {
        return context;
    }

    /** {@return the {@code builtin.module} op} */
    public Op root() {
        return op(checked());
    }

    /** {@return the block that holds the top-level ops} */
    public Block body() {
        return root().region(0).block();
    }

    /**
     * Checks the invariants of every op, unless nothing has changed since they held.
     *
     * @throws MlirException with the located reasons when one does not hold
     */
    public void verify() {
        long module = checked();
        if (verified) return;
        context.takeDiagnostics();
        if (!Modules.verify(module)) throw new MlirException("The module does not verify.", context.takeDiagnostics());
        verified = true;
    }

    /** {@return the module as text that {@link MlirContext#parse} reads back; names are not part of it} */
    public String print() {
        return Modules.print(checked(), false);
    }

    /** {@return the module as text with locations, which carry the names} */
    public String printWithLocations() {
        return Modules.print(checked(), true);
    }

    /**
     * {@return the module in MLIR's binary form, names included, behind a header with a checksum; for {@link MlirContext#read}}
     *
     * @throws MlirException when the module does not verify: the native writer trusts what it writes
     */
    public byte[] bytecode() {
        verify();
        return SealedBytecode.seal(Modules.writeBytecode(checked()));
    }

    /**
     * Verifies the module, then runs native passes over it, verifying after each. Ends the epoch, also on failure: the module then keeps what the passes
     * did so far.
     *
     * @param pipeline as {@code canonicalize,cse} or {@code agent.graph(loop-invariant-code-motion)}
     * @throws MlirException when the text is no pipeline (nothing ran then) or a pass failed
     */
    public void run(String pipeline) {
        verify();
        checkPipeline(pipeline);
        changed();
        Outcome outcome = Modules.run(context.session(), handle, pipeline);
        switch (outcome) {
            case Outcome.Done() -> {
                endEpoch("passes '" + pipeline + "' ran");
                verified = true; // after each pass, by the pass manager
            }
            case Outcome.BadPipeline(String reason) ->
                throw new MlirException("'" + pipeline + "' is no pass pipeline: " + reason, List.of());
            case Outcome.Failed() -> {
                endEpoch("passes '" + pipeline + "' ran and failed");
                throw new MlirException("The passes '" + pipeline + "' failed.", context.takeDiagnostics());
            }
        }
        context.takeDiagnostics();
    }

    /** MLIR builds and frees a nested pipeline by recursion. */
    private static void checkPipeline(String pipeline) {
        if (pipeline.length() > MOST_PIPELINE)
            throw new MlirException(
                    "A pass pipeline of " + pipeline.length() + " characters is too long; at most " + MOST_PIPELINE
                            + " are parsed. Run it in pieces.",
                    List.of());
        int depth = 0;
        for (int i = 0; i < pipeline.length(); i++) {
            char c = pipeline.charAt(i);
            if (c == '(' || c == '{') depth++;
            if (c == ')' || c == '}') depth--;
            if (depth > DEEPEST_PIPELINE)
                throw new MlirException(
                        "The pass pipeline '" + pipeline.substring(0, Math.min(pipeline.length(), 40))
                                + "...' nests deeper than " + DEEPEST_PIPELINE + " brackets at character " + i + ".",
                        List.of());
        }
    }

    /** Makes every handle fetched so far stale; {@code cause} completes "is stale: ...". */
    public void endEpoch(String cause) {
        epoch.endedBy = cause;
        epoch = new Epoch();
        ops.clear();
        erased.clear();
    }

    /** Destroys the module. Closing twice does nothing, and so does closing after the context. */
    @Override
    public void close() {
        if (closed) return;
        context.session();
        closed = true;
        changed();
        endEpoch("its module was closed");
        context.forget(this);
        Modules.destroyModule(handle);
    }

    Epoch epoch() {
        return epoch;
    }

    /** One handle object for each op and epoch, so that erasing an op reaches everyone who holds it. */
    Op op(long opHandle) {
        checkNotErased(opHandle);
        return ops.computeIfAbsent(opHandle, h -> new Op(this, epoch, h, context.kind(h)));
    }

    /** As {@link #op(long)}, of an op whose kind is known. */
    Op op(long opHandle, String kind) {
        checkNotErased(opHandle);
        return ops.computeIfAbsent(opHandle, h -> new Op(this, epoch, h, kind));
    }

    /** Something in the module is not as it was when it was verified. */
    void changed() {
        verified = false;
        changes++;
        if (!tables.isEmpty()) tables.clear();
    }

    /** A change that this table has seen: it still shows the IR as it is. */
    long keep(long root, OpTable table) {
        tables.put(root, table);
        return changes;
    }

    OpTable table(long root) {
        return tables.computeIfAbsent(root, r -> OpTable.read(this, r)).renewed();
    }

    void forget(long opHandle) {
        ops.remove(opHandle);
        erased.add(opHandle);
    }

    /** An op was made, maybe where an erased one was. */
    Op made(long opHandle, String kind) {
        erased.remove(opHandle);
        changed();
        return op(opHandle, kind);
    }

    /** {@return how often the module was changed} */
    long changes() {
        return changes;
    }

    private void checkNotErased(long opHandle) {
        if (erased.contains(opHandle)) throw new IllegalStateException("This handle is stale: the op was erased.");
    }

    private long checked() {
        context.session();
        if (closed)
            throw new IllegalStateException("This MLIR module is closed. Keep it open for as long as it is read.");
        return handle;
    }
}
