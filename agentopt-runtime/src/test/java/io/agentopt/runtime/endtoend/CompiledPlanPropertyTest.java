package io.agentopt.runtime.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.compiled.CompiledPlan;
import io.agentopt.plan.Plan;
import io.agentopt.runtime.compiled.Plans;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Any agent, placed anyhow: its compiled plan reads back equal, and belongs to the graph that it was made of. */
class CompiledPlanPropertyTest {
    @Property(seed = "20261122", tries = 150)
    void whatIsWrittenReadsBack(@ForAll("agents") RandomAgent agent, @ForAll long seed) {
        Plan<Integer, Integer> plan = Plans.of(agent.graph(), agent.placement(seed));
        CompiledPlan compiled = CompiledPlan.of(plan);
        CompiledPlan read = CompiledPlan.read(compiled.bytes(), "again");
        assertThat(read.program()).isEqualTo(compiled.program());
        assertThat(read.plan(agent.graph())).isEqualTo(plan);
        WellFormed.check(read.program(), plan.placement().home());
    }

    @Provide
    Arbitrary<RandomAgent> agents() {
        return RandomAgent.agents();
    }
}
