package io.agentopt.benchmarks.cost;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.stream.Collectors;

/** The page docs/cost-errors.md: {@code ./build bench cost --docs} rewrites what is between its two marks, and nothing else of it. */
final class ErrorPage {
    static final Path FILE = Path.of("docs", "cost-errors.md");

    private static final String BEGIN = "<!-- begin: written by ./build bench cost --docs -->";
    private static final String END = "<!-- end -->";

    private ErrorPage() {}

    /**
     * Rewrites the page.
     *
     * @throws IllegalArgumentException if the file is not there or lacks its marks
     */
    static void rewrite(Path file, List<ErrorTable> tables, DataFolders folders, LocalDate date) {
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException("--docs rewrites '" + file
                    + "', which is not there. Run ./build bench in a checkout of the sources.");
        }
        try {
            Files.writeString(file, with(file, Files.readString(file), body(tables, folders, date)));
        } catch (IOException e) {
            throw new UncheckedIOException("'" + file + "' cannot be rewritten: " + e.getMessage(), e);
        }
        System.out.println("written to " + file);
    }

    private static String with(Path file, String page, String body) {
        int begin = page.indexOf(BEGIN), end = page.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new IllegalArgumentException(
                    "'" + file + "' lacks the lines '" + BEGIN + "' and '" + END + "' between which --docs writes.");
        }
        return page.substring(0, begin + BEGIN.length()) + "\n\n" + body + "\n" + page.substring(end);
    }

    /** {@return what goes between the marks} */
    static String body(List<ErrorTable> tables, DataFolders folders, LocalDate date) {
        String where = folders.same()
                ? "calibrated and tested on " + DataFolders.shown(folders.test())
                : "calibrated on " + DataFolders.shown(folders.calibrate()) + ", tested on "
                        + DataFolders.shown(folders.test());
        return date + ", " + where + ".\n\n"
                + tables.stream()
                        .filter(t -> !t.rows().isEmpty())
                        .map(ErrorTable::markdown)
                        .collect(Collectors.joining("\n"));
    }
}
