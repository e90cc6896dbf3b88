package io.agentopt.runtime.llm.pack;

import java.util.Map;

/**
 * What a Jinja chat template prints, in the order of its text: literals and raw text as they are, {@link #VALUE} for each other
 * value. Statements are not followed, so branches stand one after the other, and what a variable is set to is taken for printed; enough to recognise a format by its
 * pieces, not to run the template. Raw text is trimmed around statements as Hugging Face's settings (trim_blocks, lstrip_blocks) do.
 */
final class JinjaText {
    static final char VALUE = '\u0001';

    private final String template;
    private final Map<String, String> names;
    private final StringBuilder out = new StringBuilder();
    private int at;

    private JinjaText(String template, Map<String, String> names) {
        this.template = template;
        this.names = names;
    }

    /**
     * {@return what it prints}
     *
     * @param names values of variables that are known, such as bos_token
     */
    static String of(String template, Map<String, String> names) {
        return new JinjaText(template, names).flatten();
    }

    private String flatten() {
        boolean trimStart = false;
        while (at < template.length()) {
            int open = nextOpen(at);
            int rawEnd = open < 0 ? template.length() : open;
            String raw = template.substring(at, rawEnd);
            if (trimStart) raw = raw.stripLeading();
            if (open < 0) {
                out.append(raw);
                break;
            }
            char kind = template.charAt(open + 1);
            boolean trimEnd = open + 2 < template.length() && template.charAt(open + 2) == '-';
            if (trimEnd) raw = raw.stripTrailing();
            else if (kind != '{') raw = withoutIndent(raw);
            out.append(raw);
            String close = kind == '{' ? "}}" : kind == '%' ? "%}" : "#}";
            int end = end(open + 2, close, kind);
            String body = template.substring(open + 2, end);
            trimStart = body.endsWith("-");
            if (kind == '{') expression(body);
            if (kind == '%') assignment(body);
            at = Math.min(template.length(), end + 2);
            if (kind != '{' && at < template.length() && template.charAt(at) == '\n') at++;
        }
        return out.toString();
    }

    private int nextOpen(int from) {
        for (int i = from; i + 1 < template.length(); i++) {
            if (template.charAt(i) == '{' && "{%#".indexOf(template.charAt(i + 1)) >= 0) return i;
        }
        return -1;
    }

    private int end(int from, String close, char kind) {
        char quote = 0;
        for (int i = from; i < template.length(); i++) {
            char c = template.charAt(i);
            if (quote != 0) {
                if (c == '\\') i++;
                else if (c == quote) quote = 0;
            } else if (kind != '#' && (c == '\'' || c == '"')) {
                quote = c;
            } else if (template.startsWith(close, i)) {
                return i;
            }
        }
        return template.length();
    }

    private static String withoutIndent(String raw) {
        int end = raw.length();
        while (end > 0 && (raw.charAt(end - 1) == ' ' || raw.charAt(end - 1) == '\t')) end--;
        return end == 0 || raw.charAt(end - 1) == '\n' ? raw.substring(0, end) : raw;
    }

    // What a variable is set to is mostly printed soon after.
    private void assignment(String body) {
        String statement = bare(body);
        int equals = statement.indexOf('=');
        if (statement.startsWith("set ") && equals > 0) expression(statement.substring(equals + 1));
    }

    private static String bare(String body) {
        String start = body.startsWith("-") ? body.substring(1) : body;
        return (start.endsWith("-") ? start.substring(0, start.length() - 1) : start).strip();
    }

    // Terms joined by + or ~: a literal, a known name, or some other value, which is written once.
    private void expression(String marked) {
        String body = bare(marked);
        int i = 0, depth = 0;
        StringBuilder term = new StringBuilder();
        while (i < body.length()) {
            char c = body.charAt(i);
            if (c == '\'' || c == '"') {
                int end = i + 1;
                StringBuilder literal = new StringBuilder();
                while (end < body.length() && body.charAt(end) != c) {
                    char l = body.charAt(end++);
                    if (l != '\\' || end == body.length()) {
                        literal.append(l);
                        continue;
                    }
                    char escaped = body.charAt(end++);
                    literal.append(escaped == 'n' ? '\n' : escaped == 't' ? '\t' : escaped);
                }
                i = end + 1;
                if (depth == 0 && term.toString().isBlank()) {
                    out.append(literal);
                    term.setLength(0);
                }
                continue;
            }
            if (c == '(' || c == '[') depth++;
            if (c == ')' || c == ']') depth--;
            if (depth == 0 && (c == '+' || c == '~')) value(term);
            else term.append(c);
            i++;
        }
        value(term);
    }

    private void value(StringBuilder term) {
        String name = term.toString().strip();
        term.setLength(0);
        if (name.isEmpty() || name.startsWith("|")) return; // after a literal: its filter
        String known = names.get(name);
        if (known != null) out.append(known);
        else out.append(VALUE);
    }
}
