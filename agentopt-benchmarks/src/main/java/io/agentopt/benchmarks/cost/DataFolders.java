package io.agentopt.benchmarks.cost;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where calibration and test rows come from; both folders have the layout of the measurement files named in docs/cost-model.md, and may be
 * the same: the split by shape, model or cell keeps test rows out of every fit.
 *
 * @param calibrate folder of the rows to fit
 * @param test folder of the rows to predict
 * @param mostDraws how many draws of calibration points a metric is the mean of at most; fewer make a test short
 */
record DataFolders(Path calibrate, Path test, int mostDraws) {
    private static final Path BESIDE_THE_CHECKOUT = Path.of("..", "shared", "data", "profiles");

    private static final List<String> LAYOUTS = List.of(
            "vidur/", "aiconfigurator/", "helix/", "splitwise_*.csv", "end_to_end_*.csv", "llm_inference_bench_*.csv");

    /** Folders of a metric with all of its draws. */
    DataFolders(Path calibrate, Path test) {
        this(calibrate, test, Integer.MAX_VALUE);
    }

    /** {@return how many draws to take where a metric is the mean of so many} */
    int draws(int usual) {
        return Math.min(usual, mostDraws);
    }

    /** Reads {@code [--calibrate DIR] [--test DIR]}. */
    static DataFolders of(List<String> options) {
        Optional<Path> calibrate = Optional.empty();
        Optional<Path> test = Optional.empty();
        for (int i = 0; i < options.size(); i += 2) {
            String option = options.get(i);
            if (!option.equals("--calibrate") && !option.equals("--test")) {
                throw new IllegalArgumentException("Bench 'cost' does not know the option '" + option
                        + "'. Known: --calibrate DIR, --test DIR, --only GROUP, --docs.");
            }
            if (i + 1 == options.size()) {
                throw new IllegalArgumentException("Option '" + option + "' of bench 'cost' needs a folder.");
            }
            Path folder = Path.of(options.get(i + 1));
            if (!Files.isDirectory(folder)) {
                throw new IllegalArgumentException("'" + folder + "', given by " + option + ", is not a folder.");
            }
            if ((option.equals("--test") ? test : calibrate).isPresent()) {
                throw new IllegalArgumentException("Option '" + option + "' of bench 'cost' is given twice.");
            }
            if (!holdsMeasurements(folder)) {
                throw new IllegalArgumentException(
                        "'" + folder + "', given by " + option + ", holds no measurements: none of " + LAYOUTS
                                + ". Is it the folder above or below? docs/cost-model.md names the files.");
            }
            if (option.equals("--test")) test = Optional.of(folder);
            else calibrate = Optional.of(folder);
        }
        Path fallback = calibrate.or(() -> Optional.of(usual())).get();
        return new DataFolders(fallback, test.orElse(calibrate.isPresent() ? fallback : usual()));
    }

    private static boolean holdsMeasurements(Path folder) {
        try (Stream<Path> inside = Files.list(folder)) {
            return inside.map(f -> String.valueOf(f.getFileName()))
                    .anyMatch(name -> LAYOUTS.stream().anyMatch(layout -> matches(name, layout)));
        } catch (IOException e) {
            throw new UncheckedIOException("The folder '" + folder + "' cannot be listed: " + e.getMessage(), e);
        }
    }

    private static boolean matches(String name, String layout) {
        int star = layout.indexOf('*');
        return star < 0
                ? name.equals(layout.replace("/", ""))
                : name.startsWith(layout.substring(0, star)) && name.endsWith(layout.substring(star + 1));
    }

    /** {@return whether rows to fit and rows to predict come from the same files, so that a split must keep them apart} */
    boolean same() {
        try {
            return Files.isSameFile(calibrate, test);
        } catch (IOException e) {
            throw new UncheckedIOException("The folder '" + test + "' cannot be read: " + e.getMessage(), e);
        }
    }

    /** {@return what to call a folder in a document: no path of a machine} */
    static String shown(Path folder) {
        return folder.equals(packaged()) ? "the packaged extract" : "a folder '" + folder.getFileName() + "'";
    }

    /** The folder beside the checkout where there is one, else the small extract that is packaged. */
    private static Path usual() {
        return Files.isDirectory(BESIDE_THE_CHECKOUT) ? BESIDE_THE_CHECKOUT : packaged();
    }

    static Path packaged() {
        URL folder = DataFolders.class.getResource("/io/agentopt/benchmarks/profiles");
        if (folder == null) throw new IllegalStateException("The packaged extract of measurements is missing.");
        try {
            return Path.of(folder.toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("The packaged extract is at a place that is no path: " + folder, e);
        }
    }

    /** {@return a file of the calibration folder, if it is there} */
    Optional<Path> calibrationFile(String relative) {
        return Optional.of(calibrate.resolve(relative)).filter(Files::exists);
    }

    /** {@return a file of the test folder, if it is there} */
    Optional<Path> testFile(String relative) {
        return Optional.of(test.resolve(relative)).filter(Files::exists);
    }
}
