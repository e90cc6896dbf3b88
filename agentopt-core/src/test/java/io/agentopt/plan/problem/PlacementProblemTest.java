package io.agentopt.plan.problem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** Wrong numbers are refused with one clear message. */
class PlacementProblemTest {
    private static final DeviceClass GPU = new DeviceClass("gpu", 2, 0.7, 1000, 4);

    private static PlacementProblem of(
            List<DeviceClass> classes, List<OperatorModes> operators, List<PlacementEdge> edges) {
        return new PlacementProblem("p", classes, operators, edges, 100, OptionalDouble.empty(), List.of(), List.of());
    }

    @Test
    void anOperatorWithNoModeIsRefused() {
        refused(() -> new OperatorModes("decode", List.of()), "Operator 'decode' has no mode");
    }

    @Test
    void anEmptyProblemIsRefused() {
        refused(() -> of(List.of(GPU), List.of(), List.of()), "number of operators (0) of problem 'p'");
        refused(() -> of(List.of(), List.of(operator("a", 0)), List.of()), "number of device classes (0)");
    }

    @Test
    void numbersThatAreNoNumbersNegativeOrTooLargeAreRefused() {
        refused(() -> Mode.rented(0, "m", Double.NaN, 0, 0), "seconds (NaN) of mode 'm'");
        refused(() -> Mode.rented(0, "m", -1, 0, 0), "seconds (-1.0)");
        refused(() -> Mode.rented(0, "m", 1e300, 0, 0), "seconds (1.0E300)");
        refused(() -> Mode.rented(0, "m", 1, Double.POSITIVE_INFINITY, 0), "load (Infinity)");
        refused(() -> Mode.rented(0, "m", 1, 1, Long.MAX_VALUE), "memoryBytes (9223372036854775807)");
        refused(() -> new DeviceClass("gpu", -1, 0.7, 1, 1), "price (dollarsPerHour) (-1.0) of device class 'gpu'");
        refused(() -> new DeviceClass("gpu", 1, 0, 1, 1), "capacityLoad (0.0)");
        refused(() -> new DeviceClass("gpu", 1, 1, 1, -1), "inventory (-1)");
        refused(() -> new DeviceClass("gpu", 1, 1, 1, 2, 3), "minimumDevices (at most the inventory) (3)");
    }

    @Test
    void aCycleIsRefused() {
        PairCosts free = PairCosts.free(1);
        refused(
                () -> of(
                        List.of(GPU),
                        List.of(operator("a", 0), operator("b", 0)),
                        List.of(new PlacementEdge(0, 1, free), new PlacementEdge(1, 0, free))),
                "Operator 'a' waits for itself");
    }

    @Test
    void referencesToNothingAreRefused() {
        refused(
                () -> of(List.of(GPU), List.of(operator("a", 3)), List.of()),
                "device class (3) of mode 'm' of operator 'a'");
        refused(
                () -> of(List.of(GPU), List.of(operator("a", 0)), List.of(new PlacementEdge(0, 1, PairCosts.free(1)))),
                "operator (1) of an edge of problem 'p'");
        refused(
                () -> of(
                        List.of(GPU),
                        List.of(operator("a", 0), operator("b", 0)),
                        List.of(new PlacementEdge(0, 1, PairCosts.free(2)))),
                "are for 2 device classes");
        refused(
                () -> of(List.of(GPU), List.of(operator("a", 0), operator("a", 0)), List.of()),
                "'a' of problem 'p' appears twice");
        refused(() -> new Milestone("first token", List.of(), 1), "names no operator");
    }

    @Test
    void sharedWeightsOfTwoSizesAreRefused() {
        Mode small = Mode.rented(0, "small", 1, 0, 0).sharing(7, 10);
        Mode large = Mode.rented(0, "large", 1, 0, 0).sharing(7, 20);
        refused(
                () -> of(
                        List.of(GPU), List.of(new OperatorModes("a", small), new OperatorModes("b", large)), List.of()),
                "sharedBytes (20) of operator 'b' differ from those (10)");
    }

    @Test
    void theLargestNumbersAllowedDoNotOverflow() {
        DeviceClass vast =
                new DeviceClass("vast", Quanta.MAX_RATE, Quanta.MAX_LOAD, Quanta.MAX_BYTES, DeviceClass.MAX_INVENTORY);
        Mode mode = new Mode(
                0, "m", Quanta.MAX_SECONDS, Quanta.MAX_RATE, Quanta.MAX_LOAD, Quanta.MAX_BYTES, 1, Quanta.MAX_BYTES, 1);
        List<OperatorModes> operators = new java.util.ArrayList<>();
        List<PlacementEdge> edges = new java.util.ArrayList<>();
        PairCosts slow = PairCosts.builder(1)
                .set(0, 0, Quanta.MAX_SECONDS, Quanta.MAX_RATE)
                .build();
        for (int i = 0; i < Quanta.MAX_OPERATORS; i++) {
            operators.add(new OperatorModes("op" + i, mode));
            if (i > 0) edges.add(new PlacementEdge(i - 1, i, slow));
        }
        Evaluation evaluation = Evaluator.evaluate(of(List.of(vast), operators, edges), new int[operators.size()]);
        assertThat(evaluation.endToEndSeconds()).isEqualTo(Quanta.MAX_SECONDS * (2 * Quanta.MAX_OPERATORS - 1));
        assertThat(evaluation.classes().getFirst().devices()).isEqualTo(Quanta.MAX_OPERATORS + 1);
        assertThat(evaluation.dollarsPerHour()).isFinite().isPositive();
    }

    private static OperatorModes operator(String name, int deviceClass) {
        return new OperatorModes(name, Mode.rented(deviceClass, "m", 1, 0.1, 1));
    }

    private static void refused(org.assertj.core.api.ThrowableAssert.ThrowingCallable call, String message) {
        assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(message);
    }
}
