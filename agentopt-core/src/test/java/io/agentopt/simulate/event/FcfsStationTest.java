package io.agentopt.simulate.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.workload.Arrivals;
import java.util.PrimitiveIterator;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;

/** The station against closed forms: Pollaczek-Khinchine for one server, Erlang C for several, Little's law for all. */
class FcfsStationTest {
    private static final int CUSTOMERS = 400_000;

    /** What a run of customers comes to: mean wait, and mean number in the system over time. */
    private record Outcome(double meanWait, double meanTime, double meanNumber, double rate) {}

    private static final class Run {
        private final EventQueue queue = new EventQueue();
        private final FcfsStation station;
        private final PrimitiveIterator.OfDouble arrivals;
        private final DoubleSupplier service;
        private final double[] begun = new double[CUSTOMERS];
        private final double[] served = new double[CUSTOMERS];
        private double timeInSystem;
        private double wait;
        private double area;
        private double since;
        private int inside;

        Run(Arrivals arrivals, int servers, DoubleSupplier service) {
            this.station = new FcfsStation(queue, servers);
            this.arrivals = arrivals.times(20261122);
            this.service = service;
        }

        Outcome outcome() {
            queue.at(arrivals.nextDouble(), this::arrive, 0);
            queue.run();
            assertThat(inside).isZero();
            assertThat(station.busy() + station.waiting()).isZero();
            double n = CUSTOMERS;
            return new Outcome(wait / n, timeInSystem / n, area / queue.now(), n / queue.now());
        }

        private void count(int change) {
            area += inside * (queue.now() - since);
            since = queue.now();
            inside += change;
        }

        private void arrive(double now, int i) {
            if (i + 1 < CUSTOMERS) queue.at(arrivals.nextDouble(), this::arrive, i + 1);
            count(1);
            begun[i] = now;
            served[i] = service.getAsDouble();
            station.submit(served[i], this::leave, i);
        }

        private void leave(double now, int i) {
            count(-1);
            timeInSystem += now - begun[i];
            wait += now - begun[i] - served[i];
        }
    }

    @Test
    void exponentialServiceWaitsAsInMM1() {
        SplittableRandom random = new SplittableRandom(7);
        Outcome o = new Run(new Arrivals.Poisson(0.7), 1, () -> -Math.log1p(-random.nextDouble())).outcome();
        assertThat(o.meanWait).isCloseTo(0.7 / 0.3, within(0.02 * 0.7 / 0.3));
        assertThat(o.meanNumber).isCloseTo(o.rate * o.meanTime, within(1e-9 * o.meanNumber));
    }

    @Test
    void constantServiceWaitsAsInMD1() {
        Outcome o = new Run(new Arrivals.Poisson(0.7), 1, () -> 1).outcome();
        double wait = 0.7 / (2 * 0.3);
        assertThat(o.meanWait).isCloseTo(wait, within(0.02 * wait));
        assertThat(o.meanNumber).isCloseTo(o.rate * o.meanTime, within(1e-9 * o.meanNumber));
    }

    @Test
    void fourServersWaitAsErlangCSays() {
        SplittableRandom random = new SplittableRandom(7);
        double load = 2.8;
        Outcome o = new Run(new Arrivals.Poisson(load), 4, () -> -Math.log1p(-random.nextDouble())).outcome();
        double sum = 1 + load + load * load / 2 + Math.pow(load, 3) / 6;
        double busy = Math.pow(load, 4) / 24 * 4 / (4 - load);
        double wait = busy / (sum + busy) / (4 - load);
        assertThat(o.meanWait).isCloseTo(wait, within(0.02 * wait));
        assertThat(o.meanNumber).isCloseTo(o.rate * o.meanTime, within(1e-9 * o.meanNumber));
    }

    @Test
    void nonsenseIsRefused() {
        EventQueue queue = new EventQueue();
        assertThatThrownBy(() -> new FcfsStation(queue, 0)).hasMessageContaining("servers (0)");
        FcfsStation station = new FcfsStation(queue, 1);
        assertThatThrownBy(() -> station.submit(Double.NaN, (_, _) -> {}, 0)).hasMessageContaining("NaN");
        assertThatThrownBy(() -> station.submit(-1, (_, _) -> {}, 0)).hasMessageContaining("-1.0");
    }
}
