package io.agentopt.runtime.llm.execute;

import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtBinding;
import io.agentopt.runtime.backend.ort.OrtTensor;
import io.agentopt.runtime.llm.kv.HostTensors;

/** Where each token of a run stands. */
final class PositionsInput implements RunInput {
    private final String name;
    private final OrtTensor ascending; // [capacity]: 0, 1, 2...
    private final OrtTensor ofRows; // [max(rows, capacity)]: those of a step, or of several prompts

    PositionsInput(String name, ElementType type, int rows, int capacity, HostTensors memory, Owned owned) {
        this.name = name;
        ascending = owned.add(memory.reserve(type, capacity));
        for (int i = 0; i < capacity; i++) ascending.set(i, i);
        ofRows = owned.add(memory.reserve(type, Math.max(rows, capacity)));
    }

    @Override
    public void prompt(OrtBinding binding, int from, int to) {
        try (OrtTensor view = ascending.view(from, 1, to - from)) {
            binding.bindInput(name, view);
        }
    }

    @Override
    public void prompts(OrtBinding binding, int[] lengths) {
        int longest = RunInput.longest(lengths);
        for (int i = 0; i < lengths.length * longest; i++) ofRows.set(i, i % longest);
        try (OrtTensor view = ofRows.view(0, lengths.length, longest)) {
            binding.bindInput(name, view);
        }
    }

    @Override
    public void step(OrtBinding binding, int first, int count, int[] held) {
        for (int i = 0; i < count; i++) ofRows.set(i, held[first + i]);
        try (OrtTensor view = ofRows.view(0, count, 1)) {
            binding.bindInput(name, view);
        }
    }
}
