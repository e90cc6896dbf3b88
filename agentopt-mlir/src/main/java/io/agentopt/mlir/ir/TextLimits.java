package io.agentopt.mlir.ir;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Refuses IR text that MLIR's parser and printer would answer with more time or memory than the text is long. Together with {@link Nesting} this bounds
 * what a text can cost; both look at the text before MLIR does.
 *
 * <ul>
 *   <li>A number of n digits costs n squared, an integer type of n bits n/8 bytes for each value of it.
 *   <li>The column of a location is found by walking back to the start of its line: a line of n bytes with w words costs n * w.
 *   <li>A use of result n of an op that is not known yet costs 16 n bytes.
 *   <li>An alias may hold another one twice, and that again: n of them print as two to the power of n.
 * </ul>
 */
public final class TextLimits {
    static final int MAX_DIGITS = 1_000;
    static final int MAX_INTEGER_BITS = 1_024;
    static final long MAX_LINE_COST = 4_000_000_000L;
    static final long MAX_RESULT_NUMBERS = 16L << 20;
    static final long MAX_ALIAS_BYTES = 1 << 20;
    static final long MAX_ALIAS_USES = 256L << 20;

    /**
     * Builtin attributes that cost: nested affine expressions take far longer than they are long; a blob is renamed when it is read twice; MLIR keeps distinct
     * attributes in a map that has no place for the two largest numbers, and the process ends.
     */
    private static final Set<String> UNUSED = Set.of("affine_map", "affine_set", "dense_resource", "distinct");

    private final byte[] text;
    private final String source;
    private final Set<String> unused;
    private int at;
    private int line = 1;
    private int lineStart;
    private long wordsInLine;
    private long lineCost;
    private int depth;
    private int last = -1; // where the last byte is that is neither space nor comment

    /** What each alias stands for when it is written out, in bytes. */
    private final Map<String, Long> aliases = new HashMap<>();

    private String defined = ""; // the alias that is being defined
    private long definedBytes;
    private long usedBytes;
    private long resultNumbers;

    private TextLimits(byte[] text, String source, Set<String> unused) {
        this.text = text;
        this.source = source;
        this.unused = unused;
    }

    /** Passes, or throws a located {@link MlirException}. */
    static void check(String text, String source) {
        check(text, source, UNUSED);
    }

    /** The same for the MLIR of kernels, which needs maps. */
    public static void checkKernel(String text, String source) {
        check(text, source, Set.of("distinct"));
    }

