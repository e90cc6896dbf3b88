package io.agentopt.runtime.llm.execute;

/** Closes all of several, whatever one of them throws: what a lost device refuses to free is lost with it, the rest is not. */
final class Closing {
    private Closing() {}

    /** Closes in order; failures are added to what is thrown anyway. */
    static void all(Iterable<? extends AutoCloseable> resources, Throwable because) {
        for (AutoCloseable resource : resources) {
            try {
                resource.close();
            } catch (Exception e) {
                because.addSuppressed(e);
            }
        }
    }
}
