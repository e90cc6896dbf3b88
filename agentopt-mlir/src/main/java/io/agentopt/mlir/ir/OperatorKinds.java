package io.agentopt.mlir.ir;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Operator kinds of the user: dialects that are defined at run time, as text in MLIR's IRDL, and what their ops do to the outside world. Immutable;
 * {@link MlirContext#load(OperatorKinds)} makes a context know them. Their ops are written in MLIR's generic form,
 * {@code "acme.redact"(%0) : (!agent.text) -> !agent.text}, and built by {@link OpBuilder#op(String)}.
 */
public final class OperatorKinds {
    /** What running an op does, as far as its owner promises. It is what the optimiser may rely on. */
    public enum Effects {
        /** Nothing, and equal operands and attributes give equal results: it may be merged, dropped and moved. */
        NONE,
        /** It reads what other ops may write: it may be dropped, and merged where nothing writes in between. */
        READS,
        /** Anything: it stays where it is. */
        ANY
    }

    private static final String DIALECT = "irdl.dialect @";

    private final String irdl;
    private final String source;
    private final Map<String, Effects> effects;

    private OperatorKinds(String irdl, String source, Map<String, Effects> effects) {
        this.irdl = irdl;
        this.source = source;
        this.effects = Collections.unmodifiableMap(new TreeMap<>(effects));
    }

    /**
     * {@return the kinds that an IRDL text defines; it is checked when a context loads it}
     *
     * @param source names the text in diagnostics
     */
    public static OperatorKinds ofIrdl(String irdl, String source) {
        return new OperatorKinds(irdl, source, Map.of());
    }

    /**
     * {@return a dialect without ops yet}
     *
     * @param name lowercase letters, digits and underscores
     */
    public static OperatorKinds dialect(String name) {
        return ofIrdl(DIALECT + Literals.quoted(name) + " {\n}\n", name);
    }

    /**
     * {@return these kinds and one more op, in the dialect that comes last}
     *
     * @param name its name in the dialect, as "redact"
     * @param operands their types, as "!agent.text"
     * @param results their types
     * @throws IllegalArgumentException when the text so far defines no dialect
     */
    public OperatorKinds with(String name, List<String> operands, List<String> results, Effects promised) {
        StringBuilder op = new StringBuilder("  irdl.operation @" + Literals.quoted(name) + " {\n");
        ports(op, "operands", "i", operands);
        ports(op, "results", "o", results);
        int start = irdl.lastIndexOf(DIALECT);
        int open = start < 0 ? -1 : irdl.indexOf('{', start);
        int end = irdl.lastIndexOf('}');
        if (open < 0 || end < open)
            throw new IllegalArgumentException("'" + source + "' defines no dialect that '" + name
                    + "' could be an op of. Begin with OperatorKinds.dialect.");
        String owner = irdl.substring(start + DIALECT.length(), open).strip().replace("\"", "");
        OperatorKinds longer =
                new OperatorKinds(irdl.substring(0, end) + op + "  }\n" + irdl.substring(end), source, effects);
        return longer.promising(owner + "." + name, promised);
    }

    private static void ports(StringBuilder op, String word, String letter, List<String> types) {
        if (types.isEmpty()) return;
        List<String> ports = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            op.append("    %" + letter + i + " = irdl.is " + types.get(i) + "\n");
            ports.add(letter + i + ": %" + letter + i);
        }
        op.append("    irdl." + word + ports.stream().collect(Collectors.joining(", ", "(", ")\n")));
    }

    /**
     * {@return these kinds, with a promise of what an op does}
     *
     * @param op as "acme.redact"
     */
    public OperatorKinds promising(String op, Effects promised) {
        Map<String, Effects> more = new TreeMap<>(effects);
        more.put(op, promised);
        return new OperatorKinds(irdl, source, more);
    }

    /** {@return the definitions in IRDL} */
    public String irdl() {
        return irdl;
    }

    String source() {
        return source;
    }

    /** {@return what was promised, by op} */
    public Map<String, Effects> effects() {
        return effects;
    }
}
