package io.agentopt.mlir.ir;

import io.agentopt.mlir.ffi.Attributes;
import io.agentopt.mlir.ffi.Modules;
import io.agentopt.mlir.ffi.Operations;
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
    private final Map<Long, Type> typesByHandle = new HashMap<>();
    private final Map<Long, String> kinds = new HashMap<>();
    private final Set<String> defined = new HashSet<>();
    // Attributes are interned by the native context and live as long as it: what was asked once holds.
    private final Map<Attribute, Long> attributeHandles = new HashMap<>();
    private final Map<Long, Attribute> attributes = new HashMap<>();
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
     * @throws MlirException with line and column when it does not parse or verify, or when it is longer than 16 MiB or nests deeper than 1,000 brackets
     */
    public MlirModule parse(String text, String source) {
        long session = session();
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        Nesting.check(utf8, source);
        return adopt(parsed(Modules.parseModule(session, utf8, source), source));
    }

    /**
     * Reads what {@link MlirModule#bytecode()} wrote and verifies it. Bytecode carries no version of the dialect: read it with the library that wrote it.
     *
     * @param source names the bytes in diagnostics
     * @throws MlirException when the bytes are no bytecode, cut off, or hold an IR that does not verify
     */
    public MlirModule read(byte[] bytecode, String source) {
        long session = session();
        if (bytecode.length < 4
                || bytecode[0] != 'M'
                || bytecode[1] != 'L'
                || bytecode[2] != (byte) 0xEF
                || bytecode[3] != 'R') {
            throw new MlirException(
                    "'" + source + "' is no MLIR bytecode: it does not start with its magic number.", List.of());
        }
        return adopt(parsed(Modules.parseModule(session, bytecode, source), source));
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
        Nesting.check(text.getBytes(StandardCharsets.UTF_8), "type");
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
        Nesting.check(text.getBytes(StandardCharsets.UTF_8), "attribute");
        takeDiagnostics();
        long handle = Attributes.parseAttribute(session, text);
        if (handle == 0) throw new MlirException("'" + text + "' is no attribute of this context.", takeDiagnostics());
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
        return typesByHandle.computeIfAbsent(handle, h -> new Type(this, h));
    }

    /** {@return the kind of an op, as "agent.generate"} */
    String kind(long op) {
        return Operations.kind(op, kinds);
    }

    /** {@return the kind of an op whose kind has this handle} */
    String kind(long op, long kindHandle) {
        String known = kinds.get(kindHandle);
        return known == null ? kind(op) : known;
    }

    /** {@return whether a loaded dialect defines this kind of op} */
    boolean defines(String kind) {
        if (defined.contains(kind)) return true;
        return Operations.isRegistered(session(), kind) && defined.add(kind);
    }

    Attribute attribute(long handle) {
        Attribute known = attributes.get(handle);
        if (known != null) return known;
        Attribute read = Attribute.of(this, handle);
        attributes.put(handle, read);
        return read;
    }

    long handle(Attribute attribute) {
        session();
        if (attribute instanceof Attribute.OfType)
            return Attribute.handle(this, attribute); // checks the type's context
        Long known = attributeHandles.get(attribute);
        if (known != null) return known;
        long made = Attribute.handle(this, attribute);
        attributeHandles.put(attribute, made);
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
        if (handle == 0) throw new MlirException("'" + source + "' is not a valid module.", takeDiagnostics());
        return handle;
    }

    private void checkThread() {
        if (Thread.currentThread() != owner) {
            throw new IllegalStateException("This MLIR context belongs to thread '" + owner.getName()
                    + "' and was used by '" + Thread.currentThread().getName()
                    + "'. Make a context per thread; hand IR over as bytecode.");
        }
    }
}
