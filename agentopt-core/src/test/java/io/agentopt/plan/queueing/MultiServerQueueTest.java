package io.agentopt.plan.queueing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class MultiServerQueueTest {
    private static final int CUSTOMERS = 400_000;

    @Test
    void oneServerIsPollaczekAndKhinchin() {
        for (double cs2 : new double[] {0, 0.6, 1, 3}) {
            Waiting.Stable wait = stable(new MultiServerQueue(1, 0.8, 1, 1, cs2).waiting());
            assertThat(wait.meanSeconds()).isCloseTo(0.8 / 0.2 * (1 + cs2) / 2, within(1e-12));
            assertThat(wait.probability()).isCloseTo(0.8, within(1e-12));
        }
    }

    @Test
    void exponentialQueuesAgreeWithSimulation() {
        for (int k : new int[] {1, 4, 16}) {
            MultiServerQueue q = MultiServerQueue.exponential(k, 0.8 * k, 1);
            QueueSimulation.Waits twin = QueueSimulation.multiServer(q, CUSTOMERS, 1);
            Waiting.Stable wait = stable(q.waiting());
            assertThat(wait.meanSeconds()).isCloseTo(twin.mean(), within(0.08 * twin.mean()));
            assertThat(wait.probability()).isCloseTo(twin.probability(), within(0.01));
            assertThat(wait.quantile(0.95)).isCloseTo(twin.quantile(0.95), within(0.08 * twin.quantile(0.95)));
        }
    }

    /** Allen and Cunneen alone were 20 to 70 % short here. */
    @Test
    void burstsAreNotUnderestimated() {
        double lowest = Double.MAX_VALUE;
        double lowestWithout = Double.MAX_VALUE;
        for (int k : new int[] {1, 4, 16}) {
            for (double rho : new double[] {0.7, 0.85}) {
                for (double ca2 : new double[] {1, 2, 4}) {
                    for (double cs2 : new double[] {0, 1, 2}) {
                        MultiServerQueue q = new MultiServerQueue(k, rho * k, 1, ca2, cs2);
                        QueueSimulation.Waits twin = QueueSimulation.multiServer(q, CUSTOMERS, 7);
                        lowest = Math.min(lowest, stable(q.waiting()).meanSeconds() / twin.mean());
                        lowestWithout =
                                Math.min(lowestWithout, stable(q.allenCunneen()).meanSeconds() / twin.mean());
                    }
                }
            }
        }
        assertThat(lowest).isGreaterThan(0.93);
        assertThat(lowestWithout).isLessThan(0.5);
    }

    @Test
    void moreLoadOrMoreVariationIsMoreWait() {
        double before = 0;
        for (double rate = 0.5; rate < 4; rate += 0.25) {
            double wait =
                    stable(new MultiServerQueue(4, rate, 1, 2, 1).waiting()).meanSeconds();
            assertThat(wait).isGreaterThan(before);
            before = wait;
        }
        assertThat(stable(new MultiServerQueue(4, 3, 1, 2, 1).waiting()).meanSeconds())
                .isGreaterThan(
                        stable(new MultiServerQueue(4, 3, 1, 1.5, 1).waiting()).meanSeconds());
    }

    @Test
    void anOverloadIsAValueWithItsReason() {
        Waiting wait = MultiServerQueue.exponential(2, 3, 1).waiting();
        assertThat(wait).isInstanceOfSatisfying(Waiting.Saturated.class, s -> {
            assertThat(s.utilisation()).isEqualTo(1.5);
            assertThat(s.reason())
                    .contains("1.50 times what 2.000 servers can do")
                    .contains("add servers");
        });
        assertThat(MultiServerQueue.exponential(2, 2, 1).waiting()).isInstanceOf(Waiting.Saturated.class);
    }

    @Test
    void nothingToDoIsNoWait() {
        assertThat(MultiServerQueue.exponential(2, 0, 1).waiting()).isEqualTo(new Waiting.Stable(0, 0, 0));
        assertThat(MultiServerQueue.exponential(2, 5, 0).waiting()).isEqualTo(new Waiting.Stable(0, 0, 0));
    }

    @Test
    void impossibleNumbersAreErrors() {
        assertThatThrownBy(() -> MultiServerQueue.exponential(0, 1, 1)).hasMessageContaining("number of servers (0.0)");
        assertThatThrownBy(() -> new MultiServerQueue(1, 1, 1, -1, 1)).hasMessageContaining("arrival cv2 (-1.0)");
        assertThatThrownBy(() -> new MultiServerQueue(1, 1, Double.NaN, 1, 1)).hasMessageContaining("NaN");
    }

    private static Waiting.Stable stable(Waiting waiting) {
        return (Waiting.Stable) waiting;
    }
}
