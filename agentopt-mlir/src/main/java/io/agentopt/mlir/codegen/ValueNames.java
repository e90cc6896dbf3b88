package io.agentopt.mlir.codegen;

import io.agentopt.mlir.ir.MlirException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Refuses kernels' text that uses a value before it is defined. No kernel may, since its regions have one block each; but MLIR's parser ends the process where
 * an operation with regions takes a value that one of its own regions defines, as {@code scf.if %x { %x = ... }}: it frees the place that it kept for the value
 * while the operation still refers to it. So this looks at the names before MLIR does. Types and meaning are the parser's.
 */
final class ValueNames {
    private static final Pattern TOKEN = Pattern.compile(
            "//[^\n]*|\"(?:[^\"\\\\\n]|\\\\.)*+\"|%[A-Za-z0-9_$.-]+(?:[:#]\\d+)?|\\^[A-Za-z0-9_$.-]+|[A-Za-z_][A-Za-z0-9_$.]*+|->|\\S");
    private static final Set<String> LISTS_OF_NEW =
            Set.of("blocks", "threads", "clusters", "in", "workgroup", "private");
    private static final Set<String> LOOPS =
            Set.of("scf.for", "affine.for", "scf.parallel", "scf.forall", "affine.parallel");

    private final String text;
    private final String source;
    private final Deque<Set<String>> known = new ArrayDeque<>();
    private Set<String> next = new HashSet<>(); // for the region that opens next

    private ValueNames(String text, String source) {
        this.text = text;
        this.source = source;
        known.push(new HashSet<>());
    }

    /** Passes, or throws a located {@link MlirException}. */
    static void check(String text, String source) {
        new ValueNames(text, source).check();
    }

    private void check() {
        Deque<String> opened = new ArrayDeque<>(); // words before the parentheses that are open
        String last = "";
        Matcher token = TOKEN.matcher(text);
        while (token.find()) {
            String t = token.group();
            if (t.startsWith("//")) continue;
            switch (t.charAt(0)) {
                case '{' -> {
                    boolean attributes = isAttributes(token.start());
                    known.push(attributes ? new HashSet<>() : next);
                    if (!attributes) next = new HashSet<>();
                }
                case '}' -> {
                    if (known.size() > 1) known.pop();
                }
                case '(' -> opened.push(last);
                case ')' -> {
                    if (!opened.isEmpty()) opened.pop();
                }
                case '%' -> value(token, t, last, opened.isEmpty() ? "" : opened.peek());
                default -> {}
            }
            last = t;
        }
    }

    private void value(Matcher token, String t, String last, String list) {
        String name = t.replaceFirst("[:#]\\d+$", "");
        int after = token.end();
        while (after < text.length() && Character.isWhitespace(text.charAt(after))) after++;
        char behind = after < text.length() ? text.charAt(after) : ' ';
        boolean equal = behind == '=' && !text.startsWith("==", after);
        boolean inList = last.equals("(") || last.equals(",");
        boolean loop = equal && (LOOPS.contains(last) || (inList && !list.isEmpty()));
        boolean block = inList && behind == ':' && list.startsWith("^");
        boolean argument = inList && !block && (behind == ':' || LISTS_OF_NEW.contains(list));
        boolean result = equal || (behind == ',' && list.isEmpty() && resultsFollow(token.start()));
        boolean isKnown = next.contains(name) || known.stream().anyMatch(names -> names.contains(name));
        boolean defined = loop || block || result || (argument && !isKnown);
        // Also where an operation's own results are named so: its operands were read before.
        if (defined && isKnown && !known.element().contains(name)) throw refused(token.start(), name, "defined twice");
        if (!defined && !isKnown) throw refused(token.start(), name, "used before it is defined");
        if (defined) (loop || argument ? next : known.element()).add(name);
    }

    /** Whether this brace opens attributes, as {@code {alignment = 64 : i64}} or {@code {processor}}, and no region. */
    private boolean isAttributes(int brace) {
        Matcher first = ATTRIBUTE.matcher(text).region(brace, text.length());
        return first.lookingAt() && !ALONE.contains(first.group(1));
    }

    private static final Pattern ATTRIBUTE =
            Pattern.compile("\\{\\s*+(?:\"[^\"\n]*+\"|([A-Za-z_][A-Za-z0-9_$.]*+))\\s*+[=,}]");
    /** Operations that are written by their names alone. */
    private static final Set<String> ALONE = Set.of(
            "return", "func.return", "scf.yield", "gpu.return", "gpu.terminator", "gpu.barrier", "transform.yield");

    /** Whether a list of names that begins here ends with an equals sign, as {@code %a, %b = ...}. */
    private boolean resultsFollow(int at) {
        return RESULTS.matcher(text).region(at, text.length()).lookingAt();
    }

    private static final Pattern RESULTS =
            Pattern.compile("(?:%[A-Za-z0-9_$.-]+(?::\\d+)?\\s*+,\\s*+)++%[A-Za-z0-9_$.-]+(?::\\d+)?\\s*+=");

    private MlirException refused(int at, String name, String how) {
        String before = text.substring(0, at);
        int line = (int) before.chars().filter(c -> c == '\n').count() + 1;
        return new MlirException(
                "'" + source + "' is not a valid module. It is refused at " + source + ":" + line + ":"
                        + (at - before.lastIndexOf('\n')) + ": " + name + " is " + how + ".",
                List.of());
    }
}
