package io.agentopt.mlir.ir;

import io.agentopt.mlir.ffi.Attributes;
import io.agentopt.mlir.ffi.Kinds;
import io.agentopt.mlir.ffi.Modules;
import io.agentopt.mlir.ffi.Operations;
import io.agentopt.mlir.ffi.Words;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * An MLIR context with the agent dialect loaded: the home of types, attributes and modules.
 *
 * <p>It belongs to the thread that made it; another thread gets an {@link IllegalStateException}. MLIR's own thread pool is off. A context costs well
 * under a millisecond once the library is loaded, so make one per piece of work. Closing it closes its modules; one that is never closed keeps its native
 * memory.
 */
public final class MlirContext implements AutoCloseable {
    private final Thread owner = Thread.currentThread();
    private final long session;
    private final Set<MlirModule> modules = new HashSet<>();
    private final Map<String, Type> types = new HashMap<>();
    private final Handles<Type> typesByHandle = new Handles<>();
    private final Handles<String> kinds = new Handles<>();
    private final Map<String, Long> kindHandles = new HashMap<>(); // of those that a dialect defines
    // Attributes are interned by the native context and live as long as it: what was asked once holds.
    private final Map<String, Long> texts = new HashMap<>();
    private final Map<Attribute, Long> attributeHandles = new HashMap<>(); // all but texts
    private final Handles<Attribute> attributes = new Handles<>();
    private final Words request = new Words();
    private boolean closed;

    private MlirContext(long session) {
        this.session = session;
    }

    /**
     * {@return a new context}
     *
     * @throws IllegalStateException with the reason when the native library is unavailable; see {@link io.agentopt.mlir.ffi.Mlir#availability()}
     */
    public static MlirContext create() {
        return new MlirContext(Modules.createSession());
    }

    /** {@return a module without ops} */
    public MlirModule emptyModule() {
        return adopt(Modules.createModule(session()));
    }

    /**
     * Parses a module in MLIR's textual form and verifies it.
     *
     * @param source names the text in diagnostics
     * @throws MlirException with line and column when it does not parse or verify, and before that when it is longer than 16 MiB, nests deeper than 1,000 brackets,
     *     or would cost more than it is long (endless lines and numbers, aliases of aliases)
     */
    public MlirModule parse(String text, String source) {
        long session = session();
        TextLimits.check(text, source);
        takeDiagnostics();
        return adopt(parsed(Modules.parseModule(session, text.getBytes(StandardCharsets.UTF_8), source), source));
    }

    /**
     * Reads what {@link MlirModule#bytecode()} of the same version wrote and verifies it.
     *
     * @param source names the bytes in diagnostics
     * @throws MlirException when the bytes are no such bytecode, damaged, of another version of the dialect, or hold an IR that does not verify
     */
    public MlirModule read(byte[] bytecode, String source) {
        long session = session();
        byte[] content = SealedBytecode.open(bytecode, source);
        takeDiagnostics();
        return adopt(parsed(Modules.parseModule(session, content, source), source));
    }

    /**
     * Lets the context know operator kinds of the user. A failure leaves the context as it was.
     *
     * @throws MlirException with the located reason when their text is malformed, defines something twice, or takes the name of a dialect that the
     *     context knows already
     * @throws IllegalArgumentException when effects are promised of an op that the text does not define
     */
    public void load(OperatorKinds kinds) {
        long session = session();
        TextLimits.check(kinds.irdl(), kinds.source());
        takeDiagnostics();
        List<String> ops = List.copyOf(kinds.effects().keySet());
        List<Integer> effects =
                kinds.effects().values().stream().map(Enum::ordinal).toList();
        long outcome = Kinds.load(session, kinds.irdl(), kinds.source(), ops, effects);
        if (outcome == 0)
            throw new MlirException(
                    "'" + kinds.source() + "' defines no operator kinds for this context.", takeDiagnostics());
        if (outcome < 0)
            throw new IllegalArgumentException("Effects are promised of '" + ops.get((int) (-1 - outcome))
                    + "', which '" + kinds.source() + "' does not define.");
        takeDiagnostics();
    }

    /**
     * {@return the type in this textual form, as {@code !agent.prompt} or {@code i1}}
     *
     * @throws MlirException when the text is no type
     */
    public Type type(String text) {
        long session = session();
        Type known = types.get(text);
        if (known != null) return known;
        TextLimits.check(text, "type");
        long handle = Attributes.parseType(session, text);
        if (handle == 0) throw new MlirException("'" + text + "' is no type of this context.", takeDiagnostics());
        Type type = type(handle);
        types.put(text, type);
        return type;
    }

    /**
     * {@return the attribute in this textual form, as {@code 7 : i64} or {@code #agent.estimate<seconds = 0.1>}}
     *
     * @throws MlirException when the text is no attribute
     */
    public Attribute attribute(String text) {
        return Attribute.of(this, attributeHandle(text));
    }

