package io.agentopt;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Where the source files of this build lie. */
public final class Sources {
    private Sources() {}

    /** {@return the folder that holds the modules} */
    public static Path repository() {
        return Stream.of(System.getProperty("agentopt.repository", "."), ".", "..")
                .map(Path::of)
                .filter(p -> Files.isDirectory(p.resolve("agentopt-core")))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalStateException(
                                "The source folders were not found. Set the system property agentopt.repository to the repository."));
    }

    /** {@return the main Java files of every module, in order} */
    public static List<Path> mainFiles() {
        try (Stream<Path> modules = Files.list(repository())) {
            return modules.map(m -> m.resolve("src/main/java"))
                    .filter(Files::isDirectory)
                    .sorted()
                    .flatMap(Sources::javaFiles)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Path> javaFiles(Path root) {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(f -> f.toString().endsWith(".java")).sorted().toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@return the text of a file} */
    public static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
