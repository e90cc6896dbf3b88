package io.agentopt.runtime.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class DeviceLaneTest {
    private static final class Job implements DeviceLane.Work {
        final BooleanSupplier step;
        final CompletableFuture<Throwable> failure = new CompletableFuture<>();

        Job(BooleanSupplier step) {
            this.step = step;
        }

        @Override
        public boolean step() {
            return step.getAsBoolean();
        }

        @Override
        public void failed(Throwable cause) {
            failure.complete(cause);
        }
    }

    @Test
    void worksTakeTurnsInOrder() throws Exception {
        List<String> order = new CopyOnWriteArrayList<>();
        CountDownLatch queued = new CountDownLatch(1), done = new CountDownLatch(2);
        try (DeviceLane lane = new DeviceLane("test")) {
            lane.submit(new Job(() -> {
                await(queued);
                return false;
            }));
            for (String name : List.of("a", "b")) {
                int[] left = {3};
                lane.submit(new Job(() -> {
                    order.add(name);
                    if (--left[0] > 0) return true;
                    done.countDown();
                    return false;
                }));
            }
            queued.countDown();
            await(done);
        }
        assertThat(order).containsExactly("a", "b", "a", "b", "a", "b");
    }

    @Test
    void aFailureEndsItsWorkAndNotTheLane() throws Exception {
        try (DeviceLane lane = new DeviceLane("test")) {
            Job bad = new Job(() -> {
                throw new AssertionError("broken");
            });
            lane.submit(bad);
            assertThat(bad.failure.get()).hasMessage("broken");
            CountDownLatch done = new CountDownLatch(1);
            lane.submit(new Job(() -> {
                done.countDown();
                return false;
            }));
            await(done);
        }
    }

    @Test
    void closingFailsWhatWaits() throws Exception {
        DeviceLane lane = new DeviceLane("test");
        CountDownLatch started = new CountDownLatch(1), release = new CountDownLatch(1);
        Job endless = new Job(() -> {
            started.countDown();
            await(release);
            return true;
        });
        Job waiting = new Job(() -> true);
        lane.submit(endless);
        lane.submit(waiting);
        await(started);
        CompletableFuture<Void> closing = CompletableFuture.runAsync(lane::close);
        release.countDown();
        closing.get();
        for (Job job : List.of(endless, waiting)) {
            assertThat(job.failure.get())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("lane of 'test' is closed");
        }
        assertThatThrownBy(() -> lane.submit(waiting)).isInstanceOf(IllegalStateException.class);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