    long attributeHandle(String text) {
        long session = session();
        TextLimits.check(text, "attribute");
        takeDiagnostics();
        long handle = Attributes.parseAttribute(session, text);
        if (handle == 0) throw new MlirException("'" + text + "' is no attribute of this context.", takeDiagnostics());
        return handle;
    }

    /** {@return the handle, which is 0 where the verifier refused the attribute} */
    long checkedHandle(long handle, Attribute attribute) {
        if (handle == 0) throw new MlirException(attribute + " is no attribute of this context.", takeDiagnostics());
        return handle;
    }

    /** Closes the context and its modules. Closing twice does nothing. */
    @Override
    public void close() {
        if (closed) return;
        checkThread();
        for (MlirModule module : new ArrayList<>(modules)) module.close();
        closed = true;
        Modules.destroySession(session);
    }

    /** {@return whether {@link #close()} was called} */
    public boolean isClosed() {
        return closed;
    }

    /** {@return the native session, checked for use by this thread now} */
    long session() {
        checkThread();
        if (closed)
            throw new IllegalStateException(
                    "This MLIR context is closed. Keep it open for as long as its modules, ops and types are used.");
        return session;
    }

    Type type(long handle) {
        Type known = typesByHandle.get(handle);
        if (known != null) return known;
        Type type = new Type(this, handle);
        typesByHandle.put(handle, type);
        return type;
    }

    /** {@return the kind of an op, as "agent.generate"} */
    String kind(long op) {
        return kind(op, Operations.kind(op));
    }

    /** {@return the kind of an op whose kind has this handle} */
    String kind(long op, long kindHandle) {
        String known = kinds.get(kindHandle);
        if (known != null) return known;
        String name = Operations.kindName(op);
        kinds.put(kindHandle, name);
        return name;
    }

    /** {@return the handle of a kind of op, or 0 when no loaded dialect defines it} */
    long kindHandle(String kind) {
        Long known = kindHandles.get(kind);
        if (known != null) return known;
        long handle = Operations.kind(session(), kind);
        if (handle != 0) kindHandles.put(kind, handle);
        return handle;
    }

    /** {@return an empty request for one native call} */
    Words request() {
        return request.clear();
    }

    /** {@return whether a loaded dialect defines this kind of op} */
    public boolean defines(String kind) {
        return kindHandle(kind) != 0;
    }

    Attribute attribute(long handle) {
        session(); // handles die with it
        Attribute known = attributes.get(handle);
        if (known != null) return known;
        Attribute read = Attribute.of(this, handle);
        attributes.put(handle, read);
        return read;
    }

    long handle(Attribute attribute) {
        session();
        if (attribute instanceof Attribute.Text(String text)) return text(text);
        if (attribute instanceof Attribute.OfType)
            return Attribute.handle(this, attribute); // checks the type's context
        Long known = attributeHandles.get(attribute);
        if (known != null) return known;
        long made = Attribute.handle(this, attribute);
        attributeHandles.put(attribute, made);
        if (attribute instanceof Attribute.Estimate)
            attributes.put(made, attribute); // most are written once and read twice
        return made;
    }

    /** {@return the handle of a string attribute, which names of attributes and locations are too} */
    long text(String text) {
        long own = session();
        Long known = texts.get(text);
        if (known != null) return known;
        long made = Attributes.string(own, text);
        texts.put(text, made);
        attributes.put(made, new Attribute.Text(text));
        return made;
    }

    void forget(MlirModule module) {
        modules.remove(module);
    }

    List<Diagnostic> takeDiagnostics() {
        return Modules.takeDiagnostics(session()).stream().map(Diagnostic::of).toList();
    }

    private MlirModule adopt(long handle) {
        takeDiagnostics(); // warnings of a success
        MlirModule module = new MlirModule(this, handle);
        modules.add(module);
        return module;
    }

    private long parsed(long handle, String source) {
        if (handle != 0) return handle;
        List<Diagnostic> reasons = takeDiagnostics();
        String silent = reasons.isEmpty()
                ? " MLIR gives no reason; ops of a user's dialect have the generic form alone, \"acme.redact\"(%0) : (!agent.text) -> !agent.text."
                : "";
        throw new MlirException("'" + source + "' is not a valid module." + silent, reasons);
    }

    boolean isOfThisThread() {
        return Thread.currentThread() == owner;
    }

    private void checkThread() {
        if (!isOfThisThread()) {
            throw new IllegalStateException("This MLIR context belongs to thread '" + owner.getName()
                    + "' and was used by '" + Thread.currentThread().getName()
                    + "'. Make a context per thread; hand IR over as bytecode.");
        }
    }
}
