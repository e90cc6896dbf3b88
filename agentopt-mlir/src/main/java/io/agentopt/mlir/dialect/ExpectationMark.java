package io.agentopt.mlir.dialect;

import io.agentopt.mlir.ir.Attribute;
import java.util.OptionalDouble;

/**
 * {@code #agent.expectation}: means over requests. Ranges are the verifier's to check.
 *
 * @param inputTokens tokens that an op is given
 * @param outputTokens tokens that it gives
 * @param outputBytes size of its result, bytes
 * @param visits how often it runs in one request
 */
public record ExpectationMark(
        OptionalDouble inputTokens, OptionalDouble outputTokens, OptionalDouble outputBytes, OptionalDouble visits) {
    private static final String KIND = "expectation";

    /**
     * {@return the expectation that an attribute states}
     *
     * @throws IllegalArgumentException when it is no {@code #agent.expectation}
     */
    public static ExpectationMark of(Attribute attribute) {
        Fields f = Fields.of(KIND, attribute);
        return new ExpectationMark(
                f.number("input_tokens"), f.number("output_tokens"), f.number("output_bytes"), f.number("visits"));
    }

    /** {@return the attribute, to be set as {@link AgentDialect#EXPECTATION}} */
    public Attribute attribute() {
        return new Fields(KIND)
                .with("input_tokens", inputTokens)
                .with("output_tokens", outputTokens)
                .with("output_bytes", outputBytes)
                .with("visits", visits)
                .attribute();
    }
}
