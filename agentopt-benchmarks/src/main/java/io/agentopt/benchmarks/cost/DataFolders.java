package io.agentopt.benchmarks.cost;

import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where calibration and test rows come from; both folders have the layout of the measurement files named in docs/cost-model.md, and may be
 * the same: the split by shape, model or cell keeps test rows out of every fit.
 *
 * @param calibrate folder of the rows to fit
 * @param test folder of the rows to predict
 */
record DataFolders(Path calibrate, Path test) {
    private static final Path BESIDE_THE_CHECKOUT = Path.of("..", "shared", "data", "profiles");

    /** Reads {@code [--calibrate DIR] [--test DIR]}. */
    static DataFolders of(List<String> options) {
        Optional<Path> calibrate = Optional.empty();
        Optional<Path> test = Optional.empty();
        for (int i = 0; i < options.size(); i += 2) {
            String option = options.get(i);
            if (!option.equals("--calibrate") && !option.equals("--test")) {
                throw new IllegalArgumentException("Bench 'cost' does not know the option '" + option
                        + "'. Known: --calibrate DIR, --test DIR, --only GROUP.");
            }
            if (i + 1 == options.size()) {
                throw new IllegalArgumentException("Option '" + option + "' of bench 'cost' needs a folder.");
            }
            Path folder = Path.of(options.get(i + 1));
            if (!Files.isDirectory(folder)) {
                throw new IllegalArgumentException("'" + folder + "', given by " + option + ", is not a folder.");
            }
            if (option.equals("--test")) test = Optional.of(folder);
            else calibrate = Optional.of(folder);
        }
        Path fallback = calibrate.or(() -> Optional.of(usual())).get();
        return new DataFolders(fallback, test.orElse(calibrate.isPresent() ? fallback : usual()));
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
