package io.agentopt.cost.importer;

/** A row that cannot be used. Importers catch it and count it; who reads a {@link CsvTable} cell by cell may see it. */
public final class RejectedRow extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final String reason;

    RejectedRow(String reason, String place) {
        super("A row is rejected because " + reason + ": " + place + ".");
        this.reason = reason;
    }

    RejectedRow(String reason, String place, Throwable cause) {
        super("A row is rejected because " + reason + ": " + place + ".", cause);
        this.reason = reason;
    }

    /** {@return why, without the place, so that rows can be counted by reason} */
    public String reason() {
        return reason;
    }
}
