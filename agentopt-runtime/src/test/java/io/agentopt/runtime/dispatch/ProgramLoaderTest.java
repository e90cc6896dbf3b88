package io.agentopt.runtime.dispatch;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.program.Block;
import io.agentopt.program.Program;
import io.agentopt.program.Program.Origin;
import io.agentopt.program.Slot;
import io.agentopt.program.Step;
import io.agentopt.runtime.observe.RunListener;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProgramLoaderTest {
    private static final Slot IN = new Slot(0, 0);

    private static Step f(String path, Slot from, Slot to) {
        return new Step.Transform(path, "cpu", path, List.of(from), to);
    }

    private static void refused(String problem, int slots, Slot yield, Step... steps) {
        Program program =
                new Program("g", new Block(0, slots, List.of(IN), List.of(steps), List.of(yield)), Origin.DIRECT);
        assertThatThrownBy(() ->
                        new Dispatcher(program, s -> (in, c) -> 1, Map.of(), new ManualClock(), RunListener.none()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The program of graph 'g' is broken: " + problem + ". Lower the graph again.");
    }

    @Test
    void brokenProgramsAreRefusedBeforeTheyRun() {
        Slot a = new Slot(0, 1), b = new Slot(0, 2);
        refused("step 'x' uses slot %0.2 before any step fills it", 3, a, f("x", b, a), f("y", IN, b));
        refused("it uses slot %0.1 before any step fills it", 2, a);
        refused("step 'y' fills slot %0.1 a second time", 2, a, f("x", IN, a), f("y", IN, a));
        refused("step 'x' uses slot %7.0 of a block that does not enclose it", 2, a, f("x", new Slot(7, 0), a));
        refused("step 'x' fills slot %0.2, which is not one of the 2 of its block 0", 2, a, f("x", IN, b));
        Block noFlag = new Block(1, 1, List.of(new Slot(1, 0)), List.of(), List.of(new Slot(1, 0)));
        refused(
                "step 'l' has a block with 1 parameters and 1 yields where 1 and 3 belong",
                2,
                a,
                new Step.Loop("l", 3, IN, noFlag, a));
        Block inner = new Block(1, 1, List.of(new Slot(1, 0)), List.of(), List.of(new Slot(1, 0)));
        refused(
                "step 'late' uses slot %1.0 of a block that does not enclose it",
                3, b, new Step.Nested("n", IN, inner, a), f("late", new Slot(1, 0), b));
    }
}
