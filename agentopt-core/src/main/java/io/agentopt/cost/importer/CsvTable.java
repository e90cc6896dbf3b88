package io.agentopt.cost.importer;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** All rows of a comma-separated file, with a header ({@link CsvFile}) or with column names given by its format. */
public final class CsvTable {
    private final List<CsvRow> rows;

    private CsvTable(List<CsvRow> rows) {
        this.rows = List.copyOf(rows);
    }

    /**
     * Reads a file whose first line names the columns.
     *
     * @throws IllegalArgumentException if it has no row, lacks a needed column, or a line has another number of cells
     * @throws UncheckedIOException if it cannot be read
     */
    public static CsvTable read(Path file, String... needed) {
        List<CsvRow> rows = new ArrayList<>();
        CsvFile.read(file, List.of(needed), rows::add);
        return new CsvTable(rows);
    }

    /**
     * Reads a file without a header.
     *
     * @throws IllegalArgumentException if it has no row, or a line has another number of cells
     * @throws UncheckedIOException if it cannot be read
     */
    public static CsvTable withoutHeader(Path file, String... names) {
        List<CsvRow> rows = new ArrayList<>();
        CsvFile.readWithoutHeader(file, List.of(names), rows::add);
        return new CsvTable(rows);
    }

    /** {@return the rows, in file order; blank lines are skipped} */
    public List<CsvRow> rows() {
        return rows;
    }
}
