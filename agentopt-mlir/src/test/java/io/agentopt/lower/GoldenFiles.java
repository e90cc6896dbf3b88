package io.agentopt.lower;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Files that hold what is expected. To accept a change, run a golden test once with {@code -Dagentopt.golden.accept=true}; the commit's diff shows what changed. */
public final class GoldenFiles {
    private static final String ACCEPT = "agentopt.golden.accept";

    private GoldenFiles() {}

    /** {@return the folder of that name among the golden files} */
    public static Path folder(String name) {
        Path golden = Path.of("agentopt-mlir", "src", "test", "resources", "golden");
        return Stream.of(System.getProperty("agentopt.repository", "."), ".", "..")
                .map(Path::of)
                .filter(p -> Files.isDirectory(p.resolve(golden)))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalStateException(
                                "The source folders were not found. Set the system property agentopt.repository to the repository."))
                .resolve(golden)
                .resolve(name);
    }

    public static void check(Path file, String actual) throws IOException {
        if (Boolean.getBoolean(ACCEPT)) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, actual);
        }
        assertThat(file)
                .as("There is no golden file %s. Run the test once with -D%s=true to write it.", file, ACCEPT)
                .exists();
        assertThat(actual)
                .as(
                        "This differs from the golden file %s. If the change is meant, run the test once with -D%s=true and commit the file.",
                        file, ACCEPT)
                .isEqualTo(Files.readString(file));
    }
}
