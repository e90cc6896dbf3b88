package io.agentopt.lower;

import io.agentopt.mlir.ir.Attribute;
import io.agentopt.mlir.ir.OpTable;
import java.util.List;

/** Attributes of ops that more than one reader wants. */
final class OpAttributes {
    private OpAttributes() {}

    /** {@return an attribute that is an array of strings; empty where the op has none} */
    static List<String> texts(OpTable table, int op, String name) {
        return table.attribute(op, name).orElse(null) instanceof Attribute.Texts(List<String> values)
                ? values
                : List.of();
    }
}
