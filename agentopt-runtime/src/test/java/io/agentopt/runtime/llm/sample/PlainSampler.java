package io.agentopt.runtime.llm.sample;

import io.agentopt.operator.Penalties;
import io.agentopt.operator.Sampling;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** The slow twin of {@link Sampler}: sorts everything and says which tokens may be drawn with which probability. */
final class PlainSampler {
    /** A token that may be drawn. */
    record Candidate(int token, double probability) {}

    private PlainSampler() {}

    static double[] adjusted(float[] scores, Penalties p, List<Integer> prompt, List<Integer> answer) {
        double[] out = new double[scores.length];
        for (int i = 0; i < out.length; i++) {
            int token = i;
            double s = scores[i];
            if (prompt.contains(i) || answer.contains(i)) s = s > 0 ? s / p.repetition() : s * p.repetition();
            long count = answer.stream().filter(a -> a == token).count();
            s -= count * p.frequency();
            if (count > 0) s -= p.presence();
            out[i] = s;
        }
        return out;
    }

    static List<Candidate> candidates(double[] scores, Sampling s) {
        List<Integer> order = IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(i -> -scores[i]).thenComparing(i -> i))
                .toList();
        if (s.topK() > 0) order = order.subList(0, Math.min(s.topK(), order.size()));
        double highest = scores[order.getFirst()];
        List<Candidate> all = normal(order.stream()
                .map(i -> new Candidate(i, Math.exp((scores[i] - highest) / s.temperature())))
                .toList());
        List<Candidate> kept = new ArrayList<>();
        double sum = 0;
        for (Candidate c : all) {
            if (sum >= s.topP() * (1 - 1e-12) && s.topP() < 1) break;
            kept.add(c);
            sum += c.probability();
        }
        double most = kept.getFirst().probability();
        return normal(kept.stream()
                .filter(c -> c.probability() >= s.minP() * most * (1 - 1e-9))
                .toList());
    }

    private static List<Candidate> normal(List<Candidate> some) {
        double total = some.stream().mapToDouble(Candidate::probability).sum();
        return some.stream()
                .map(c -> new Candidate(c.token(), c.probability() / total))
                .toList();
    }
}
