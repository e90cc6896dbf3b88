package io.agentopt.examples;

import io.agentopt.plan.problem.ClassUse;
import io.agentopt.plan.problem.DeviceClass;
import io.agentopt.plan.problem.Mode;
import io.agentopt.plan.problem.PlacementProblem;
import io.agentopt.plan.problem.PlacementProblemJson;
import io.agentopt.plan.solve.Infeasible;
import io.agentopt.plan.solve.Placed;
import io.agentopt.plan.solve.PlacementSolver;
import io.agentopt.plan.solve.Solution;
import io.agentopt.plan.solve.SolveOptions;
import io.agentopt.plan.solve.SolveStatistics;
import io.agentopt.plan.solve.Undecided;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * Solves a placement problem from its file: {@code ./build solve FILE.json [--seconds S]}. Ends with 0 for a placement, 1 when there is none or
 * none was found, 2 when the request or the file is wrong.
 */
public final class Solve {
    private static final String USAGE = "Use: ./build solve FILE.json [--seconds S]";
    private static final double SECONDS = 1;
    private static final double MOST_SECONDS = 86_400;
    private static final long SEED = 1;

    private Solve() {}

    /** Prints the answer. */
    public static void main(String[] args) {
        try {
            Request request = request(List.of(args));
            PlacementProblem problem = read(request.file);
            Solution solution = PlacementSolver.portfolio().solve(problem, SolveOptions.time(SEED, request.budget));
            System.out.print(describe(problem, solution));
            System.exit(solution instanceof Placed ? 0 : 1);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(2);
        }
    }

    /** What is asked for. */
    record Request(Path file, Duration budget) {}

    static Request request(List<String> args) {
        if (args.isEmpty()) throw new IllegalArgumentException("No problem file is named. " + USAGE);
        Path file = Path.of(args.getFirst());
        if (args.size() == 1) return new Request(file, budget(SECONDS));
        if (args.size() != 3 || !args.get(1).equals("--seconds")) {
            throw new IllegalArgumentException("The arguments " + args + " are not understood. " + USAGE);
        }
        double seconds;
        try {
            seconds = Double.parseDouble(args.get(2));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "The value of --seconds ('" + args.get(2) + "') is not a number. " + USAGE, e);
        }
        if (!(seconds > 0 && seconds <= MOST_SECONDS)) {
            throw new IllegalArgumentException("The value of --seconds (" + args.get(2)
                    + ") must be above 0 and at most " + (int) MOST_SECONDS + ". " + USAGE);
        }
        return new Request(file, budget(seconds));
    }

    private static Duration budget(double seconds) {
        return Duration.ofNanos(Math.max(1, (long) (seconds * 1e9)));
    }

    static PlacementProblem read(Path file) {
        try {
            return PlacementProblemJson.read(Files.readString(file), file.toString());
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException("The problem file '" + file + "' does not exist. " + USAGE, e);
        } catch (MalformedInputException e) {
            throw new IllegalArgumentException("The problem file '" + file + "' is not UTF-8 text.", e);
        } catch (IOException e) {
            throw new IllegalArgumentException("The problem file '" + file + "' cannot be read: " + e + ".", e);
        }
    }

    static String describe(PlacementProblem problem, Solution solution) {
        return switch (solution) {
            case Placed placed -> placed(problem, placed);
            case Infeasible infeasible -> infeasible.explain(problem) + "\n" + took(infeasible.statistics());
            case Undecided undecided -> undecided.explain(problem) + "\n" + took(undecided.statistics());
        };
    }

    private static String placed(PlacementProblem problem, Placed placed) {
        StringBuilder out = new StringBuilder(placed.summary(problem)).append('\n');
        line(
                out,
                String.format(
                        Locale.ROOT,
                        "cost $%.4f per hour (devices $%.4f, usage $%.4f), bound $%.4f, gap %.3f %%",
                        placed.dollarsPerHour(),
                        placed.evaluation().fleetDollarsPerHour(),
                        placed.evaluation().usageDollarsPerHour(),
                        placed.lowerBoundDollarsPerHour(),
                        100 * placed.gap()));
        out.append(took(placed.statistics()));
        String deadline = problem.deadlineSeconds().isPresent()
                ? String.format(
                        Locale.ROOT, " of %.4f s", problem.deadlineSeconds().getAsDouble())
                : "";
        line(
                out,
                String.format(
                        Locale.ROOT,
                        "longest path %.4f s%s",
                        placed.evaluation().endToEndSeconds(),
                        deadline));
        for (int m = 0; m < problem.milestones().size(); m++) {
            line(
                    out,
                    String.format(
                            Locale.ROOT,
                            "%s %.4f s of %.4f s",
                            problem.milestones().get(m).name(),
                            placed.evaluation().milestoneSeconds().get(m),
                            problem.milestones().get(m).seconds()));
        }
        line(out, String.format(Locale.ROOT, "%n%-28s %-16s %10s  %s", "operator", "class", "seconds", "mode"));
        for (int i = 0; i < problem.operators().size(); i++) {
            Mode mode = problem.operators().get(i).modes().get(placed.modes().get(i));
            String where = problem.classes().get(mode.deviceClass()).name();
            line(
                    out,
                    String.format(
                            Locale.ROOT,
                            "%-28s %-16s %10.4f  %s",
                            problem.operators().get(i).name(),
                            where,
                            mode.seconds(),
                            mode.label()));
        }
        line(out, String.format(Locale.ROOT, "%n%-28s %10s %12s  %s", "class", "devices", "$ per hour", "decided by"));
        for (int h = 0; h < problem.classes().size(); h++) {
            ClassUse use = placed.evaluation().classes().get(h);
            DeviceClass c = problem.classes().get(h);
            if (use.devices() == 0 && use.dollarsPerHour() == 0) continue;
            String binding = use.binding().name().toLowerCase(Locale.ROOT);
            line(
                    out,
                    String.format(
                            Locale.ROOT,
                            "%-28s %10d %12.4f  %s",
                            c.name(),
                            use.devices(),
                            use.dollarsPerHour(),
                            binding));
        }
        return out.toString();
    }

    private static String took(SolveStatistics statistics) {
        return String.format(
                Locale.ROOT,
                "time %.1f ms, of which %.1f ms to this answer, %d steps, by %s%n",
                statistics.elapsedNanos() / 1e6,
                statistics.bestNanos() / 1e6,
                statistics.steps(),
                statistics.by());
    }

    private static void line(StringBuilder out, String text) {
        out.append(text.stripTrailing()).append('\n');
    }
}
