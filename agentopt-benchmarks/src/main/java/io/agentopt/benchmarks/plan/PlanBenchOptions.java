package io.agentopt.benchmarks.plan;

import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.problem.PlacementProblemJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Options of {@code ./build bench plan [--problems DIR] [--quick] [--seconds N]}.
 *
 * @param problems folder whose {@code *.json} problems are added
 * @param quick a tenth of the instances
 * @param oracle limit of CP-SAT on a problem of up to 60 operators; six times as long on 200x20
 */
record PlanBenchOptions(Optional<Path> problems, boolean quick, Duration oracle) {
    private static final Duration ORACLE = Duration.ofSeconds(5);
    private static final double MOST_SECONDS = 3600;

    static PlanBenchOptions of(List<String> options) {
        Optional<Path> problems = Optional.empty();
        boolean quick = false;
        Duration oracle = ORACLE;
        for (int k = 0; k < options.size(); k++) {
            String option = options.get(k);
            switch (option) {
                case "--quick" -> quick = true;
                case "--problems" -> problems = Optional.of(folder(value(options, ++k, option, "a folder")));
                case "--seconds" -> oracle = seconds(value(options, ++k, option, "a number of seconds"));
                default ->
                    throw new IllegalArgumentException("Bench 'plan' has no option '" + option
                            + "'. Known: --problems DIR, --quick, --seconds N.");
            }
        }
        return new PlanBenchOptions(problems, quick, oracle);
    }

    private static String value(List<String> options, int at, String option, String what) {
        if (at >= options.size()) {
            throw new IllegalArgumentException("Option '" + option + "' of bench 'plan' needs " + what + ".");
        }
        return options.get(at);
    }

    private static Path folder(String name) {
        Path folder = Path.of(name);
        if (!Files.isDirectory(folder)) {
            throw new IllegalArgumentException(
                    "The folder '" + name + "', given to bench 'plan' by --problems, does not exist.");
        }
        return folder;
    }

    private static Duration seconds(String text) {
        try {
            double seconds = Double.parseDouble(text);
            if (seconds > 0 && seconds <= MOST_SECONDS) return Duration.ofMillis(Math.max(1, (long) (seconds * 1000)));
        } catch (NumberFormatException e) {
            // falls through to the same complaint
        }
        throw new IllegalArgumentException("The limit of CP-SAT ('" + text
                + "'), given to bench 'plan' by --seconds, must be a number of seconds above 0 and up to "
                + (int) MOST_SECONDS + ".");
    }

    /** {@return every tenth of the items when quick, else all} */
    <T> List<T> some(List<T> all) {
        if (!quick) return all;
        List<T> tenth = new ArrayList<>();
        for (int k = 0; k < all.size(); k += 10) tenth.add(all.get(k));
        return tenth;
    }

    /** {@return the problems of the folder, in the order of their names} */
    List<PlacementProblem> added() {
        if (problems.isEmpty()) return List.of();
        try (Stream<Path> files = Files.list(problems.get())) {
            List<PlacementProblem> read = new ArrayList<>();
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".json")).sorted().toList())
                read.add(PlacementProblemJson.read(Files.readString(file), file.toString()));
            return read;
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    "The problems in '" + problems.get() + "' cannot be read: " + e.getMessage(), e);
        }
    }
}
