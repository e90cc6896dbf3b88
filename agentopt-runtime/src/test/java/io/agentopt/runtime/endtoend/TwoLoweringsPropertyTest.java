package io.agentopt.runtime.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.Bindings;
import io.agentopt.graph.GraphJson;
import io.agentopt.lower.DirectLowering;
import io.agentopt.lower.GraphIr;
import io.agentopt.lower.Lowering;
import io.agentopt.mlir.ffi.Availability.Unavailable;
import io.agentopt.mlir.ffi.Mlir;
import io.agentopt.plan.Placement;
import io.agentopt.program.Program;
import io.agentopt.program.Step;
import io.agentopt.runtime.dispatch.Deadline;
import io.agentopt.runtime.dispatch.Dispatcher;
import io.agentopt.runtime.dispatch.GraphStepRunner;
import io.agentopt.runtime.dispatch.ManualClock;
import io.agentopt.runtime.dispatch.TokenListener;
import io.agentopt.runtime.endtoend.RandomAgent.World;
import io.agentopt.runtime.observe.RunListener;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** The plain lowering is the oracle of the one that optimises: same answers, same side effects in the same order. */
class TwoLoweringsPropertyTest {
    private static final Set<Class<?>> MET = new HashSet<>();

    /** What only passes make: a pass that found nothing to do in all those agents was not tested. */
    @AfterContainer
    static void everyPassHadWork() {
        if (Mlir.availability() instanceof Unavailable) return;
        assertThat(MET).contains(Step.Fused.class, Step.Prefix.class, Step.Generate.class, Step.KvTransfer.class);
        assertThat(MET)
                .contains(
                        Step.Endpoint.class,
                        Step.Rerank.class,
                        Step.Transcribe.class,
                        Step.Synthesize.class,
                        Step.Infer.class,
                        Step.Kernel.class,
                        Step.Custom.class);
    }

    @BeforeContainer
    static void sayWhatIsCompared() {
        if (Mlir.availability() instanceof Unavailable(String reason))
            System.out.println("TwoLoweringsPropertyTest compares the plain lowering with itself: " + reason);
    }

    @Property(seed = "20261122", tries = 400)
    void sameAnswersAndEffects(
            @ForAll("agents") RandomAgent agent, @ForAll long seed, @ForAll @IntRange(min = -50, max = 50) int input)
            throws Exception {
        Placement placement = agent.placement(seed);
        Program direct = new DirectLowering().lower(agent.graph(), placement);
        Program optimised = Lowering.best(new DrawnCosts(seed)).lower(agent.graph(), placement);
        optimised.allSteps().forEach(step -> MET.add(step.getClass()));
        WellFormed.check(direct, placement.home());
        WellFormed.check(optimised, placement.home());
        Object expected = run(agent, direct, input);
        World did = agent.takeWorld();
        assertThat(run(agent, optimised, input)).isEqualTo(expected);
        assertThat(agent.takeWorld()).isEqualTo(did);
    }

    @Property(seed = "20261122", tries = 200)
    void theDirectLoweringIsWellFormed(@ForAll("agents") RandomAgent agent, @ForAll long seed) {
        Placement placement = agent.placement(seed);
        WellFormed.check(new DirectLowering().lower(agent.graph(), placement), placement.home());
        WellFormed.check(new DirectLowering(new DrawnCosts(seed)).lower(agent.graph(), placement), placement.home());
    }

    @Property(seed = "20261122", tries = 200)
    void aGraphComesBackFromItsIrAsItWas(@ForAll("agents") RandomAgent agent) {
        if (Mlir.availability() instanceof Unavailable) return;
        AgentGraph<Integer, Integer> graph = agent.graph();
        AgentGraph<Integer, Integer> back =
                GraphIr.read(GraphIr.write(graph), Integer.class, Integer.class, Bindings.of(graph));
        assertThat(GraphJson.write(back)).isEqualTo(GraphJson.write(graph));
        assertThat(back.functionNames()).isEqualTo(graph.functionNames());
    }

    @Provide
    Arbitrary<RandomAgent> agents() {
        return RandomAgent.agents();
    }

    private static Object run(RandomAgent agent, Program program, int input) throws Exception {
        return new Dispatcher(
                        program,
                        new GraphStepRunner(agent.graph(), new PureModels()),
                        Map.of(),
                        new ManualClock(),
                        RunListener.none())
                .start(input, Deadline.NONE, TokenListener.none())
                .answer()
                .get(30, TimeUnit.SECONDS);
    }
}
