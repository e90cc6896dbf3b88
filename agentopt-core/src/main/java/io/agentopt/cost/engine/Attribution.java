package io.agentopt.cost.engine;

import java.time.LocalDate;
import java.util.Objects;

/**
 * Who measured what a calibration rests on.
 *
 * @param source such as a repository with its commit and licence, or {@code "this machine"}
 * @param date when the calibration was made
 */
public record Attribution(String source, LocalDate date) {
    public Attribution {
        Objects.requireNonNull(date, "date");
        if (source.isBlank()) {
            throw new IllegalArgumentException("The source of a calibration is blank. Say who measured it.");
        }
    }
}
