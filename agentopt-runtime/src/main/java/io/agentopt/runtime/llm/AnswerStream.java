package io.agentopt.runtime.llm;

import io.agentopt.message.Completion.Finish;
import io.agentopt.runtime.llm.batch.Answer;
import io.agentopt.runtime.llm.batch.Exchange;
import io.agentopt.runtime.llm.batch.OngoingAnswer;
import io.agentopt.runtime.llm.sample.LogProbs;
import io.agentopt.runtime.llm.sample.Sampler;
import io.agentopt.runtime.llm.sample.StopTexts;
import io.agentopt.runtime.text.TextStream;
import io.agentopt.runtime.text.Tokenizer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;

/**
 * An answer whose tokens one thread takes as they are generated. An answer whose tokens are not taken pauses when some hundred
 * wait, and others go on. Close it: before its end, that cancels the answer within a step.
 *
 * <p>{@link #hasNext} throws what a decode throws.
 */
public final class AnswerStream implements Iterator<GeneratedToken>, AutoCloseable {
    private final KvCache cache;
    private final OngoingAnswer ongoing;
    private final Sampler sampler;
    private final Set<Integer> stopTokens;
    private final Tokenizer tokenizer;
    private final StopTexts stops;
    private final boolean silent;
    private final TextStream settled;
    private final StringBuilder text = new StringBuilder();
    private final List<Integer> ids = new ArrayList<>();
    private final List<LogProbs> logProbs = new ArrayList<>();
    private Optional<GeneratedToken> next = Optional.empty();
    private Optional<Generation> whole = Optional.empty();
    private boolean closed;

    /** @param silent whether nobody wants the text of single tokens */
    AnswerStream(
            KvCache cache,
            OngoingAnswer ongoing,
            Sampler sampler,
            Set<Integer> stopTokens,
            Tokenizer tokenizer,
            StopTexts stops,
            boolean silent) {
        this.cache = cache;
        this.ongoing = ongoing;
        this.sampler = sampler;
        this.stopTokens = stopTokens;
        this.tokenizer = tokenizer;
        this.stops = stops;
        this.silent = silent && stops.isIdle();
        settled = new TextStream(tokenizer);
    }

    /** {@return whether there is another token; waits for it} */
    @Override
    public boolean hasNext() {
        while (next.isEmpty() && whole.isEmpty()) {
            if (closed) throw new IllegalStateException("The answer was closed before its end. Ask again for another.");
            try {
                Optional<Exchange.Token> token = ongoing.next();
                if (token.isEmpty()) finish();
                else if (!stops.isFound())
                    next = Optional.of(tell(token.get())); // else it was chosen before we could end it
            } catch (RuntimeException | Error e) {
                close();
                throw e;
            }
        }
        return next.isPresent();
    }

    /** {@return the next token; waits for it} */
    @Override
    public GeneratedToken next() {
        if (!hasNext()) throw new NoSuchElementException("The answer has no more tokens.");
        GeneratedToken token = next.orElseThrow();
        next = Optional.empty();
        return token;
    }

    /** {@return the whole answer; takes the tokens that were not taken} */
    public Generation generation() {
        while (hasNext()) next();
        return whole.orElseThrow();
    }

    private GeneratedToken tell(Exchange.Token token) {
        int id = token.id();
        Optional<LogProbs> scored = sampler.nextLogProbs();
        scored.ifPresent(logProbs::add);
        String piece = silent ? "" : settle(token);
        text.append(piece);
        ids.add(id);
        if (stops.isFound()) sampler.end();
        return new GeneratedToken(ids.size() - 1, id, piece, scored);
    }

    private String settle(Exchange.Token token) {
        String piece = stops.next(stopTokens.contains(token.id()) ? "" : settled.next(token.id()));
        if (token.last() && !stops.isFound()) piece += stops.next(settled.finish());
        return token.last() && !stops.isFound() ? piece + stops.finish() : piece;
    }

    private void finish() {
        Answer answer = ongoing.answer();
        Timing timing = new Timing(
                cache.prefillSeconds(),
                (answer.firstNanos() - cache.startedNanos()) / 1e9,
                (answer.endNanos() - answer.firstNanos()) / 1e9,
                answer.runSeconds(),
                answer.steps(),
                cache.reused());
        String said = silent
                ? tokenizer.decode(ids.stream()
                        .filter(id -> !stopTokens.contains(id))
                        .mapToInt(Integer::intValue)
                        .toArray())
                : text.toString();
        Finish why = stops.isFound() ? Finish.STOP : answer.finish();
        whole = Optional.of(new Generation(ids, said, why, cache.length(), timing, logProbs));
        close();
    }

    /** Ends the answer, if it has not ended, and gives its KV cache back. */
    @Override
    public void close() {
        if (closed) return;
        closed = true;
        try {
            ongoing.close();
        } finally {
            cache.spend();
        }
    }
}
