package io.agentopt.runtime.dispatch;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A clock that stands still until a test moves it; alarms ring on the thread that moves it. */
public final class ManualClock implements RunClock {
    private long now;
    private final List<Set> alarms = new ArrayList<>();

    private record Set(long at, Runnable action) {}

    @Override
    public synchronized long nanos() {
        return now;
    }

    @Override
    public Alarm at(long atNanos, Runnable action) {
        Set set = new Set(atNanos, action);
        synchronized (this) {
            if (atNanos > now) {
                alarms.add(set);
                return () -> off(set);
            }
        }
        action.run();
        return () -> {};
    }

    public void advance(Duration by) {
        List<Set> due;
        synchronized (this) {
            now += by.toNanos();
            due = alarms.stream().filter(s -> s.at() <= now).toList();
            alarms.removeAll(due);
        }
        due.forEach(s -> s.action().run());
    }

    public synchronized int alarms() {
        return alarms.size();
    }

    private synchronized void off(Set set) {
        alarms.remove(set);
    }

    @Override
    public void close() {}
}
