package io.agentopt.examples.tco;

import java.util.OptionalDouble;

/**
 * Both phases of a pair and what an hour of their devices costs.
 *
 * @param prefill its best stage works
 * @param decode its best stage works
 */
record PricedStages(SizedStage prefill, double prefillDollarsPerHour, SizedStage decode, double decodeDollarsPerHour) {

    /** {@return $ of one request at times as estimated} */
    double dollarsPerRequest() {
        return pool().dollarsPerRequest(prefillDollarsPerHour, decodeDollarsPerHour);
    }

    PoolMatch pool() {
        return new PoolMatch(
                prefill.sized().orElseThrow(() -> new IllegalStateException(prefill + " has no size.")),
                decode.sized().orElseThrow(() -> new IllegalStateException(decode + " has no size.")));
    }

    /** {@return $ of one request if one stage's times are so many spreads longer; absent if that stage then refuses} */
    OptionalDouble dollarsPerRequest(SizedStage changed, int spreads) {
        OptionalDouble p = prefill.deviceSeconds(changed.sameAs(prefill) ? spreads : 0);
        OptionalDouble d = decode.deviceSeconds(changed.sameAs(decode) ? spreads : 0);
        if (p.isEmpty() || d.isEmpty()) return OptionalDouble.empty();
        return OptionalDouble.of(
                (p.getAsDouble() * prefillDollarsPerHour + d.getAsDouble() * decodeDollarsPerHour) / 3600);
    }
}
