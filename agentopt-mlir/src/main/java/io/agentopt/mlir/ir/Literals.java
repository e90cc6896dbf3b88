package io.agentopt.mlir.ir;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** String literals of MLIR: printable ASCII as it is, every other byte of the UTF-8 form as two hexadecimal digits. */
public final class Literals {
    private Literals() {}

    /** {@return the literal of a string, in quotes} */
    public static String quoted(String text) {
        if (isPlain(text)) return '"' + text + '"';
        StringBuilder literal = new StringBuilder("\"");
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b >= 0x20 && b < 0x7F && b != '"' && b != '\\') literal.append((char) b);
            else literal.append(String.format("\\%02X", b & 0xFF));
        }
        return literal.append('"').toString();
    }

    private static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x20 || c >= 0x7F || c == '"' || c == '\\') return false;
        }
        return true;
    }

    /** {@return the literal of an array of strings} */
    static String array(List<String> texts) {
        return texts.stream().map(Literals::quoted).collect(Collectors.joining(", ", "[", "]"));
    }

    /** {@return the strings of a printed array; empty when it holds anything else} */
    static Optional<List<String>> strings(String printed) {
        if (!printed.startsWith("[") || !printed.endsWith("]")) return Optional.empty();
        byte[] utf8 = printed.getBytes(StandardCharsets.UTF_8);
        List<String> strings = new ArrayList<>();
        int i = 1;
        while (i < utf8.length - 1) {
            if (utf8[i] != '"') return Optional.empty();
            ByteArrayOutputStream content = new ByteArrayOutputStream();
            for (i++; utf8[i] != '"'; i++) {
                if (utf8[i] != '\\') content.write(utf8[i]);
                else if (utf8[i + 1] == '\\') content.write(utf8[++i]);
                else {
                    content.write(Integer.parseInt(new String(utf8, i + 1, 2, StandardCharsets.US_ASCII), 16));
                    i += 2;
                }
            }
            strings.add(content.toString(StandardCharsets.UTF_8));
            i++;
            if (i == utf8.length - 1) return Optional.of(strings);
            if (utf8[i] != ',') return Optional.empty(); // as in "text" : !type
            i += 2;
        }
        return Optional.of(strings);
    }
}
