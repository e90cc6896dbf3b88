package io.agentopt.compiled;

import io.agentopt.compiled.Manifest.KernelFile;
import io.agentopt.compiled.StoredZip.Entry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The entries of a compiled plan, taken out one after the other, so that nothing is left over unseen. */
final class Contents {
    private static final int MOST_JSON_BYTES = 16 << 20;
    private static final int MOST_JSON_VALUES = 1_000_000; // parsed, a value of 3 bytes takes some 200

    private final String source;
    private final Manifest manifest;
    private final Map<String, byte[]> left = new LinkedHashMap<>();

    Contents(String source, List<Entry> entries, Manifest manifest) {
        this.source = source;
        this.manifest = manifest;
        entries.stream().skip(1).forEach(e -> left.put(e.name(), e.content()));
    }

    Optional<byte[]> take(String name) {
        return Optional.ofNullable(left.remove(name));
    }

    /** {@return an entry that must be there and that is parsed as a whole} */
    byte[] json(String name) {
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

    List<CompiledKernel> kernels() {
        List<CompiledKernel> kernels = new ArrayList<>();
        for (KernelFile k : manifest.kernels()) {
            byte[] code =
                    take(k.name()).orElseThrow(() -> wrong("has no entry '" + k.name() + "' for kernel " + k.kernel()));
            kernels.add(new CompiledKernel(k.kernel(), k.target(), code));
        }
        return kernels;
    }

    void nothingLeft() {
        if (!left.isEmpty()) throw wrong("holds entries that this version does not know, " + left.keySet());
    }

    private CompiledPlanException wrong(String problem) {
        return new CompiledPlanException(source, problem, "Compile the plan again.");
    }
}
