package io.agentopt.runtime.backend.ort;

import io.agentopt.internal.Uninterruptibly;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/**
 * Opens ONNX Runtime on a thread with a stack as large as this process's command line needs. When its environment is made, ONNX
 * Runtime 1.29 searches {@code /proc/self/cmdline} with a regular expression whose matcher recurses at each character (some 260 bytes of stack
 * each, measured): on a thread of 1 MB a command line of 4,000 characters, as a long class path makes it, ended the process without a word.
 */
final class WideStack {
    private static final long LEAST = 8L << 20, PER_CHARACTER = 1L << 10, MOST = 1L << 30;

    private WideStack() {}

    /** {@return what an action gives, or throws what it throws} */
    static <T> T call(Supplier<T> action) {
        FutureTask<T> task = new FutureTask<>(action::get);
        Thread thread = new Thread(null, task, "agentopt-onnxruntime-start", bytes());
        thread.setDaemon(true);
        thread.start();
        return Uninterruptibly.result(task);
    }

    private static long bytes() {
        return Math.min(MOST, LEAST + PER_CHARACTER * CommandLine.characters());
    }
}
