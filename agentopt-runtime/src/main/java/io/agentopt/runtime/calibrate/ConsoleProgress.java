package io.agentopt.runtime.calibrate;

import java.io.Console;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Optional;

/**
 * Shows a calibration's progress: on a terminal as a bar on one line that is written again and again, elsewhere as a line for each tenth.
 *
 * <pre>
 * [############------------]  50 %  22 s left at most  decode of 8 at 432 tokens
 * </pre>
 */
public final class ConsoleProgress implements CalibrationProgress {
    private static final int BAR = 24;
    private static final int WIDTH = 100; // longer lines would wrap, and a wrapped line is not rewritten

    private final PrintStream out;
    private final boolean terminal;
    private int tenths = -1;
    private int shown;

    /**
     * Shows on a stream.
     *
     * @param terminal whether lines can be rewritten there
     */
    public ConsoleProgress(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** {@return progress on standard output} */
    public static ConsoleProgress standard() {
        boolean terminal = Optional.ofNullable(System.console())
                .filter(Console::isTerminal)
                .isPresent();
        return new ConsoleProgress(System.out, terminal);
    }

    @Override
    public void on(double fraction, String now, double secondsLeft) {
        int full = (int) Math.round(Math.clamp(fraction, 0, 1) * BAR);
        String line = String.format(
                Locale.ROOT,
                "[%s%s] %3.0f %%  %s%s",
                "#".repeat(full),
                "-".repeat(BAR - full),
                100 * fraction,
                fraction >= 1 ? "" : String.format(Locale.ROOT, "%.0f s left at most  ", Math.max(0, secondsLeft)),
                now);
        if (line.length() > WIDTH) line = line.substring(0, WIDTH - 3) + "...";
        if (terminal) {
            out.print("\r" + line + " ".repeat(Math.max(0, shown - line.length())));
            shown = line.length();
            if (fraction >= 1) out.println();
        } else if ((int) (fraction * 10) > tenths) {
            tenths = (int) (fraction * 10);
            out.println(line);
        }
        out.flush();
    }
}
