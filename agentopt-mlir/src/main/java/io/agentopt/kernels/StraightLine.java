package io.agentopt.kernels;

import java.util.TreeMap;

/** MLIR without branches on {@code f32}, a line for each operation: arithmetic that is unrolled, so that its constants are in the instructions. */
final class StraightLine {
    private final String prefix;
    private final StringBuilder lines = new StringBuilder();
    private final TreeMap<String, String> constants = new TreeMap<>();
    private int values;

    /** @param prefix of the names of all values, so that several texts fit into one function */
    StraightLine(String prefix) {
        this.prefix = prefix;
    }

    /** {@return the name of a new value: what the operation yields} */
    String value(String operation) {
        String name = "%" + prefix + values++;
        lines.append("          ").append(name).append(" = ").append(operation).append('\n');
        return name;
    }

    /** Appends an operation that yields nothing. */
    void effect(String operation) {
        lines.append("          ").append(operation).append('\n');
    }

    String add(String a, String b) {
        return value("arith.addf " + a + ", " + b + " fastmath<contract> : f32");
    }

    String subtract(String a, String b) {
        return value("arith.subf " + a + ", " + b + " fastmath<contract> : f32");
    }

    String multiply(String a, String b) {
        return value("arith.mulf " + a + ", " + b + " fastmath<contract> : f32");
    }

    String negate(String a) {
        return value("arith.negf " + a + " : f32");
    }

    /** {@return the name of a number} */
    String number(double number) {
        return constants.computeIfAbsent((float) number + " : f32", _ -> "%" + prefix + "c" + constants.size());
    }

    /** {@return the name of an index} */
    String index(int index) {
        return constants.computeIfAbsent(index + " : index", _ -> "%" + prefix + "c" + constants.size());
    }

    /** {@return the index that lies so far behind another} */
    String behind(String index, int distance) {
        return distance == 0 ? index : value("arith.addi " + index + ", " + index(distance) + " : index");
    }

    /** {@return the constants, which stand before the operations} */
    String constants() {
        StringBuilder text = new StringBuilder();
        constants.forEach((constant, name) -> text.append("      ")
                .append(name)
                .append(" = arith.constant ")
                .append(constant)
                .append('\n'));
        return text.toString();
    }

    /** {@return the operations} */
    String lines() {
        return lines.toString().stripTrailing();
    }
}
