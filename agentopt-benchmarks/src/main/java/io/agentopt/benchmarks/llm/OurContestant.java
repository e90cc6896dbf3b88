package io.agentopt.benchmarks.llm;

import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.llm.DecodeOptions;
import io.agentopt.runtime.llm.EngineSettings;
import io.agentopt.runtime.llm.Generation;
import io.agentopt.runtime.llm.LlmEngine;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.prefix.PrefixSettings;
import java.nio.file.Path;
import java.time.Duration;

/** The engine, without memory of earlier prompts. */
final class OurContestant implements Contestant {
    private final LlmEngine engine;

    OurContestant(Path pack, int threads) {
        engine = LlmEngine.open(
                ModelPack.read(pack),
                EngineSettings.cpu(threads).withSlots(1, Duration.ZERO).withPrefixes(PrefixSettings.off()));
    }

    @Override
    public Answer answer(int[] prompt, int tokens) {
        long[] heard = new long[tokens];
        long start = System.nanoTime();
        Generation g = engine.decode(
                engine.prefill(prompt, CancelToken.none()),
                DecodeOptions.greedy(tokens),
                (index, token, text) -> heard[index] = System.nanoTime(),
                CancelToken.none());
        int last = g.ids().size() - 1;
        return new Answer(
                (heard[0] - start) / 1e9,
                (heard[last] - heard[0]) / 1e9 / last,
                g.ids().stream().mapToInt(i -> i).toArray());
    }

    @Override
    public void close() {
        engine.close();
    }
}
