package io.agentopt.examples.support;

import io.agentopt.examples.support.HeldOut.Question;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Counts right tool calls and right answers. */
public final class Evaluation {
    private final Map<String, int[]> byKind = new TreeMap<>();
    private int toolQuestions;
    private int exactCalls;
    private int questions;
    private int rightAnswers;

    /** Counts one reply. */
    public void add(Question question, Reply reply) {
        boolean calls = question.rightCalls(reply);
        boolean right = calls && question.rightAnswer(reply);
        questions++;
        if (right) rightAnswers++;
        if (question.call().isPresent()) {
            toolQuestions++;
            if (calls) exactCalls++;
        }
        int[] counts = byKind.computeIfAbsent(question.kind(), k -> new int[2]);
        counts[0]++;
        if (right) counts[1]++;
    }

    /** {@return share of the tool questions with exactly the right call: tool, arguments, and no other} */
    public double toolCalls() {
        return toolQuestions == 0 ? 0 : (double) exactCalls / toolQuestions;
    }

    /** {@return share of all questions whose calls are right and whose answer holds all that it must} */
    public double answers() {
        return questions == 0 ? 0 : (double) rightAnswers / questions;
    }

    @Override
    public String toString() {
        StringBuilder kinds = new StringBuilder();
        byKind.forEach((kind, n) -> kinds.append(kinds.isEmpty() ? "" : ", ")
                .append(kind)
                .append(' ')
                .append(n[1])
                .append('/')
                .append(n[0]));
        return String.format(
                Locale.ROOT,
                "exact tool calls %d/%d (%.1f %%), right answers %d/%d (%.1f %%): %s",
                exactCalls,
                toolQuestions,
                100 * toolCalls(),
                rightAnswers,
                questions,
                100 * answers(),
                kinds);
    }
}
