package io.agentopt.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UninterruptiblyTest {
    @AfterEach
    void noInterruptIsLeft() {
        assertThat(Thread.interrupted()).isFalse();
    }

    @Test
    void aWaitIsBegunAgainAsOftenAsItIsInterrupted() {
        int[] begun = {0};
        String given = Uninterruptibly.await(() -> {
            if (++begun[0] < 4) throw new InterruptedException();
            assertThat(Thread.currentThread().isInterrupted())
                    .as("while it waits the status is clear, or it could not")
                    .isFalse();
            return "given";
        });
        assertThat(given).isEqualTo("given");
        assertThat(begun[0]).isEqualTo(4);
        assertThat(Thread.interrupted()).as("said at the end").isTrue();
    }

    @Test
    void nobodyIsToldOfAnInterruptThatWasNot() {
        assertThat(Uninterruptibly.<Integer, RuntimeException>await(() -> 3)).isEqualTo(3);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void aWaitThatFailsSaysBoth() {
        int[] begun = {0};
        assertThatThrownBy(() -> Uninterruptibly.await(() -> {
                    if (++begun[0] == 1) throw new InterruptedException();
                    throw new IOException("disk");
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("disk");
        assertThat(Thread.interrupted()).isTrue();
    }

    /** The status stands from the beginning, so the first wait cannot even begin. */
    @Test
    void aThreadIsAwaitedByOneThatIsInterrupted() {
        CountDownLatch go = new CountDownLatch(1);
        Thread other = Thread.ofVirtual()
                .start(() -> Uninterruptibly.await(() -> {
                    go.await();
                    return go;
                }));
        Thread waiting = Thread.currentThread();
        waiting.interrupt();
        Thread.ofVirtual().start(() -> {
            while (waiting.isInterrupted()) Thread.onSpinWait(); // until the first wait has failed
            go.countDown();
        });
        Uninterruptibly.join(other);
        assertThat(other.isAlive()).isFalse();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void whatATaskEndsWithComesThrough() {
        assertThat(Uninterruptibly.result(ran(() -> "a"))).isEqualTo("a");
        assertThatThrownBy(() -> Uninterruptibly.result(ran(() -> {
                    throw new IllegalArgumentException("b");
                })))
                .isExactlyInstanceOf(IllegalArgumentException.class)
                .hasMessage("b");
        assertThatThrownBy(() -> Uninterruptibly.result(ran(() -> {
                    throw new StackOverflowError("c");
                })))
                .isExactlyInstanceOf(StackOverflowError.class);
        assertThatThrownBy(() -> Uninterruptibly.result(ran(() -> {
                    throw new IOException("d");
                })))
                .isExactlyInstanceOf(IllegalStateException.class)
                .hasCauseExactlyInstanceOf(IOException.class);
        FutureTask<String> cancelled = new FutureTask<>(() -> "e");
        cancelled.cancel(false);
        assertThatThrownBy(() -> Uninterruptibly.result(cancelled)).isInstanceOf(CancellationException.class);
    }

    private static FutureTask<String> ran(Callable<String> work) {
        FutureTask<String> task = new FutureTask<>(work);
        task.run();
        return task;
    }
}
