package io.agentopt.examples;

import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** The models of this repository. */
public final class RepositoryModels {
    private RepositoryModels() {}

    /** {@return the folder; without the model of that name there the test is skipped, saying why} */
    public static Path folderWith(String model) {
        Optional<Path> found = Stream.of(System.getProperty("agentopt.repository", ".."), "..", ".")
                .map(r -> Path.of(r, "models").toAbsolutePath().normalize())
                .filter(m -> Files.isRegularFile(m.resolve(model).resolve("model.onnx")))
                .findFirst();
        if (found.isEmpty()) {
            String reason = "SKIPPED: no models/" + model
                    + " in this checkout; set the system property agentopt.repository to one that has it";
            System.out.println(reason);
            abort(reason);
        }
        return found.orElseThrow();
    }
}
