package io.agentopt.runtime.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.util.StringPair;
import io.agentopt.message.Embedding;
import io.agentopt.message.Passage;
import io.agentopt.message.Tensor;
import io.agentopt.message.Tensors;
import io.agentopt.runtime.runner.Embedder;
import io.agentopt.runtime.runner.Inference;
import io.agentopt.runtime.runner.Reranker;
import io.agentopt.runtime.runner.Transcriber;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/** Makes runners of DJL's models, for {@code AgentOptions}. The models stay their owner's, who closes them after the agents. */
public final class DjlRunners {
    /** Texts that run together; those of about the same length, since DJL's tokenizers pad to the longest. */
    private static final int ROWS = 32;

    private DjlRunners() {}

    /**
     * {@return a model file as DJL runs it}
     *
     * @param model by a translator that passes lists of arrays on, such as DJL's NoopTranslator
     * @param inputs names of the model's inputs, in its order: DJL knows them by position
     * @param outputs names of the model's outputs, in its order
     */
    public static Inference inference(DjlModel<NDList, NDList> model, List<String> inputs, List<String> outputs) {
        List<String> in = List.copyOf(inputs), out = List.copyOf(outputs);
        return (given, wanted) -> {
            for (String name : given.byName().keySet())
                if (!in.contains(name))
                    throw new IllegalArgumentException("The model '" + model.name() + "' of DJL has no input '" + name
                            + "'. It was declared with " + in + ".");
            return model.use(predictor -> {
                try (NDManager arrays = model.arrays().newSubManager()) {
                    NDList list = new NDList();
                    for (String name : in) list.add(DjlTensors.array(arrays, given.get(name)));
                    try (NDList answer = predictor.predict(list)) {
                        return named(model.name(), answer, out);
                    }
                }
            });
        };
    }

    private static Tensors named(String model, NDList answer, List<String> names) {
        if (answer.size() != names.size())
            throw new IllegalStateException("The model '" + model + "' gave " + answer.size()
                    + " arrays, and was declared with the outputs " + names + ".");
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (int i = 0; i < names.size(); i++) {
            NDArray array = answer.get(i);
            tensors.put(names.get(i), DjlTensors.tensor("The output '" + names.get(i) + "'", array));
        }
        return new Tensors(tensors);
    }

    /**
     * {@return a cross-encoder}
     *
     * @param model from query and passage to one score, or to two logits: that they do not match, that they do
     */
    public static Reranker reranker(DjlModel<StringPair, float[]> model) {
        return (query, passages, k) -> {
            List<StringPair> pairs =
                    passages.stream().map(p -> new StringPair(query, p.text())).toList();
            List<float[]> scores = batches(model, pairs, p -> p.getValue().length());
            List<Passage> ranked = new ArrayList<>();
            for (int i = 0; i < passages.size(); i++) {
                Passage p = passages.get(i);
                ranked.add(new Passage(p.id(), p.text(), score(model.name(), p.id(), scores.get(i))));
            }
            ranked.sort(Comparator.comparingDouble(Passage::score).reversed()); // stable
            return ranked.subList(0, Math.min(k, ranked.size()));
        };
    }

    private static double score(String model, String passage, float[] labels) {
        if (labels.length != 1 && labels.length != 2)
            throw new IllegalStateException("The model '" + model + "' gave " + labels.length + " numbers for passage '"
                    + passage + "'. A reranker gives 1 (a score) or 2 (no match, match).");
        double score = labels.length == 1 ? labels[0] : (double) labels[1] - labels[0];
        if (!Double.isFinite(score))
            throw new IllegalStateException(
                    "The score (" + score + ") of passage '" + passage + "' by model '" + model + "' is not finite.");
        return score;
    }

    /** {@return an embedder; its vectors are what the model gives} */
    public static Embedder embedder(DjlModel<String, float[]> model) {
        return texts -> {
            List<Embedding> embeddings = new ArrayList<>();
            List<float[]> vectors = batches(model, texts, String::length);
            for (int i = 0; i < texts.size(); i++) {
                for (float x : vectors.get(i))
                    if (!Float.isFinite(x))
                        throw new IllegalStateException("Text " + (i + 1) + " of " + texts.size()
                                + " has an embedding by model '" + model.name() + "' that is not finite.");
                embeddings.add(new Embedding(vectors.get(i)));
            }
            return List.copyOf(embeddings);
        };
    }

    /**
     * {@return a speech recogniser}
     *
     * @param languages that the model knows; a step that asks for another is refused, since DJL's recognisers take no language
     */
    public static Transcriber transcriber(DjlModel<ai.djl.modality.audio.Audio, String> model, Set<String> languages) {
        Set<String> known = Set.copyOf(languages);
        return (speech, language) -> {
            if (language.isPresent() && !known.contains(language.get()))
                throw new IllegalArgumentException("The model '" + model.name() + "' does not know the language '"
                        + language.get() + "'. It was declared with " + known + ".");
            return model.predict(new ai.djl.modality.audio.Audio(speech.samples(), speech.sampleRate(), 1));
        };
    }

    /** {@return the model's answers in the order of the inputs, which run by length} */
    private static <I, O> List<O> batches(DjlModel<I, O> model, List<I> inputs, ToIntFunction<I> length)
            throws InterruptedException {
        int[] order = IntStream.range(0, inputs.size())
                .boxed()
                .sorted(Comparator.comparingInt(i -> length.applyAsInt(inputs.get(i))))
                .mapToInt(i -> i)
                .toArray();
        Map<Integer, O> answers = new LinkedHashMap<>();
        for (int from = 0; from < order.length; from += ROWS) {
            int[] some = Arrays.copyOfRange(order, from, Math.min(order.length, from + ROWS));
            List<O> batch =
                    model.predict(IntStream.of(some).mapToObj(inputs::get).toList());
            for (int i = 0; i < some.length; i++) answers.put(some[i], batch.get(i));
        }
        return IntStream.range(0, inputs.size()).mapToObj(answers::get).toList();
    }
}
