package io.agentopt.cost.importer;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The lines of a text file, packed ({@code .gz}) or not, without byte order mark and line ends. A line longer than any table has is an error
 * before it fills the memory: a packed file of a few kilobytes can hold one of gigabytes.
 */
final class TextLines implements Closeable {
    /** Characters of the longest line that is read. */
    static final int LONGEST = 1 << 20;

    private static final int SHOWN = 80;

    private final Path file;
    private final BufferedReader reader;
    private int line;

    private TextLines(Path file, BufferedReader reader) {
        this.file = file;
        this.reader = reader;
    }

    static TextLines open(Path file) throws IOException {
        InputStream raw = Files.newInputStream(file);
        try {
            InputStream in = file.toString().endsWith(".gz") ? new GZIPInputStream(raw, 1 << 16) : raw;
            return new TextLines(file, new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)));
        } catch (IOException | RuntimeException e) {
            raw.close();
            throw e;
        }
    }

    Path file() {
        return file;
    }

    /** {@return the number of the line that was read last, from 1} */
    int line() {
        return line;
    }

    /**
     * {@return the next line, or null after the last}
     *
     * @throws IllegalArgumentException if it is too long
     */
    @Nullable
    String next() throws IOException {
        StringBuilder text = new StringBuilder();
        int c = reader.read();
        if (c < 0) return null;
        line++;
        for (; c >= 0 && c != '\n' && c != '\r'; c = reader.read()) {
            if (line == 1 && text.isEmpty() && c == '\uFEFF') continue;
            if (text.length() == LONGEST) {
                throw new IllegalArgumentException("Line " + line + " of '" + file + "' is longer than " + LONGEST
                        + " characters: '" + shortened(text.toString()) + "'. Is it a table of measurements?");
            }
            text.append((char) c);
        }
        if (c == '\r') {
            reader.mark(1);
            if (reader.read() != '\n') reader.reset();
        }
        return text.toString();
    }

    @Override
    public void close() throws IOException {
        reader.close();
    }

    /** {@return a value as messages show it: its beginning, if it is long} */
    static String shortened(String value) {
        return value.length() <= SHOWN ? value : value.substring(0, SHOWN) + "... (" + value.length() + " characters)";
    }
}
