package io.agentopt.examples.tco;

import java.util.Optional;

/** One pair in one panel: what it costs, or why that is not known. */
sealed interface Cell {
    /**
     * Both phases work and have a price.
     *
     * @param stages both phases
     * @param advantage over H100::H100; absent if that has no cost here
     */
    record Priced(PricedStages stages, Optional<Advantage> advantage) implements Cell {
        double dollarsPerMillionTokens(Scenario scenario) {
            return stages.dollarsPerRequest() / scenario.outputTokens() * 1e6;
        }

        /** {@return tokens/s that 1 $/h buys} */
        double tokensPerSecondPerDollarPerHour(Scenario scenario) {
            return scenario.outputTokens() / (stages.dollarsPerRequest() * 3600);
        }
    }

    /** There is no cost, for a reason. */
    record Refused(Stage.Refusal refusal) implements Cell {}
}
