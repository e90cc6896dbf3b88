package io.agentopt.runtime.llm.execute;

import io.agentopt.mlir.gpu.GpuException;
import java.util.List;

/** Closes all of several, whatever one of them throws: what a lost device refuses to free is lost with it, the rest is not. */
final class Closing {
    private Closing() {}

    /** Closes in order, and throws what the first failed with, unless it is that a device is lost. */
    static void all(List<? extends AutoCloseable> resources) {
        RuntimeException first = null;
        for (AutoCloseable resource : resources) {
            try {
                resource.close();
            } catch (Exception e) {
                if (e instanceof GpuException gpu && gpu.isDeviceLost()) continue;
                if (first != null) first.addSuppressed(e);
                else first = e instanceof RuntimeException r ? r : new IllegalStateException(e);
            }
        }
        if (first != null) throw first;
    }

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
