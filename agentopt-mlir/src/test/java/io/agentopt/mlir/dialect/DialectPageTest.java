package io.agentopt.mlir.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** docs/dialect.md is what doc.sh makes of Agent.td now. */
class DialectPageTest {
    @Test
    void theReferencePageIsUpToDate(@TempDir Path folder) throws IOException, InterruptedException {
        Path llvm = Path.of(System.getenv().getOrDefault("AGENTOPT_LLVM", "/usr/lib/llvm-22"));
        if (!Files.isExecutable(llvm.resolve("bin/mlir-tblgen"))) {
            System.out.println("SKIPPED the check of docs/dialect.md: there is no " + llvm + "/bin/mlir-tblgen.");
            Assumptions.abort("no mlir-tblgen");
        }
        Path repository = repository();
        Path made = folder.resolve("dialect.md");
        Process process = new ProcessBuilder(
                        "sh",
                        repository
                                .resolve("agentopt-mlir/src/main/native/doc.sh")
                                .toString(),
                        made.toString())
                .inheritIO()
                .start();
        assertThat(process.waitFor()).as("doc.sh").isZero();
        assertThat(repository.resolve("docs/dialect.md"))
                .as("Run: sh agentopt-mlir/src/main/native/doc.sh docs/dialect.md")
                .hasSameTextualContentAs(made);
        assertThat(Files.readString(made)).doesNotContain("::", "custom<", "<td>");
    }

    private static Path repository() {
        return Stream.of(System.getProperty("agentopt.repository", "."), ".", "..")
                .map(Path::of)
                .filter(p -> Files.isDirectory(p.resolve("agentopt-mlir")))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalStateException(
                                "The source folders were not found. Set the system property agentopt.repository to the repository."));
    }
}
