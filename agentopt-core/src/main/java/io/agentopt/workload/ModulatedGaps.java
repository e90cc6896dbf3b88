package io.agentopt.workload;

import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;

/** Gaps of a Poisson process whose rate switches between two states; it begins in a state drawn by the time spent in each. */
final class ModulatedGaps implements DoubleSupplier {
    private final Arrivals.MarkovModulated process;
    private final SplittableRandom random;
    private boolean burst;
    private double untilSwitch;

    ModulatedGaps(Arrivals.MarkovModulated process, SplittableRandom random) {
        this.process = process;
        this.random = random;
        double share = process.burstSeconds() / (process.calmSeconds() + process.burstSeconds());
        this.burst = random.nextDouble() < share;
        this.untilSwitch = stay();
    }

    @Override
    public double getAsDouble() {
        double gap = 0;
        while (true) {
            double rate = burst ? process.burstPerSecond() : process.calmPerSecond();
            double next = rate == 0 ? Double.POSITIVE_INFINITY : RandomTimes.exponential(random) / rate;
            if (next < untilSwitch) {
                untilSwitch -= next;
                return gap + next;
            }
            gap += untilSwitch;
            burst = !burst;
            untilSwitch = stay();
        }
    }

    private double stay() {
        return RandomTimes.exponential(random) * (burst ? process.burstSeconds() : process.calmSeconds());
    }
}
