package io.agentopt.runtime.llm.execute;

import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtBinding;
import io.agentopt.runtime.backend.ort.OrtSession;
import io.agentopt.runtime.llm.kv.HostTensors;
import io.agentopt.runtime.llm.pack.ModelPack;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/** An input of a decoder beside tokens and caches: what tells it how long rows are, or where tokens stand. Reused from run to run. */
sealed interface RunInput permits MaskInput, CountsInput, PositionsInput, SwitchInput {
    /** Binds it for a run that appends positions {@code from} (inclusive) to {@code to} (exclusive) to one row. */
    void prompt(OrtBinding binding, int from, int to);

    /** Binds it for a run that fills whole prompts into neighbouring empty rows, each padded behind to the longest. */
    void prompts(OrtBinding binding, int[] lengths);

    /** Binds it for a run that appends one token to each of {@code count} neighbouring rows; {@code held} is by row number. */
    void step(OrtBinding binding, int first, int count, int[] held);

    /**
     * {@return the inputs of a model, for runs of so many rows and positions}
     *
     * @param owned gets their memory
     */
    static List<RunInput> of(
            ModelPack.Decoder names, OrtSession session, int rows, int capacity, HostTensors memory, Owned owned) {
        List<RunInput> all = new ArrayList<>();
        all.add(
                switch (names.lengths()) {
                    case ModelPack.Mask mask ->
                        new MaskInput(mask.input(), type(session, mask.input()), rows, capacity, memory, owned);
                    case ModelPack.Counts counts -> new CountsInput(counts, session, rows, memory, owned);
                });
        names.positionIds()
                .ifPresent(
                        name -> all.add(new PositionsInput(name, type(session, name), rows, capacity, memory, owned)));
        names.cacheSwitch().ifPresent(name -> all.add(new SwitchInput(name, memory, owned)));
        return all;
    }

    private static ElementType type(OrtSession session, String input) {
        return Objects.requireNonNull(session.inputs().get(input), input).type(); // DecoderNames saw to it
    }

    /** {@return the largest of some lengths} */
    static int longest(int[] lengths) {
        return Arrays.stream(lengths).max().orElseThrow();
    }

    /** {@return positions of the longest of some rows after one token more in each} */
    static int longest(int first, int count, int[] held) {
        int total = 0;
        for (int r = first; r < first + count; r++) total = Math.max(total, held[r] + 1);
        return total;
    }
}
