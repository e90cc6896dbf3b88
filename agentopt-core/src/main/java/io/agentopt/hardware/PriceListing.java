package io.agentopt.hardware;

import java.util.Objects;

/**
 * One price that somebody lists.
 *
 * @param provider who asks it, with a region where prices differ by region
 * @param dollars $/h of a rent, $ of a purchase; finite, at least 0
 * @param date when it was listed: {@code 2026-03-16}, {@code 2026-03} or {@code 2026}; empty if the source does not say
 * @param source document or repository; never blank
 * @param verified false for a price without a checkable source, which stands here for the reader but counts nowhere
 */
public record PriceListing(String provider, double dollars, String date, String source, boolean verified) {
    public PriceListing {
        Objects.requireNonNull(provider, "provider");
        Objects.requireNonNull(date, "date");
        Objects.requireNonNull(source, "source");
        if (provider.isBlank() || source.isBlank()) {
            throw new IllegalArgumentException("A price of " + dollars
                    + " $ needs a provider and a source. If it has none, leave it out: it is unknown.");
        }
        if (!(dollars >= 0 && Double.isFinite(dollars))) {
            throw new IllegalArgumentException(
                    "A price of " + dollars + " $ of " + provider + " must be a finite number of at least 0.");
        }
        if (!date.matches("|\\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\\d|3[01]))?)?")) {
            throw new IllegalArgumentException("The date \"" + date + "\" of a price of " + provider
                    + " is none. Write 2026-03-16, 2026-03 or 2026, or leave it out.");
        }
    }
}
