package io.agentopt.hardware;

import java.util.List;
import java.util.Objects;

/**
 * Where the numbers of a device or a link come from.
 *
 * @param source document, repository or measurement; never blank
 * @param verified false for estimates and for numbers without a checkable source
 * @param note what a reader should know, may be empty
 * @param unverified of a verified entry, the fields (as named in files) that lack a checkable source all the same
 */
public record Provenance(String source, boolean verified, String note, List<String> unverified) {
    public Provenance {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(note, "note");
        unverified = List.copyOf(unverified);
        if (source.isBlank())
            throw new IllegalArgumentException("A source must not be blank: say where the numbers come from.");
    }

    /** All numbers are of one kind. */
    public Provenance(String source, boolean verified, String note) {
        this(source, verified, note, List.of());
    }
}
