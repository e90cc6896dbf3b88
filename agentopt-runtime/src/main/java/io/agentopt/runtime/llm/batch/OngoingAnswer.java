package io.agentopt.runtime.llm.batch;

import io.agentopt.runtime.backend.CancelToken;
import java.util.Optional;

/** An answer whose tokens one thread takes as they come. Closing it before its end ends it; the sequence may be released after that. */
public final class OngoingAnswer implements AutoCloseable {
    private final Exchange exchange;
    private final AnswerRequest request;
    private final CancelToken.Registration registration;

    OngoingAnswer(Exchange exchange, AnswerRequest request) {
        this.exchange = exchange;
        this.request = request;
        registration = exchange.watch();
    }

    /** Waits for the next token, or throws what ended the answer. {@return empty at its end} */
    public Optional<Exchange.Token> next() {
        return exchange.next();
    }

    /** {@return the whole answer, after its end} */
    public Answer answer() {
        return request.answer();
    }

    @Override
    public void close() {
        exchange.abandon();
        registration.close();
    }
}
