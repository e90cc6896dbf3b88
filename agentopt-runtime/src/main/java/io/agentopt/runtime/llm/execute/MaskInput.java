package io.agentopt.runtime.llm.execute;

import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtBinding;
import io.agentopt.runtime.backend.ort.OrtTensor;
import io.agentopt.runtime.llm.kv.HostTensors;
import java.lang.foreign.MemorySegment;

/** Ones for what a row holds, zeros behind it. */
final class MaskInput implements RunInput {
    private final String name;
    private final OrtTensor mask; // [rows * capacity]
    private final OrtTensor ones; // [capacity]

    MaskInput(String name, ElementType type, int rows, int capacity, HostTensors memory, Owned owned) {
        this.name = name;
        mask = owned.add(memory.reserve(type, (long) rows * capacity));
        ones = owned.add(memory.reserve(type, capacity));
        for (int i = 0; i < capacity; i++) ones.set(i, 1);
    }

    @Override
    public void prompt(OrtBinding binding, int from, int to) {
        try (OrtTensor known = ones.view(0, 1, to)) { // stays alive while bound
            binding.bindInput(name, known);
        }
    }

    @Override
    public void prompts(OrtBinding binding, int[] lengths) {
        int total = RunInput.longest(lengths);
        for (int i = 0; i < lengths.length; i++) row(i, lengths[i], total);
        bind(binding, lengths.length, total);
    }

    @Override
    public void step(OrtBinding binding, int first, int count, int[] held) {
        int total = RunInput.longest(first, count, held);
        for (int i = 0; i < count; i++) row(i, held[first + i] + 1, total);
        bind(binding, count, total);
    }

    private void row(int index, long known, long total) {
        long at = index * total * mask.type().bytes(),
                ofOnes = known * mask.type().bytes();
        MemorySegment.copy(ones.data(), 0, mask.data(), at, ofOnes);
        mask.data().asSlice(at + ofOnes, total * mask.type().bytes() - ofOnes).fill((byte) 0);
    }

    private void bind(OrtBinding binding, int rows, int total) {
        try (OrtTensor known = mask.view(0, rows, total)) {
            binding.bindInput(name, known);
        }
    }
}
