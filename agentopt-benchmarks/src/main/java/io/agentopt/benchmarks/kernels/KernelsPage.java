package io.agentopt.benchmarks.kernels;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Stream;

/** The page docs/kernels-cpu.md: {@code ./build bench kernels --docs} rewrites what is between its two marks, and nothing else of it. */
final class KernelsPage {
    static final Path FILE = Path.of("docs", "kernels-cpu.md");

    private static final String BEGIN = "<!-- begin: written by ./build bench kernels --docs -->";
    private static final String END = "<!-- end -->";
    private static final Path PROCESSORS = Path.of("/proc/cpuinfo");

    private KernelsPage() {}

    /**
     * Rewrites the page.
     *
     * @throws IllegalArgumentException if the file is not there or lacks its marks
     */
    static void rewrite(Path file, List<CaseResult> results, LocalDate date) {
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException("--docs rewrites '" + file
                    + "', which is not there. Run ./build bench in a checkout of the sources.");
        }
        try {
            String page = Files.readString(file);
            int begin = page.indexOf(BEGIN), end = page.indexOf(END);
            if (begin < 0 || end < begin) {
                throw new IllegalArgumentException("'" + file + "' lacks the lines '" + BEGIN + "' and '" + END
                        + "' between which --docs writes.");
            }
            Files.writeString(
                    file,
                    page.substring(0, begin + BEGIN.length()) + "\n\n" + body(results, date, machine()) + "\n"
                            + page.substring(end));
        } catch (IOException e) {
            throw new UncheckedIOException("'" + file + "' cannot be rewritten: " + e.getMessage(), e);
        }
        System.out.println("written to " + file);
    }

    /** {@return what goes between the marks} */
    static String body(List<CaseResult> results, LocalDate date, String machine) {
        StringBuilder text = new StringBuilder(date + ", " + machine + ".\n\n"
                + "| kernel | size | GB/s | best peer | its GB/s | ratio | share of ceiling | 2 threads, GB/s | share of ceiling |\n"
                + "|---|---|---|---|---|---|---|---|---|\n");
        for (CaseResult r : results) {
            Contender peer = r.one().with(Role.PEER::equals).stream()
                    .min(Comparator.comparing(r.nanos()::get))
                    .orElseThrow();
            boolean counts = r.one().memoryBound() && r.one().size() == Size.MEMORY;
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %s | %.1f | %s | %.1f | %.2f | %s | %.1f | %s |%n",
                    r.one().kernel(),
                    r.one().size().label(),
                    r.gigabytesPerSecond(Role.OURS).orElseThrow(),
                    peer.name(),
                    r.gigabytesPerSecond(Role.PEER).orElseThrow(),
                    r.ratioToBestPeer(),
                    share(counts, OptionalDouble.of(r.shareOfCeiling())),
                    r.gigabytesPerSecond(Role.OURS_ON_TWO_THREADS).orElseThrow(),
                    share(counts, r.shareOfCeilingOnTwoThreads())));
        }
        return text.toString();
    }

    private static String share(boolean counts, OptionalDouble share) {
        return counts && share.isPresent() ? String.format(Locale.ROOT, "%.2f", share.getAsDouble()) : "";
    }

    private static String machine() throws IOException {
        String name = System.getProperty("os.arch");
        if (Files.isReadable(PROCESSORS)) {
            try (Stream<String> lines = Files.lines(PROCESSORS)) {
                name = lines.filter(l -> l.startsWith("model name"))
                        .map(l -> l.substring(l.indexOf(':') + 1).strip())
                        .findFirst()
                        .orElse(name);
            }
        }
        return Runtime.getRuntime().availableProcessors() + " cores of " + name + ", Java "
                + Runtime.version().feature();
    }
}
