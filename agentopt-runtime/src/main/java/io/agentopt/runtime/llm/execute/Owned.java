package io.agentopt.runtime.llm.execute;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What an executor has opened, closed the youngest first: when the executor closes, or when it could not be opened to the end. One that
 * fails to close does not keep the others open.
 */
final class Owned implements AutoCloseable {
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    /** {@return what is owned from now on} */
    <T extends AutoCloseable> T add(T resource) {
        open.push(resource);
        return resource;
    }

    /** Closes everything because of a failure, to which further ones are added. */
    void closeAfter(Throwable failure) {
        try {
            close();
        } catch (RuntimeException | Error e) {
            failure.addSuppressed(e);
        }
    }

    /** Closes everything; once more does nothing. */
    @Override
    public void close() {
        @Nullable Throwable first = null;
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception | Error e) {
                if (first == null) first = e;
                else first.addSuppressed(e);
            }
        }
        switch (first) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            default -> throw new IllegalStateException(first);
        }
    }
}
