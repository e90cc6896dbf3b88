package io.agentopt.compiled;

import io.agentopt.compiled.StoredZip.Entry;
import io.agentopt.internal.JsonText;
import io.agentopt.internal.JsonValue;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The first entry of a compiled plan: what it is, who made it, and each other entry with its length and SHA-256.
 *
 * @param graph name of the planned graph
 * @param idempotentTools names, sorted: what the optimiser was allowed to merge, which the graph's own file does not say
 * @param kernels what each kernel entry is
 * @param files the other entries, in file order
 */
record Manifest(
        CompiledWith with, String graph, List<String> idempotentTools, List<KernelFile> kernels, List<File> files) {
    static final String NAME = "compiled-plan.json";
    static final int FORMAT = 2;

    private static final String CONTENT = "AgentOpt compiled plan";
    private static final int MOST_BYTES = 1 << 20;

    /** A kernel's entry and what it holds. */
    record KernelFile(String name, String kernel, KernelTarget target, String key) {}

    /** An entry as it must be. */
    record File(String name, int bytes, String sha256) {
        static File of(Entry e) {
            return new File(e.name(), e.content().length, checksum(e.content()));
        }
    }

    Entry entry() {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("content", CONTENT);
        out.put("format", FORMAT);
        out.put("agentopt", with.agentopt());
        with.mlir().ifPresent(v -> out.put("mlir", v));
        out.put("graph", graph);
        out.put("idempotentTools", idempotentTools);
        out.put("kernels", kernels.stream().map(Manifest::kernel).toList());
        out.put("files", files.stream().map(Manifest::file).toList());
        return new Entry(NAME, JsonText.of(out).getBytes(StandardCharsets.UTF_8));
    }

    private static Map<String, Object> kernel(KernelFile k) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("file", k.name());
        out.put("kernel", k.kernel());
        out.put("form", k.target().form().name());
        out.put("processor", k.target().processor());
        if (!k.target().features().isEmpty()) out.put("features", k.target().features());
        out.put("key", k.key());
        return out;
    }

    private static Map<String, Object> file(File f) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("name", f.name());
        out.put("bytes", f.bytes());
        out.put("sha256", f.sha256());
        return out;
    }

    /**
     * Reads a manifest. The format is looked at before anything else, since a newer one may have other fields.
     *
     * @throws CompiledPlanException if the entry is no manifest, or one of another format
     */
    static Manifest read(Entry entry, String source) {
        if (!entry.name().equals(NAME)) {
            throw new CompiledPlanException(
                    source,
                    "is a zip archive but no compiled plan: it begins with '" + entry.name() + "' and not with '" + NAME
                            + "'",
                    "Is it the file you meant?");
        }
        if (entry.content().length > MOST_BYTES) {
            throw new CompiledPlanException(
                    source,
                    "has a " + NAME + " of " + entry.content().length + " bytes, more than the " + MOST_BYTES
                            + " that are read",
                    "Is it the file you meant?");
        }
        try {
            JsonValue root = JsonValue.parse(NAME, entry.content());
            if (!root.at("content").text().equals(CONTENT))
                throw root.at("content").wrong("is not \"" + CONTENT + "\"", "Is it the file you meant?");
            format(root, source);
            return read(root);
        } catch (IllegalArgumentException e) {
            throw new CompiledPlanException(source, e);
        }
    }

    private static void format(JsonValue root, String source) {
        int format = root.at("format").integer();
        if (format == FORMAT) return;
        String maker = root.maybe("agentopt")
                .filter(JsonValue::isText)
                .map(v -> " by AgentOpt " + v.text())
                .orElse("");
        String mine = CompiledWith.here(Optional.empty()).agentopt();
        throw new CompiledPlanException(
                source,
                "was written in format " + format + maker + ", and this version (" + mine + ") reads format " + FORMAT,
                (format > FORMAT ? "Load it with that version, or compile" : "Compile")
                        + " the plan again with this one.");
    }

    private static Manifest read(JsonValue root) {
        root.only("content", "format", "agentopt", "mlir", "graph", "idempotentTools", "kernels", "files");
        List<KernelFile> kernels = new ArrayList<>();
        for (JsonValue k : root.at("kernels").items()) {
            k.only("file", "kernel", "form", "processor", "features", "key");
            KernelTarget target = new KernelTarget(
                    form(k.at("form")),
                    k.at("processor").text(),
                    k.maybe("features").map(JsonValue::text).orElse(""));
            kernels.add(new KernelFile(
                    k.at("file").text(),
                    k.at("kernel").text(),
                    target,
                    k.at("key").text()));
        }
        List<File> files = new ArrayList<>();
        for (JsonValue f : root.at("files").items()) {
            f.only("name", "bytes", "sha256");
            files.add(new File(
                    f.at("name").text(), f.at("bytes").integer(), f.at("sha256").text()));
        }
        return new Manifest(
                new CompiledWith(root.at("agentopt").text(), root.maybe("mlir").map(JsonValue::text)),
                root.at("graph").text(),
                root.at("idempotentTools").items().stream().map(JsonValue::text).toList(),
                kernels,
                files);
    }

    private static KernelTarget.Form form(JsonValue v) {
        try {
            return KernelTarget.Form.valueOf(v.text());
        } catch (IllegalArgumentException e) {
            throw v.wrong(
                    "is no form of code that this version knows",
                    "It knows " + List.of(KernelTarget.Form.values()) + ".");
        }
    }

    /** @throws CompiledPlanException if an entry is missing, in another place, or not what it was */
    void check(List<Entry> entries, String source) {
        for (int i = 0; i < Math.max(files.size(), entries.size() - 1); i++) {
            String stated = i < files.size() ? "'" + files.get(i).name() + "'" : "nothing";
            String there = i + 1 < entries.size() ? "'" + entries.get(i + 1).name() + "'" : "nothing";
            if (!stated.equals(there)) {
                throw new CompiledPlanException(
                        source,
                        "should hold " + stated + " where it holds " + there,
                        "Copy it again, or compile the plan again.");
            }
        }
        for (int i = 0; i < files.size(); i++) {
            if (!files.get(i).equals(File.of(entries.get(i + 1)))) {
                throw new CompiledPlanException(
                        source,
                        "is damaged: entry '" + files.get(i).name() + "' is not the one that was written (SHA-256 "
                                + checksum(entries.get(i + 1).content()) + ", not "
                                + files.get(i).sha256() + ")",
                        "Copy it again, or compile the plan again.");
            }
        }
    }

    static String checksum(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256.", e);
        }
    }
}
