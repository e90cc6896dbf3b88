package io.agentopt.runtime.backend;

import java.util.concurrent.CancellationException;

/** Work that was asked to stop, and did. */
public final class CancelledException extends CancellationException {
    private static final long serialVersionUID = 1;

    private final CancelToken.Cause why;

    public CancelledException(CancelToken.Cause why, String message) {
        super(message);
        this.why = why;
    }

    /** {@return whether a caller or a deadline stopped it} */
    public CancelToken.Cause why() {
        return why;
    }
}
