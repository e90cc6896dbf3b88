package io.agentopt.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

class KernelThreadsTest {
    @Test
    void everyRowIsDoneOnce() {
        try (KernelThreads threads = KernelThreads.of(3)) {
            for (int rows : new int[] {3, 4, 5, 100, 101}) {
                for (int parts = 1; parts <= 3; parts++) {
                    AtomicIntegerArray done = new AtomicIntegerArray(rows);
                    threads.run(rows, parts, (begin, end) -> {
                        for (long i = begin; i < end; i++) done.incrementAndGet((int) i);
                    });
                    for (int i = 0; i < rows; i++) assertThat(done.get(i)).isEqualTo(1);
                }
            }
        }
    }

    @Test
    void aFailureOfOnePartIsThrownAfterTheOthersEnded() {
        try (KernelThreads threads = KernelThreads.of(3)) {
            for (int bad = 0; bad < 3; bad++) {
                int failing = bad;
                AtomicInteger ended = new AtomicInteger();
                assertThatThrownBy(() -> threads.run(3, 3, (begin, _) -> {
                            ended.incrementAndGet();
                            if (begin == failing) throw new IllegalStateException("part " + begin);
                        }))
                        .hasMessage("part " + bad);
                assertThat(ended).hasValue(3);
            }
        }
    }

    @Test
    void anErrorOfOnePartIsThrownAfterTheOthersEnded() {
        try (KernelThreads threads = KernelThreads.of(3)) {
            for (int bad = 0; bad < 3; bad++) {
                int failing = bad;
                AtomicInteger ended = new AtomicInteger();
                assertThatThrownBy(() -> threads.run(3, 3, (begin, _) -> {
                            ended.incrementAndGet();
                            if (begin == failing) throw new StackOverflowError("part " + begin);
                        }))
                        .isInstanceOf(StackOverflowError.class);
                assertThat(ended).hasValue(3);
            }
        }
    }

    @Test
    void closedThreadsSaySo() {
        KernelThreads threads = KernelThreads.of(2);
        threads.close();
        assertThatThrownBy(() -> threads.run(10, 2, (_, _) -> {}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("These threads of kernels are closed.");
    }

    @Test
    void thereIsAtLeastOne() {
        assertThatThrownBy(() -> KernelThreads.of(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
