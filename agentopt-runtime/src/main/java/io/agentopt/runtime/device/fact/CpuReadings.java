package io.agentopt.runtime.device.fact;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The last readings of this processor and what follows from them. Neighbours only slow one down, so the highest rate counts, in full for a
 * day; then it halves every week, since a machine may also become slower, and after a month it is forgotten.
 *
 * <p>A reading settles what the processor can do if the machine was not busy and no rate is far below what is usual for its class; or if
 * it is one of three on a quiet machine that were: then the machine is so.
 */
record CpuReadings(List<CpuReading> all) {
    static final Duration FULL = Duration.ofDays(1), HALF = Duration.ofDays(7), FORGOTTEN = Duration.ofDays(30);
    static final Duration SOON = Duration.ofMinutes(1), LATER = Duration.ofHours(1);
    private static final int MOST = 8, AGREEING = 3;
    private static final String COUNT = "readings";

    CpuReadings {
        all = List.copyOf(all);
    }

    /** {@return those that count at a time; one of the future, as where a clock was set back, does not} */
    CpuReadings at(Instant now) {
        List<CpuReading> counting = new ArrayList<>();
        for (CpuReading r : all) {
            if (!r.taken().isAfter(now) && r.taken().plus(FORGOTTEN).isAfter(now)) counting.add(r);
        }
        return new CpuReadings(counting);
    }

    /** {@return these and another; of too many the oldest goes, but the last that settled something stays} */
    CpuReadings with(CpuReading reading, TypicalCpu typical) {
        List<CpuReading> more = new ArrayList<>(all);
        more.add(reading);
        if (more.size() > MOST) {
            Optional<CpuReading> settled = settling(typical);
            more.remove(settled.isPresent() && settled.get().equals(more.getFirst()) ? 1 : 0);
        }
        return new CpuReadings(more);
    }

    /** {@return the last reading that settles what the processor can do} */
    Optional<CpuReading> settling(TypicalCpu typical) {
        List<CpuReading> quiet = new ArrayList<>(), usual = new ArrayList<>();
        for (CpuReading r : all) {
            if (r.load().isBusy()) continue;
            quiet.add(r);
            if (!typical.doubts(r)) usual.add(r);
        }
        List<CpuReading> trusted = quiet.size() >= AGREEING ? quiet : usual;
        return trusted.isEmpty() ? Optional.empty() : Optional.of(trusted.getLast());
    }

    /**
     * Whether to measure: not within a minute, not within a day after the matter was settled, and while the machine is busy not within an
     * hour, since that would tell little more.
     */
    boolean wantAnother(Instant now, TypicalCpu typical, Supplier<MachineLoad> load) {
        if (all.isEmpty()) return true;
        Duration since = Duration.between(all.getLast().taken(), now);
        Optional<CpuReading> settled = settling(typical);
        if (settled.isPresent() && settled.get().taken().plus(FULL).isAfter(now)) return false;
        return since.compareTo(LATER) >= 0
                || (since.compareTo(SOON) >= 0 && !load.get().isBusy());
    }

    /** {@return the highest rates, the older the less} */
    CpuRates rates(Instant now, TypicalCpu typical) {
        CpuReading last = all.getLast();
        Optional<CpuReading> settled = settling(typical);
        return new CpuRates(
                best(now, r -> OptionalDouble.of(r.readBytesPerSecond())).orElseThrow(),
                last.fp32Flops().isEmpty() ? last.fp32Flops() : best(now, CpuReading::fp32Flops),
                last.int8Flops().isEmpty() ? last.int8Flops() : best(now, CpuReading::int8Flops),
                settled.isPresent(),
                settled.orElse(last).load());
    }

    private OptionalDouble best(Instant now, Function<CpuReading, OptionalDouble> rate) {
        double best = 0;
        for (CpuReading r : all) best = Math.max(best, rate.apply(r).orElse(0) * weight(r, now));
        return best > 0 ? OptionalDouble.of(best) : OptionalDouble.empty();
    }

    private static double weight(CpuReading reading, Instant now) {
        Duration old = Duration.between(reading.taken(), now).minus(FULL);
        return old.isNegative() ? 1 : Math.pow(0.5, (double) old.toMillis() / HALF.toMillis());
    }

    Map<String, String> answer() {
        Map<String, String> answer = new HashMap<>();
        answer.put(COUNT, Integer.toString(all.size()));
        for (int i = 0; i < all.size(); i++) all.get(i).put(i + ".", answer);
        return answer;
    }

    /** {@return readings as they were kept; none where one cannot be read} */
    static CpuReadings from(Map<String, String> answer) {
        int count = KeptAnswers.positive(answer, COUNT)
                .map(c -> (int) Math.min(c, MOST))
                .orElse(0);
        List<CpuReading> readings = new ArrayList<>();
        for (int i = 0; i < count; i++) CpuReading.from(answer, i + ".").ifPresent(readings::add);
        return new CpuReadings(readings.size() == count ? readings : List.of());
    }
}
