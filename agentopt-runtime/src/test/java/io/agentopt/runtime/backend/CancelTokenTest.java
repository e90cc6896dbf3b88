package io.agentopt.runtime.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CancelTokenTest {
    @Test
    void theFirstReasonCountsAndListenersRunOnce() {
        CancelToken token = CancelToken.create();
        AtomicInteger ran = new AtomicInteger(), undone = new AtomicInteger();
        token.onCancel(ran::incrementAndGet);
        token.onCancel(undone::incrementAndGet).close();
        assertThat(token.isCancelled()).isFalse();
        token.throwIfCancelled("The work");
        token.cancel("first");
        token.cancel("second");
        assertThat(ran).hasValue(1);
        assertThat(undone).hasValue(0);
        token.onCancel(ran::incrementAndGet);
        assertThat(ran).hasValue(2); // late, so at once
        assertThatThrownBy(() -> token.throwIfCancelled("The work"))
                .isInstanceOfSatisfying(
                        CancelledException.class, e -> assertThat(e.why()).isEqualTo(CancelToken.Cause.CALLER))
                .hasMessage("The work was cancelled: first");
    }

    @Test
    void aDeadlinePassesWithoutATimer() {
        CancelToken token = CancelToken.after(Duration.ZERO);
        AtomicInteger ran = new AtomicInteger();
        token.onCancel(ran::incrementAndGet);
        assertThat(token.remainingNanos()).isZero();
        assertThat(token.isCancelled()).isTrue();
        assertThat(ran).hasValue(1);
        assertThatThrownBy(() -> token.throwIfCancelled("The work"))
                .isInstanceOfSatisfying(
                        CancelledException.class, e -> assertThat(e.why()).isEqualTo(CancelToken.Cause.DEADLINE))
                .hasMessageContaining("deadline of 0 ms");
        CancelToken far = CancelToken.after(Duration.ofSeconds(Long.MAX_VALUE));
        assertThat(far.isCancelled()).isFalse();
        assertThat(far.remainingNanos()).isPositive();
    }

    @Test
    void noneIsNeverCancelled() {
        CancelToken token = CancelToken.none();
        assertThat(token.isCancelled()).isFalse();
        assertThatThrownBy(() -> token.cancel("x"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("CancelToken.create()");
    }
}
