package io.agentopt.runtime.llm;

import io.agentopt.operator.OutputFormat;
import io.agentopt.runtime.llm.grammar.AnswerFormat;
import io.agentopt.runtime.llm.grammar.FormattedAnswer;
import io.agentopt.runtime.llm.grammar.Tokens;
import io.agentopt.runtime.text.Tokenizer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The output formats that an engine's answers were held to lately; the vocabulary is sorted when the first is asked for. */
final class FormatTable {
    private static final int REMEMBERED = 16;

    private final Tokenizer tokenizer;
    private final Map<String, AnswerFormat> formats = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, AnswerFormat> eldest) {
            return size() > REMEMBERED;
        }
    };
    private @Nullable Tokens tokens;

    FormatTable(Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
    }

    /**
     * {@return what holds one answer to a format; empty if any text is good}
     *
     * @throws io.agentopt.runtime.text.TokenizerException if tokens do not add up to text byte by byte
     */
    synchronized Optional<FormattedAnswer> hold(OutputFormat format, Set<Integer> stops) {
        if (format.isFree()) return Optional.empty();
        String text = format.text(); // unlike equal schemas, equal texts have properties in the same order
        Tokens sorted = tokens;
        if (sorted == null) {
            sorted = new Tokens(tokenizer.vocabulary());
            tokens = sorted;
        }
        AnswerFormat known = formats.get(text);
        if (known == null) {
            known = new AnswerFormat(format, sorted);
            formats.put(text, known);
        }
        return Optional.of(new FormattedAnswer(known, stops));
    }
}
