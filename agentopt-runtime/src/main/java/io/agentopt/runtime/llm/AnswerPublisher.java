package io.agentopt.runtime.llm;

import io.agentopt.message.Prompt;
import io.agentopt.runtime.backend.CancelToken;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.RejectedExecutionException;

/**
 * Answers to a prompt as a reactive stream: each subscriber gets an answer of its own, generated while it asks for tokens; one that
 * asks for none pauses its answer alone, and cancelling ends the answer within a step.
 */
final class AnswerPublisher implements Flow.Publisher<GeneratedToken> {
    private final LlmEngine engine;
    private final Prompt prompt;
    private final DecodeOptions options;
    private final Executor executor;

    AnswerPublisher(LlmEngine engine, Prompt prompt, DecodeOptions options, Executor executor) {
        this.engine = engine;
        this.prompt = prompt;
        this.options = options;
        this.executor = executor;
    }

    @Override
    public void subscribe(Flow.Subscriber<? super GeneratedToken> subscriber) {
        Answering answering = new Answering(subscriber);
        subscriber.onSubscribe(answering);
        try {
            executor.execute(answering);
        } catch (RejectedExecutionException e) {
            subscriber.onError(e);
        }
    }

    private final class Answering implements Flow.Subscription, Runnable {
        private final Flow.Subscriber<? super GeneratedToken> subscriber;
        private final CancelToken cancel = CancelToken.create();
        private final Object lock = new Object();
        private long wanted; // guarded by lock
        private boolean badRequest; // guarded by lock

        Answering(Flow.Subscriber<? super GeneratedToken> subscriber) {
            this.subscriber = subscriber;
        }

        @Override
        public void request(long n) {
            synchronized (lock) {
                if (n <= 0) badRequest = true;
                else wanted = wanted + n < 0 ? Long.MAX_VALUE : wanted + n;
                lock.notifyAll();
            }
        }

        @Override
        public void cancel() {
            cancel.cancel("Its subscriber cancelled.");
            synchronized (lock) {
                lock.notifyAll();
            }
        }

        @Override
        public void run() {
            try (KvCache cache = engine.prefill(prompt, cancel);
                    AnswerStream answer = engine.stream(cache, options, cancel)) {
                while (answer.hasNext()) {
                    awaitRequest();
                    if (cancel.isCancelled()) return;
                    subscriber.onNext(answer.next());
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                if (!cancel.isCancelled()) subscriber.onError(e);
                return;
            } catch (RuntimeException | Error e) {
                if (!cancel.isCancelled()) subscriber.onError(e);
                return;
            }
            if (!cancel.isCancelled()) subscriber.onComplete();
        }

        private void awaitRequest() throws InterruptedException {
            synchronized (lock) {
                while (wanted == 0 && !badRequest && !cancel.isCancelled()) lock.wait();
                if (badRequest)
                    throw new IllegalArgumentException("A subscriber of model '"
                            + engine.model().id() + "' requested no tokens or fewer. Request at least 1.");
                if (wanted < Long.MAX_VALUE) wanted--;
            }
        }
    }
}
