package io.agentopt.kernel;

/** A kernel to run. Usable by several threads at once, each with its own buffers. */
public final class Kernel {
    /** Where the code came from that a kernel runs. */
    public enum Origin {
        /** The plain Java of its definition. */
        REFERENCE,
        /** Machine code. */
        COMPILED
    }

    /** Less than this for each thread costs more to hand over than to do. */
    private static final long BYTES_PER_PART = 1 << 17;

    private record Code(RowFunction function, Origin origin) {}

    private final KernelDefinition definition;
    private final KernelSpec spec;
    private final OperandCheck operands;
    private volatile Code code;

    Kernel(KernelDefinition definition, KernelSpec spec) {
        this.definition = definition;
        this.spec = spec;
        this.operands = new OperandCheck(definition, spec);
        this.code = reference();
    }

    public KernelSpec spec() {
        return spec;
    }

    /** {@return where the code comes from that {@link #run} uses now} */
    public Origin origin() {
        return code.origin();
    }

    /**
     * Runs on the calling thread. Values such as indices are looked at before the run: nobody may change a buffer meanwhile.
     *
     * @throws IllegalArgumentException when number, types, shapes, overlap, writability or values of the buffers do not fit
     * @throws IllegalStateException when a buffer's memory is freed
     * @throws WrongThreadException when a buffer belongs to another thread
     */
    public void run(Buffer... buffers) {
        Buffer[] own = buffers.clone(); // what was checked is what runs, whoever else has the array
        long rows = check(own);
        if (rows > 0) code.function().run(0, rows, own);
    }

    /**
     * Runs on several threads, each with a part of the rows, where there are enough of them; otherwise as {@link #run(Buffer...)}, whose exceptions it
     * throws too.
     *
     * @throws WrongThreadException when a buffer's memory is confined to one thread
     * @throws IllegalStateException when the threads are closed
     */
    public void run(KernelThreads threads, Buffer... buffers) {
        Buffer[] own = buffers.clone();
        long rows = check(own);
        if (rows == 0) return;
        long bytes = 0;
        for (Buffer buffer : own) bytes += buffer.segment().byteSize();
        int parts = Math.clamp(Math.min(rows, bytes / BYTES_PER_PART), 1, threads.threads());
        RowFunction function = code.function();
        if (parts == 1) function.run(0, rows, own);
        else {
            operands.checkShared(own);
            threads.run(rows, parts, (begin, end) -> function.run(begin, end, own));
        }
    }

    private long check(Buffer... buffers) {
        long rows = operands.check(buffers);
        definition.checkValues(spec, buffers);
        return rows;
    }

    void useCompiled(RowFunction function) {
        code = new Code(function, Origin.COMPILED);
    }

    void useReference() {
        code = reference();
    }

    private Code reference() {
        return new Code((begin, end, buffers) -> definition.run(spec, begin, end, buffers), Origin.REFERENCE);
    }

    @Override
    public String toString() {
        return "Kernel " + spec + " (" + origin() + ")";
    }
}
