package io.agentopt.runtime.calibrate;

/** Hears how far a calibration is, on the thread that calibrates. */
@FunctionalInterface
public interface CalibrationProgress {
    /** Hears nothing. */
    CalibrationProgress NONE = (fraction, now, secondsLeft) -> {};

    /**
     * Something begins.
     *
     * @param fraction of the time budget that is over, in [0, 1], never less than before; 1 once, when it is done
     * @param now what begins
     * @param secondsLeft of the budget, s; a calibration whose errors are small ends earlier
     */
    void on(double fraction, String now, double secondsLeft);
}
