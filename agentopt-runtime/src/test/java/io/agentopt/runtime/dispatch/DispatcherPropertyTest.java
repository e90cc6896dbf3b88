package io.agentopt.runtime.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.operator.Custom.Effects;
import io.agentopt.program.Program;
import io.agentopt.program.Step;
import io.agentopt.runtime.observe.RunEvent;
import io.agentopt.runtime.observe.RunListener;
import io.agentopt.runtime.observe.RunTrace;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class DispatcherPropertyTest {
    /** What a run changes and what steps compute: everything follows from a step's path and operands, and from the memories. */
    private static final class World implements StepRunner {
        final List<String> log = Collections.synchronizedList(new ArrayList<>());
        final Map<String, Object> memory = new ConcurrentHashMap<>();

        @Override
        public Action bind(Step step) {
            int salt = step.path().hashCode();
            return switch (step) {
                case Step.Transform t when t.path().startsWith("flag") -> (in, c) -> (mix(salt, in) & 3) != 0;
                case Step.Transform t
                when t.path().startsWith("list") ->
                    (in, c) -> IntStream.range(0, Math.floorMod(mix(salt, in), 5))
                            .mapToObj(i -> mix(salt + i, in))
                            .toList();
                case Step.Transform t -> (in, c) -> mix(salt, in);
                case Step.ToolCall t ->
                    (in, c) -> {
                        if (mix(salt, in) % 2 == 0) Thread.onSpinWait();
                        if (!t.idempotent()) log.add(t.path() + "#" + mix(0, in));
                        return mix(salt, in);
                    };
                case Step.Custom u ->
                    (in, c) -> {
                        if (u.effects() == Effects.OUTSIDE) log.add(u.path() + "#" + mix(0, in));
                        return mix(salt, in);
                    };
                case Step.MemoryLoad m -> (in, c) -> mix(salt, List.of(in, memory.getOrDefault(m.memory(), 0)));
                case Step.MemoryStore m ->
                    (in, c) -> {
                        memory.put(m.memory(), mix(salt, in));
                        return in.get(1);
                    };
                default -> throw new AssertionError(step);
            };
        }

        /** Looks only so deep: lists of lists share their items, and a full hash of them takes exponential time. */
        static int digest(Object value, int depth) {
            if (!(value instanceof List<?> list)) return value.hashCode();
            int x = list.size();
            if (depth > 0) for (Object item : list) x = 31 * x + digest(item, depth - 1);
            return x;
        }

        private static int mix(int salt, List<Object> in) {
            int x = salt;
            for (Object value : in) x = 31 * x + digest(value, 2);
            x *= 0x9E3779B9;
            return ((x ^ (x >>> 15)) * 0x85EBCA6B) >>> 7;
        }
    }

    @Property(seed = "20261122", tries = 1500)
    void answersAndEffectsAreThoseOfRunningStepByStep(@ForAll long seed, @ForAll int input) {
        Program program = RandomProgram.draw(seed);
        World expected = new World();
        World world = new World();
        RunTask run = new Dispatcher(program, world, Map.of(), new ManualClock(), RunListener.none())
                .start(input, Deadline.NONE, TokenListener.none());
        Object answer;
        try {
            answer = new ReferenceInterpreter(expected).run(program, input);
        } catch (Exception limit) {
            assertThatThrownBy(() -> Running.answer(run)).hasMessageContaining("reached its limit");
            return;
        }
        assertThat(World.digest(Running.answer(run), 8)).isEqualTo(World.digest(answer, 8));
        assertThat(world.log).isEqualTo(expected.log);
        assertThat(world.memory).isEqualTo(expected.memory);
    }

    @Property(seed = "20261122", tries = 500)
    void aRunThatIsCancelledAnywhereEndsOnceAndWhole(@ForAll long seed, @ForAll @IntRange(max = 200) int spins)
            throws Exception {
        Program program = RandomProgram.draw(seed);
        RunTrace trace = new RunTrace();
        RunTask run = new Dispatcher(program, new World(), Map.of(), new ManualClock(), RunListener.all(List.of(trace)))
                .start(1, Deadline.NONE, TokenListener.none());
        for (int i = 0; i < spins; i++) Thread.onSpinWait();
        run.cancel("Enough.");
        Running.end(run);
        int events = trace.events().size();
        assertThat(trace.events().getLast()).isInstanceOf(RunEvent.RunFinished.class);
        try {
            Running.answer(run);
        } catch (AgentRunException e) {
            assertThat(e).hasMessageMatching("(?s).*(was cancelled: Enough|reached its limit).*");
        }
        assertThat(trace.events()).hasSize(events);
    }
}
