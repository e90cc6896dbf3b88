package io.agentopt.benchmarks.llm;

import de.kherud.llama.InferenceParameters;
import de.kherud.llama.LlamaModel;
import de.kherud.llama.LlamaOutput;
import de.kherud.llama.ModelParameters;
import de.kherud.llama.args.CacheType;
import java.nio.file.Path;
import java.util.Arrays;

/** llama.cpp by the JNI library java-llama.cpp: float32 weights and cache, nothing remembered of earlier prompts. */
final class LlamaCppContestant implements Contestant {
    private final LlamaModel model;

    LlamaCppContestant(Path gguf, int context, int threads) {
        model = new LlamaModel(new ModelParameters()
                .setModel(gguf.toString())
                .setCtxSize(context)
                .setThreads(threads)
                .setThreadsBatch(threads)
                .setParallel(1)
                .setCacheTypeK(CacheType.F32)
                .setCacheTypeV(CacheType.F32)
                .disableLog());
    }

    @Override
    public Answer answer(int[] prompt, int tokens) {
        String text = GgufDecoder.text(prompt);
        if (!Arrays.equals(model.encode(text), prompt)) {
            throw new IllegalStateException("llama.cpp reads other tokens: " + Arrays.toString(model.encode(text)));
        }
        InferenceParameters parameters = new InferenceParameters(text)
                .setNPredict(tokens)
                .setTemperature(0)
                .setTopK(1)
                .setIgnoreEos(true)
                .setCachePrompt(false);
        StringBuilder answer = new StringBuilder();
        int heard = 0;
        long first = 0, last = 0, start = System.nanoTime();
        for (LlamaOutput output : model.generate(parameters)) {
            if (output.text.isEmpty()) continue;
            last = System.nanoTime();
            if (heard++ == 0) first = last;
            answer.append(output.text);
        }
        int[] ids = GgufDecoder.tokens(answer.toString());
        return new Answer((first - start) / 1e9, (last - first) / 1e9 / (heard - 1), ids);
    }

    @Override
    public void close() {
        model.close();
    }
}
