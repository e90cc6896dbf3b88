package io.agentopt.compiled;

import io.agentopt.compiled.Manifest.File;
import io.agentopt.compiled.StoredZip.Entry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A compiled plan whose parts were changed by someone who then made all checksums right again. */
final class Resealed {
    private final List<Entry> entries;
    private String pattern = "$^";
    private String replacement = "";

    private Resealed(List<Entry> entries) {
        this.entries = entries;
    }

    static Resealed of(CompiledPlan plan) {
        return new Resealed(new ArrayList<>(StoredZip.read(plan.bytes(), "test")));
    }

    /** Replaces the first match in the manifest, after the checksums. */
    Resealed manifest(String regex, String with) {
        pattern = regex;
        replacement = with;
        return this;
    }

    Resealed entry(String name, byte[] content) {
        int at = index(name);
        entries.set(at, new Entry(name, content));
        return this;
    }

    Resealed replace(String name, String regex, String with) {
        String changed = text(name).replaceFirst(regex, with);
        if (changed.equals(text(name))) throw new AssertionError(regex + " is not in " + name);
        return entry(name, changed.getBytes(StandardCharsets.UTF_8));
    }

    Resealed without(String name) {
        entries.remove(index(name));
        return this;
    }

    Resealed plus(String name, byte[] content) {
        entries.add(new Entry(name, content));
        return this;
    }

    String text(String name) {
        return new String(entries.get(index(name)).content(), StandardCharsets.UTF_8);
    }

    byte[] content(String name) {
        return entries.get(index(name)).content().clone();
    }

    byte[] bytes() {
        Manifest old = Manifest.read(entries.getFirst(), "test");
        List<File> files = entries.stream().skip(1).map(File::of).toList();
        Manifest now = new Manifest(old.with(), old.graph(), old.idempotentTools(), old.kernels(), files);
        String text = new String(now.entry().content(), StandardCharsets.UTF_8).replaceFirst(pattern, replacement);
        List<Entry> all = new ArrayList<>(entries);
        all.set(0, new Entry(Manifest.NAME, text.getBytes(StandardCharsets.UTF_8)));
        return StoredZip.write(all);
    }

    Entry manifestEntry() {
        return entries.getFirst();
    }

    CompiledPlan read() {
        return CompiledPlan.read(bytes(), "test");
    }

    private int index(String name) {
        for (int i = 0; i < entries.size(); i++) if (entries.get(i).name().equals(name)) return i;
        throw new AssertionError("no entry " + name);
    }
}
