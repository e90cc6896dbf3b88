package io.agentopt.compiled;

import io.agentopt.compiled.Manifest.KernelFile;
import io.agentopt.compiled.StoredZip.Entry;
import io.agentopt.mlir.codegen.KernelCode;
import io.agentopt.program.Program;
import io.agentopt.program.ProgramJson;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The entries of a file, taken out one after the other, so that nothing is left over unseen. */
final class Contents {
    private static final int MOST_JSON_BYTES = 16 << 20;
    private static final int MOST_JSON_VALUES = 1_000_000; // parsed, a value of 3 bytes takes some 200

    private final String source;
    private final Manifest manifest;
    private final Map<String, byte[]> left = new LinkedHashMap<>();

    private Contents(String source, List<Entry> entries, Manifest manifest) {
        this.source = source;
        this.manifest = manifest;
        entries.stream().skip(1).forEach(e -> left.put(e.name(), e.content()));
    }

    /** {@return the parts of what {@link Parts#pack} wrote; errors as in {@link CompiledPlan#load}} */
    static Parts unpack(byte[] file, String source) {
        if (file.length > StoredZip.MOST_BYTES) {
            throw new CompiledPlanException(
                    source,
                    "is larger than the " + (StoredZip.MOST_BYTES >> 20) + " MiB that are read",
                    "Is it the file you meant?");
        }
        Manifest manifest = Manifest.read(StoredZip.first(file, source), source);
        List<Entry> entries = StoredZip.read(file, source);
        manifest.check(entries, source);
        return new Contents(source, entries, manifest).parts();
    }

    private Parts parts() {
        byte[] graph = json(Parts.GRAPH);
        byte[] plan = json(Parts.PLAN);
        byte[] program = json(Parts.PROGRAM);
        Optional<byte[]> ir = take(Parts.IR);
        List<CompiledKernel> kernels = kernels();
        if (!left.isEmpty())
            throw wrong("holds the entry '" + left.keySet().iterator().next() + "', which this version does not know");
        return new Parts(manifest.with(), manifest.idempotentTools(), graph, plan, program(program), ir, kernels);
    }

    private Program program(byte[] json) {
        try {
            Program program = ProgramJson.read(json, Parts.PROGRAM);
            if (!program.graph().equals(manifest.graph())) {
                throw new IllegalArgumentException("The program is of graph '" + program.graph()
                        + "' and not of graph '" + manifest.graph() + "'. Compile the plan again.");
            }
            return program;
        } catch (IllegalArgumentException e) {
            throw new CompiledPlanException(source, e);
        }
    }

    private List<CompiledKernel> kernels() {
        List<CompiledKernel> kernels = new ArrayList<>();
        for (KernelFile k : manifest.kernels()) {
            byte[] code =
                    take(k.name()).orElseThrow(() -> wrong("has no entry '" + k.name() + "' for kernel " + k.kernel()));
            kernels.add(kernel(k, code));
        }
        return kernels;
    }

    private CompiledKernel kernel(KernelFile of, byte[] sealed) {
        try {
            CompiledKernel kernel = new CompiledKernel(of.kernel(), of.key(), KernelCode.ofBytes(sealed, of.name()));
            if (kernel.target().equals(of.target())) return kernel;
            throw wrong(
                    "says that '" + of.name() + "' is for " + of.target() + ", and its seal says " + kernel.target());
        } catch (IllegalArgumentException e) {
            throw new CompiledPlanException(source, e);
        }
    }

    /** {@return an entry that must be there and that is parsed as a whole} */
    private byte[] json(String name) {
        byte[] content = take(name).orElseThrow(() -> wrong("has no entry '" + name + "'"));
        if (content.length > MOST_JSON_BYTES) {
            throw wrong("has an entry '" + name + "' of " + content.length + " bytes, more than the " + MOST_JSON_BYTES
                    + " that are read");
        }
        if (values(content) > MOST_JSON_VALUES) {
            throw wrong("has an entry '" + name + "' of more than the " + MOST_JSON_VALUES + " values that are read");
        }
        return content;
    }

    /** {@return how many values a JSON text has, or more: what stands in its texts counts as well} */
    private static int values(byte[] json) {
        int n = 0;
        for (byte b : json) if (b == ',' || b == '{' || b == '[') n++;
        return n;
    }

    private Optional<byte[]> take(String name) {
        return Optional.ofNullable(left.remove(name));
    }

    private CompiledPlanException wrong(String problem) {
        return new CompiledPlanException(source, problem, "Compile the plan again.");
    }
}
