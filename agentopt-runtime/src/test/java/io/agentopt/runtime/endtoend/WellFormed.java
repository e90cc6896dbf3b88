package io.agentopt.runtime.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.program.Block;
import io.agentopt.program.Program;
import io.agentopt.program.Slot;
import io.agentopt.program.Step;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What must hold of every program: each slot filled once and before it is read, each operand on the device of its step, copies only between
 * different devices, each KV cache consumed once and in the block that made it.
 */
final class WellFormed {
    private final Map<Slot, String> devices = new HashMap<>();
    private final Set<Integer> blocks = new HashSet<>();
    private final Set<Slot> caches = new HashSet<>();

    private WellFormed() {}

    static void check(Program program, String home) {
        WellFormed w = new WellFormed();
        w.block(program.body(), Set.of(), List.of(home));
        assertThat(w.device(program.body().yields().getFirst()))
                .as("home of the output")
                .isEqualTo(home);
        assertThat(w.caches).as("KV caches that nobody consumes").isEmpty();
    }

    private void block(Block block, Set<Slot> outer, List<String> parameterDevices) {
        assertThat(blocks.add(block.number()))
                .as("number of block %s is new", block.number())
                .isTrue();
        assertThat(block.parameters()).hasSameSizeAs(parameterDevices);
        Set<Slot> visible = new HashSet<>(outer);
        for (int i = 0; i < parameterDevices.size(); i++)
            fill(block, block.parameters().get(i), parameterDevices.get(i), visible);
        for (Step step : block.steps()) {
            assertThat(visible).as(step.path()).containsAll(step.operands());
            String device = step(step, block, visible);
            fill(block, step.result(), device, visible);
        }
        assertThat(visible).containsAll(block.yields());
    }

    private void fill(Block block, Slot slot, String device, Set<Slot> visible) {
        assertThat(slot.block()).isEqualTo(block.number());
        assertThat(slot.index()).isBetween(0, block.slots() - 1);
        assertThat(visible.add(slot)).as("slot %s is filled once", slot).isTrue();
        devices.put(slot, device);
    }

    /** {@return the device of the step's result} */
    private String step(Step step, Block block, Set<Slot> visible) {
        return switch (step) {
            case Step.Generate s -> on(s.device(), s);
            case Step.Prefix s -> on(s.device(), s);
            case Step.Fused s -> {
                String where = on(s.device(), s);
                block(
                        s.body(),
                        Set.of(),
                        s.operands().stream().map(this::device).toList());
                yield where;
            }
            case Step.Prefill s -> {
                caches.add(s.result());
                yield on(s.device(), s);
            }
            case Step.Decode s -> {
                consume(s.cache(), block);
                yield on(s.device(), s);
            }
            case Step.KvTransfer s -> {
                consume(s.cache(), block);
                caches.add(s.result());
                yield move(s, s.from(), s.to());
            }
            case Step.Transfer s -> move(s, s.from(), s.to());
            case Step.Embed s -> on(s.device(), s);
            case Step.Search s -> on(s.device(), s);
            case Step.Endpoint s -> on(s.device(), s);
            case Step.Rerank s -> on(s.device(), s);
            case Step.Transcribe s -> on(s.device(), s);
            case Step.Synthesize s -> on(s.device(), s);
            case Step.Infer s -> on(s.device(), s);
            case Step.Kernel s -> on(s.device(), s);
            case Step.Custom s -> on(s.device(), s);
            case Step.ToolCall s -> on(s.device(), s);
            case Step.Transform s -> on(s.device(), s);
            case Step.MemoryLoad s -> on(s.device(), s);
            case Step.MemoryStore s -> on(s.device(), s);
            case Step.Loop s -> {
                String state = device(s.initial());
                block(s.body(), visible, List.of(state));
                assertThat(device(s.body().yields().get(2)))
                        .as("next state of %s", s.path())
                        .isEqualTo(state);
                yield device(s.body().yields().get(1));
            }
            case Step.When s -> {
                block(s.then(), visible, List.of());
                block(s.otherwise(), visible, List.of());
                String result = device(s.then().yields().getFirst());
                assertThat(device(s.otherwise().yields().getFirst()))
                        .as("branches of %s", s.path())
                        .isEqualTo(result);
                yield result;
            }
            case Step.ForEach s -> {
                block(s.body(), visible, List.of(device(s.list())));
                yield device(s.body().yields().getFirst());
            }
            case Step.Nested s -> {
                block(s.body(), Set.of(), List.of(device(s.input())));
                yield device(s.body().yields().getFirst());
            }
        };
    }

    private void consume(Slot cache, Block block) {
        assertThat(cache.block()).isEqualTo(block.number());
        assertThat(caches.remove(cache)).as("cache %s is consumed once", cache).isTrue();
    }

    private String on(String device, Step step) {
        for (Slot operand : step.operands())
            assertThat(device(operand)).as("operand %s of %s", operand, step).isEqualTo(device);
        return device;
    }

    private String move(Step step, String from, String to) {
        assertThat(from).as(step.path()).isNotEqualTo(to);
        on(from, step);
        return to;
    }

    private String device(Slot slot) {
        String device = devices.get(slot);
        assertThat(device).as("device of slot %s", slot).isNotNull();
        return device;
    }
}
