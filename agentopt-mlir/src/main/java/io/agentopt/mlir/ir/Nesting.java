package io.agentopt.mlir.ir;

import java.util.List;

/**
 * Looks at IR text before MLIR's parser does. That parser recurses, so text that nests without end overflows the native stack, which ends the process.
 * This bounds size and nesting and nothing more: it is no sandbox, IR from strangers stays out of the process.
 */
public final class Nesting {
    static final int MAX_BYTES = 16 << 20;
    /** Brackets of all kinds; an op inside an op costs one or two. */
    static final int MAX_DEPTH = 1_000;

    private Nesting() {}

    /** Passes, or throws an {@link MlirException} when the text is too long or nests too deeply. */
    public static void check(byte[] text, String source) {
        if (text.length > MAX_BYTES) {
            throw new MlirException(
                    "The IR of '" + source + "' has " + text.length + " bytes; at most " + MAX_BYTES + " are parsed.",
                    List.of());
        }
        int depth = 0;
        int minuses = 0;
        for (int i = 0; i < text.length; i++) {
            byte c = text[i];
            minuses = c == '-' ? minuses + 1 : 0;
            switch (c) {
                case '(', '[', '{', '<' -> depth++;
                case ')', ']', '}' -> depth = Math.max(0, depth - 1);
                case '>' -> {
                    if (i == 0 || text[i - 1] != '-') depth = Math.max(0, depth - 1);
                }
                case '"' -> i = endOfString(text, i);
                case '/' -> {
                    if (i + 1 < text.length && text[i + 1] == '/') i = endOfLine(text, i);
                }
                default -> {}
            }
            if (depth > MAX_DEPTH || minuses > MAX_DEPTH) {
                throw new MlirException(
                        "The IR of '" + source + "' nests deeper than " + MAX_DEPTH + " brackets at byte " + i
                                + "; MLIR's parser would overflow the native stack.",
                        List.of());
            }
        }
    }

    private static int endOfString(byte[] text, int start) {
        int i = start + 1;
        while (i < text.length && text[i] != '"' && text[i] != '\n') i += text[i] == '\\' ? 2 : 1;
        return i;
    }

    private static int endOfLine(byte[] text, int start) {
        int i = start;
        while (i < text.length && text[i] != '\n') i++;
        return i;
    }
}
