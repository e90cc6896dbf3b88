package io.agentopt.benchmarks.simulate;

import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What {@code ./build bench simulate} was asked for.
 *
 * @param profiles folder of operator profiles, itself or with a folder a degree of tensor parallelism; empty for the packaged ones
 * @param log served requests; empty for the packaged ones
 */
record SimulateOptions(Optional<Path> profiles, Optional<Path> log) {
    private static final Path TRACES_BESIDE_THE_CHECKOUT = Path.of("..", "shared", "data", "traces");
    private static final String PROFILES = "--profiles";
    private static final String LOG = "--log";

    /** Reads {@code [--profiles DIR --log FILE]}. */
    static SimulateOptions of(List<String> options) {
        Optional<Path> profiles = Optional.empty();
        Optional<Path> log = Optional.empty();
        for (int i = 0; i < options.size(); i += 2) {
            String option = options.get(i);
            if (!option.equals(PROFILES) && !option.equals(LOG)) {
                throw new IllegalArgumentException("Bench 'simulate' does not know the option '" + option
                        + "'. Known: --profiles DIR, --log FILE.");
            }
            if (i + 1 == options.size()) {
                throw new IllegalArgumentException("Option '" + option + "' of bench 'simulate' needs a path.");
            }
            Path path = Path.of(options.get(i + 1));
            if (option.equals(PROFILES)) {
                if (!Files.isDirectory(path)) {
                    throw new IllegalArgumentException("'" + path + "', given by " + PROFILES + ", is no folder.");
                }
                profiles = Optional.of(path);
            } else {
                if (!Files.isRegularFile(path)) {
                    throw new IllegalArgumentException("'" + path + "', given by " + LOG + ", is no file.");
                }
                log = Optional.of(path);
            }
        }
        if (profiles.isPresent() != log.isPresent()) {
            throw new IllegalArgumentException("Bench 'simulate' needs both " + PROFILES + " DIR and " + LOG
                    + " FILE, or neither: a log is simulated from the profiles of its own device and model.");
        }
        return new SimulateOptions(profiles, log);
    }

    /** {@return whether the packaged log is simulated} */
    boolean packagedLog() {
        return log.isEmpty();
    }

    /** {@return a trace, from beside the checkout or packaged} */
    static Optional<Path> trace(String name) {
        Path beside = TRACES_BESIDE_THE_CHECKOUT.resolve(name);
        return Files.exists(beside) ? Optional.of(beside) : resource("traces/" + name);
    }

    /** {@return the packaged profiles and log} */
    static Path packaged() {
        return resource("profiles/llmservingsim/rtxpro6000_llama-3.1-8b")
                .orElseThrow(() -> new IllegalStateException("The packaged operator profiles are missing."));
    }

    private static Optional<Path> resource(String relative) {
        URL url = SimulateOptions.class.getResource("/io/agentopt/benchmarks/" + relative);
        try {
            return url == null ? Optional.empty() : Optional.of(Path.of(url.toURI()));
        } catch (URISyntaxException e) {
            throw new IllegalStateException("A packaged file is at a place that is no path: " + url, e);
        }
    }
}
