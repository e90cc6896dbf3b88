package io.agentopt.lower;

import io.agentopt.mlir.dialect.AgentDialect;
import io.agentopt.mlir.ir.Attribute;
import io.agentopt.mlir.ir.Attribute.Estimate;
import io.agentopt.mlir.ir.OpTable;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Attributes of ops that more than one reader wants. */
final class OpAttributes {
    private OpAttributes() {}

    /** {@return what an op is given that runs on a device} */
    static Map<String, Attribute> placed(String device, Optional<Estimate> estimate) {
        Attribute on = new Attribute.Text(device);
        if (estimate.isEmpty()) return Map.of(AgentDialect.DEVICE, on);
        return Map.of(AgentDialect.DEVICE, on, AgentDialect.ESTIMATE, estimate.get());
    }

    /** {@return what is expected of an op; empty where nothing is} */
    static Optional<Estimate> estimate(OpTable table, int op) {
        return table.attribute(op, AgentDialect.ESTIMATE)
                .filter(Estimate.class::isInstance)
                .map(Estimate.class::cast);
    }

    /** {@return an attribute that is an array of strings; empty where the op has none} */
    static List<String> texts(OpTable table, int op, String name) {
        return table.attribute(op, name).orElse(null) instanceof Attribute.Texts(List<String> values)
                ? values
                : List.of();
    }
}
