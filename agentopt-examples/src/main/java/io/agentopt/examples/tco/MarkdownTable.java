package io.agentopt.examples.tco;

import java.util.Collections;
import java.util.List;

/** A table in Markdown, row by row. */
final class MarkdownTable {
    private final StringBuilder text = new StringBuilder();
    private final int columns;

    MarkdownTable(List<String> header) {
        columns = header.size();
        row(header);
        row(Collections.nCopies(columns, "---"));
    }

    MarkdownTable row(List<String> cells) {
        if (cells.size() != columns) {
            throw new IllegalArgumentException("A row of " + cells.size() + " cells does not fit a table of " + columns
                    + " columns: " + cells + ".");
        }
        text.append("| ").append(String.join(" | ", cells)).append(" |\n");
        return this;
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
