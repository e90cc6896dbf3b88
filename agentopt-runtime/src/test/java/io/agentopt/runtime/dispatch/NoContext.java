package io.agentopt.runtime.dispatch;

/** A context that knows of no run. */
final class NoContext implements StepContext {
    @Override
    public Deadline deadline() {
        return Deadline.NONE;
    }

    @Override
    public long remainingNanos() {
        return Long.MAX_VALUE;
    }

    @Override
    public boolean isStopped() {
        return false;
    }

    @Override
    public void onStop(Runnable action) {}

    @Override
    public void own(AutoCloseable resource) {}

    @Override
    public void disown(AutoCloseable resource) {}

    @Override
    public void countTokens(int in, int out) {}

    @Override
    public void token(String text) {}
}
