package io.agentopt.runtime.dispatch;

import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** {@link System#nanoTime} and one thread that rings the alarms; the thread starts with the first alarm. */
final class SystemClock implements RunClock {
    private final ScheduledThreadPoolExecutor alarms;

    SystemClock(String owner) {
        alarms = new ScheduledThreadPoolExecutor(
                1,
                r -> Thread.ofPlatform()
                        .daemon()
                        .name("agentopt-deadlines-" + owner)
                        .unstarted(r));
        alarms.setRemoveOnCancelPolicy(true);
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public Alarm at(long atNanos, Runnable action) {
        ScheduledFuture<?> alarm =
                alarms.schedule(action, Math.max(0, atNanos - System.nanoTime()), TimeUnit.NANOSECONDS);
        return () -> alarm.cancel(false);
    }

    @Override
    public void close() {
        alarms.shutdownNow();
    }
}
