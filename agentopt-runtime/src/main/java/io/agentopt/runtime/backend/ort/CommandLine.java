package io.agentopt.runtime.backend.ort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * This process's command line, which ONNX Runtime 1.29 searches when its first environment is made, at the cost of stack for each character.
 * An environment of ours is made where that is safe ({@link WideStack}, {@link Telemetry}); an application that opens ai.onnxruntime before
 * is on its own.
 */
public final class CommandLine {
    private static final Path LINUX = Path.of("/proc/self/cmdline");
    private static final int LONG = 3_000, DEADLY = 4_000; // characters, the latter with a stack of 1 MB

    private CommandLine() {}

    /** {@return its length; 0 where the system does not tell, and where ONNX Runtime does not look at it} */
    static int characters() {
        try { // read whole: the system tells its size as 0
            return Files.readAllBytes(LINUX).length;
        } catch (IOException notLinux) {
            return 0;
        }
    }

    /**
     * {@return what can end this application at another start, and the way out; empty if nothing can, because the command line is short, ONNX
     * Runtime's search is off, or AgentOpt opened ONNX Runtime}
     *
     * @throws OrtException if there is no usable ONNX Runtime
     */
    public static Optional<String> warning() {
        boolean theirs = OrtEnvironment.get().origin().equals(OrtLibrary.THEIRS);
        return warning(characters(), theirs, System.getenv(Telemetry.VARIABLE) != null);
    }

    static Optional<String> warning(int characters, boolean theirs, boolean off) {
        if (characters < LONG || !theirs || off) return Optional.empty();
        return Optional.of(String.format(
                Locale.ROOT,
                "The command line of this process has %,d characters, and ai.onnxruntime was opened before AgentOpt. On a thread with 1 MB of stack ONNX"
                        + " Runtime then ends the process from about %,d on (exit status 139). Set the environment variable %s=1, call"
                        + " OrtEnvironment.get() of AgentOpt before ai.onnxruntime is used, or give the class path in a file (java @file).",
                characters,
                DEADLY,
                Telemetry.VARIABLE));
    }
}
