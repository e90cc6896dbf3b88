package io.agentopt.runtime.device.fact;

import io.agentopt.mlir.ffi.UserCache;
import io.agentopt.mlir.gpu.GpuDriver;
import io.agentopt.mlir.gpu.GpuException;
import io.agentopt.model.Precision;
import io.agentopt.runtime.backend.ort.OrtException;
import io.agentopt.runtime.backend.ort.SessionDevice;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * How fast a card was measured to be. Calibration measures it, in some two seconds, and keeps it for the card, its driver and its power limit;
 * detection goes by what is kept.
 *
 * @param copyBytesPerSecond read and written by a copy within the card, bytes/s
 * @param toCardBytesPerSecond from pinned memory of the host, bytes/s
 * @param fromCardBytesPerSecond to pinned memory of the host, bytes/s
 * @param productFlops matrix products in ONNX Runtime by number format, FLOP/s
 * @param missing what could not be measured, with the reason
 */
public record CardRates(
        OptionalDouble copyBytesPerSecond,
        OptionalDouble toCardBytesPerSecond,
        OptionalDouble fromCardBytesPerSecond,
        Map<Precision, Double> productFlops,
        List<String> missing) {
    private static final List<Precision> FORMATS = List.of(Precision.FP16, Precision.FP32);
    private static final String COPY = "copyBytesPerSecond", TO = "toCardBytesPerSecond";
    private static final String FROM = "fromCardBytesPerSecond", PRODUCT = "product.";

    public CardRates {
        productFlops = Map.copyOf(productFlops);
        missing = List.copyOf(missing);
    }

    /** {@return rates of a card that were measured before; empty where none were} */
    public static Optional<CardRates> kept(GpuFacts card) {
        return kept(card, usual());
    }

    static Optional<CardRates> kept(GpuFacts card, KeptAnswers kept) {
        return card.uuid().isEmpty() && card.busId().isEmpty()
                ? Optional.empty()
                : kept.read(key(card)).flatMap(CardRates::from);
    }

    /**
     * Measures now, and keeps what was measured.
     *
     * @param driver that reaches the card
     * @param number of the card, as the driver counts
     * @param provider on which models run there; empty where none do
     */
    public static CardRates measure(
            GpuFacts card, GpuDriver.Outcome driver, int number, Optional<SessionDevice> provider) {
        return measure(card, driver, number, provider, usual());
    }

    static CardRates measure(
            GpuFacts card,
            GpuDriver.Outcome driver,
            int number,
            Optional<SessionDevice> provider,
            KeptAnswers keptAnswers) {
        List<String> missing = new ArrayList<>();
        Optional<CardCopies> copies = copies(driver, number, missing);
        Map<Precision, Double> products = new EnumMap<>(Precision.class);
        if (provider.isEmpty()) missing.add("matrix products: no provider of ONNX Runtime is ready on the card");
        else products(new CardProduct(provider.get()), products, missing);
        CardRates rates = new CardRates(
                rate(copies.map(CardCopies::within)),
                rate(copies.map(CardCopies::toCard)),
                rate(copies.map(CardCopies::fromCard)),
                products,
                missing);
        if (!products.isEmpty() || copies.isPresent()) keptAnswers.write(key(card), rates.answer());
        return rates;
    }

    private static Optional<CardCopies> copies(GpuDriver.Outcome driver, int number, List<String> missing) {
        try {
            switch (driver) {
                case GpuDriver.Opened o -> {
                    return Optional.of(CardCopies.measure(o.driver(), number));
                }
                case GpuDriver.Absent a -> missing.add("copies: " + a.reason());
            }
        } catch (GpuException | IllegalStateException e) { // the latter from a driver that lacks a function
            missing.add("copies: " + e.getMessage());
        }
        return Optional.empty();
    }

    private static void products(CardProduct product, Map<Precision, Double> rates, List<String> missing) {
        for (Precision format : FORMATS) {
            try {
                rates.put(format, product.best(format));
            } catch (OrtException | IllegalStateException e) {
                missing.add("matrix products of " + format.id() + ": " + e.getMessage());
            }
        }
    }

    private static KeptAnswers usual() {
        return new KeptAnswers(UserCache.folder().resolve("rates"));
    }

    private static OptionalDouble rate(Optional<Double> rate) {
        return rate.isPresent() ? OptionalDouble.of(rate.get()) : OptionalDouble.empty();
    }

    private static String key(GpuFacts card) {
        return String.join(
                "\n",
                "card 1",
                card.uuid(),
                card.busId(),
                card.driver(),
                card.architecture(),
                String.valueOf(card.processors()),
                String.valueOf(card.powerWatts()));
    }

    private Map<String, String> answer() {
        Map<String, String> answer = new HashMap<>();
        copyBytesPerSecond.ifPresent(v -> answer.put(COPY, Double.toString(v)));
        toCardBytesPerSecond.ifPresent(v -> answer.put(TO, Double.toString(v)));
        fromCardBytesPerSecond.ifPresent(v -> answer.put(FROM, Double.toString(v)));
        productFlops.forEach((p, v) -> answer.put(PRODUCT + p.id(), Double.toString(v)));
        return answer;
    }

    private static Optional<CardRates> from(Map<String, String> answer) {
        Map<Precision, Double> products = new EnumMap<>(Precision.class);
        for (Precision p : FORMATS)
            KeptAnswers.positive(answer, PRODUCT + p.id()).ifPresent(v -> products.put(p, v));
        CardRates rates = new CardRates(
                rate(KeptAnswers.positive(answer, COPY)),
                rate(KeptAnswers.positive(answer, TO)),
                rate(KeptAnswers.positive(answer, FROM)),
                products,
                List.of());
        return products.isEmpty() && rates.copyBytesPerSecond.isEmpty() ? Optional.empty() : Optional.of(rates);
    }
}
