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

    private record Code(RowFunction function, Origin origin, Pace pace) {}

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
     * Runs on several threads, each with a part of the rows, where that ends sooner by what earlier runs took; otherwise as {@link #run(Buffer...)}, whose
     * exceptions it throws too.
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
        Code now = code;
        int parts = now.pace().parts(rows, bytes, threads.threads());
        if (parts > 1) operands.checkShared(own);
        RowFunction timed = timed(now, rows, bytes);
        if (parts == 1) timed.run(0, rows, own);
        else threads.run(rows, parts, (begin, end) -> (begin == 0 ? timed : now.function()).run(begin, end, own));
    }

    /** The code, which tells its pace; of several parts the first, which the calling thread runs, does. */
    private static RowFunction timed(Code code, long rows, long bytes) {
        return (begin, end, buffers) -> {
            long start = System.nanoTime();
            code.function().run(begin, end, buffers);
            code.pace().observe(System.nanoTime() - start, end - begin, rows, bytes);
        };
    }

    private long check(Buffer... buffers) {
        long rows = operands.check(buffers);
        definition.checkValues(spec, buffers);
        return rows;
    }

    void useCompiled(RowFunction function) {
        code = new Code(function, Origin.COMPILED, new Pace());
    }

    void useReference() {
        code = reference();
    }

    private Code reference() {
        return new Code(
                (begin, end, buffers) -> definition.run(spec, begin, end, buffers), Origin.REFERENCE, new Pace());
    }

    @Override
    public String toString() {
        return "Kernel " + spec + " (" + origin() + ")";
    }
}
