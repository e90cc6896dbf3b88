package io.agentopt;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Golden files: what a printer printed when somebody last looked at it and agreed. To accept a change, run the test once with
 * {@code -Dagentopt.golden.accept=true}; it writes the files, and the diff of the commit shows what changed.
 */
public final class Golden {
    private static final String ACCEPT = "agentopt.golden.accept";

    private Golden() {}

    /** Fails unless {@code actual} is the text of the golden file. */
    public static void check(String name, String actual) {
        Path file = file(name);
        if (Boolean.getBoolean(ACCEPT)) write(file, actual);
        assertThat(file)
                .as("There is no golden file %s yet. Run the test once with -D%s=true to write it.", name, ACCEPT)
                .exists();
        assertThat(actual)
                .as(
                        "This differs from the golden file %s. If the change is meant, run the test once with -D%s=true and commit the file.",
                        name, ACCEPT)
                .isEqualTo(Sources.read(file));
    }

    /** {@return the text of a golden file} */
    public static String read(String name) {
        return Sources.read(file(name));
    }

    private static Path file(String name) {
        return Sources.repository()
                .resolve("agentopt-core/src/test/resources/golden")
                .resolve(name);
    }

    private static void write(Path file, String text) {
        try {
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