    private static void check(String text, String source, Set<String> unused) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        Nesting.check(utf8, source);
        new TextLimits(utf8, source, unused).check();
    }

    private void check() {
        while (at < text.length) {
            byte c = text[at];
            boolean comment = c == '/' && at + 1 < text.length && text[at + 1] == '/';
            switch (c) {
                case '\n' -> endLine();
                case '"' -> skipString();
                case '/' -> skipComment();
                case '(', '[', '{', '<' -> depth++;
                case ')', ']', '}' -> depth = Math.max(0, depth - 1);
                case '>' -> depth = at > 0 && text[at - 1] == '-' ? depth : Math.max(0, depth - 1);
                case '#', '!' -> {
                    if (at > 0 && isWord(text[at - 1])) resultNumber();
                    else alias();
                }
                default -> {
                    if (isWord(c)) word();
                }
            }
            if (!comment && !isSpace(c)) last = Math.min(at, text.length - 1);
            at++;
        }
        endLine();
    }

    private void endLine() {
        lineCost += wordsInLine * (at - lineStart);
        if (lineCost > MAX_LINE_COST)
            throw refused("a line of " + (at - lineStart) + " bytes with " + wordsInLine
                    + " words takes too long to locate. Break long lines.");
        line++;
        lineStart = at + 1;
        wordsInLine = 0;
        if (!defined.isEmpty() && definedBytes > 0 && depth == 0 && !goesOn()) {
            aliases.put(defined, definedBytes);
            defined = "";
        }
    }

    /** Whether the type or attribute that ends here goes on in the next line, as {@code (i1)} before {@code -> i1} does. */
    private boolean goesOn() {
        if (last >= 0 && (":,=-".indexOf(text[last]) >= 0 || (last > 0 && text[last] == '>' && text[last - 1] == '-')))
            return true;
        int next = behindSpace(at);
        return next < text.length && ":,-<([{".indexOf(text[next]) >= 0 && !startsWith(next, "{-#");
    }

    private boolean startsWith(int from, String what) {
        for (int i = 0; i < what.length(); i++)
            if (from + i >= text.length || text[from + i] != what.charAt(i)) return false;
        return true;
    }

    /** {@return where the first byte is from here on that is neither space nor comment} */
    private int behindSpace(int from) {
        int i = from;
        while (i < text.length) {
            if (startsWith(i, "//")) while (i < text.length && text[i] != '\n') i++;
            else if (isSpace(text[i])) i++;
            else return i;
        }
        return i;
    }

    private void skipString() {
        int start = at++;
        while (at < text.length && text[at] != '"' && text[at] != '\n') at += text[at] == '\\' ? 2 : 1;
        if (at < text.length && text[at] == '\n') at--;
        grow(at - start);
        wordsInLine++;
    }

    private void skipComment() {
        if (at + 1 >= text.length || text[at + 1] != '/') return;
        while (at + 1 < text.length && text[at + 1] != '\n') at++;
    }

    private void word() {
        int start = at;
        while (at + 1 < text.length && isWord(text[at + 1])) at++;
        int length = at + 1 - start;
        wordsInLine++;
        grow(length);
        boolean named = start > 0 && "%@^".indexOf(text[start - 1]) >= 0;
        if (named) return;
        if (unused.contains(new String(text, start, length, StandardCharsets.US_ASCII)))
            throw refused("the agent dialect has no use for "
                    + new String(text, start, length, StandardCharsets.US_ASCII) + ".");
        if (isDigit(text[start]) && length > MAX_DIGITS)
            throw refused("a number has " + length + " digits; at most " + MAX_DIGITS + " are parsed.");
        for (int i = start; i <= at; i++) if (text[i] == 'i') i = width(start, i);
    }

    /** Looks at an integer type such as i32, si8 or the end of 4xi32; {@return where to look on} */
    private int width(int start, int i) {
        boolean type = i == start || "xsu".indexOf(text[i - 1]) >= 0;
        long bits = 0;
        int end = i;
        while (end < at && isDigit(text[end + 1]) && bits <= MAX_INTEGER_BITS) bits = 10 * bits + text[++end] - '0';
        if (type && bits > MAX_INTEGER_BITS)
            throw refused("an integer type has more than " + MAX_INTEGER_BITS + " bits.");
        return end;
    }

    /** Looks at the end of %0#1. */
    private void resultNumber() {
        long number = 0;
        while (at + 1 < text.length && isDigit(text[at + 1]) && number <= MAX_RESULT_NUMBERS)
            number = 10 * number + text[++at] - '0';
        resultNumbers += number;
        if (resultNumbers > MAX_RESULT_NUMBERS)
            throw refused("the numbers of results used so far add up to more than " + MAX_RESULT_NUMBERS + ".");
    }

    private void alias() {
        int start = at;
        while (at + 1 < text.length && isWord(text[at + 1])) at++;
        if (at == start) return;
        wordsInLine++;
        String name = new String(text, start, at + 1 - start, StandardCharsets.UTF_8);
        if (depth == 0 && isDefinition()) {
            if (!defined.isEmpty()) aliases.put(defined, definedBytes);
            defined = name;
            definedBytes = 0;
            return;
        }
        long bytes = aliases.getOrDefault(name, (long) name.length());
        grow(bytes);
        usedBytes += bytes;
        if (usedBytes > MAX_ALIAS_USES)
            throw refused("the aliases used so far stand for more than " + MAX_ALIAS_USES + " bytes.");
    }

    private boolean isDefinition() {
        int i = behindSpace(at + 1);
        return i < text.length && text[i] == '=';
    }

    private void grow(long bytes) {
        if (defined.isEmpty()) return;
        definedBytes += bytes;
        if (definedBytes > MAX_ALIAS_BYTES)
            throw refused("alias " + defined + " stands for more than " + MAX_ALIAS_BYTES + " bytes.");
    }

    private MlirException refused(String reason) {
        return new MlirException(
                "The IR of '" + source + "' is refused at " + source + ":" + line + ":" + (at - lineStart + 1) + ": "
                        + reason,
                List.of());
    }

    /** What MLIR's lexer passes over. */
    private static boolean isSpace(byte c) {
        return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == 0;
    }

    private static boolean isDigit(byte c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isWord(byte c) {
        return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' || c == '.';
    }
}
