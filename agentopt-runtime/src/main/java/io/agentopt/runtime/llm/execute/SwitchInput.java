package io.agentopt.runtime.llm.execute;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtBinding;
import io.agentopt.runtime.backend.ort.OrtTensor;
import io.agentopt.runtime.llm.kv.HostTensors;

/** Which of two merged models runs: the one over a whole prompt, or the one that takes a cache. */
final class SwitchInput implements RunInput {
    private final String name;
    private final OrtTensor on;

    SwitchInput(String name, HostTensors memory, Owned owned) {
        this.name = name;
        on = owned.add(memory.reserve(ElementType.BOOL, 1));
    }

    @Override
    public void prompt(OrtBinding binding, int from, int to) {
        bind(binding, from > 0);
    }

    @Override
    public void prompts(OrtBinding binding, int[] lengths) {
        bind(binding, false);
    }

    @Override
    public void step(OrtBinding binding, int first, int count, int[] held) {
        bind(binding, held[first] > 0);
    }

    private void bind(OrtBinding binding, boolean cache) {
        on.data().set(JAVA_BYTE, 0, (byte) (cache ? 1 : 0));
        binding.bindInput(name, on);
    }
}
