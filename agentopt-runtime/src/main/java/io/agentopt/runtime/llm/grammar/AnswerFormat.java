package io.agentopt.runtime.llm.grammar;

import io.agentopt.operator.OutputFormat;
import java.util.LinkedHashMap;
import java.util.Map;

/** An output format over an engine's tokens: what may come next in each state, remembered. Only the device's thread uses it. */
public final class AnswerFormat {
    private static final int REMEMBERED = 128; // masks: 2.4 MB for a vocabulary of 150,000

    private final Tokens tokens;
    private final Grammar grammar;
    private final Map<State, long[]> masks = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<State, long[]> eldest) {
            return size() > REMEMBERED;
        }
    };

    /** @param format not free */
    public AnswerFormat(OutputFormat format, Tokens tokens) {
        this.tokens = tokens;
        grammar = Grammar.of(format);
    }

    State start() {
        return grammar.start();
    }

    State after(State state, int token) {
        return grammar.step(state, tokens.vocabulary().bytes(token));
    }

    boolean isOver(State state) {
        return grammar.isOver(state);
    }

    /** {@return a bit for each token; not to be changed} */
    long[] mask(State state) {
        return masks.computeIfAbsent(state, s -> tokens.mask(s, grammar));
    }
}
