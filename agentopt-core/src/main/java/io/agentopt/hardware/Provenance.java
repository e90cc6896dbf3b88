package io.agentopt.hardware;

import java.util.Objects;

/**
 * Where the numbers of a device come from.
 *
 * @param source document, repository or measurement; never blank
 * @param verified false for estimates and for numbers without a checkable source
 * @param note what a reader should know, may be empty
 */
public record Provenance(String source, boolean verified, String note) {
    public Provenance {
        Objects.requireNonNull(source, "source");
        Objects.requireNonNull(note, "note");
        if (source.isBlank())
            throw new IllegalArgumentException("A source must not be blank: say where the numbers come from.");
    }
}
