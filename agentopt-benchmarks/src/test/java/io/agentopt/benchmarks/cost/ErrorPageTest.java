package io.agentopt.benchmarks.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ErrorPageTest {
    private static final DataFolders PACKAGED = new DataFolders(DataFolders.packaged(), DataFolders.packaged());
    private static final LocalDate DATE = LocalDate.of(2026, 11, 22);

    @TempDir
    Path folder;

    private static ErrorTable table() {
        return ErrorTable.of("GEMM", () -> {
            ErrorSummary plain = new ErrorSummary("gemm.a", "plain roofline", 15.812, 12, 30, 3192, 31).print();
            ErrorSummary ours = new ErrorSummary("gemm.a", "calibrated", 8.734, 6.5, 18.95, 3192, 31).print();
            ErrorSummary other = new ErrorSummary("gemm.b", "calibrated", 9, 8, 10, 12, 0).print();
            return List.of(ours.metric(11, plain), other.metric(8.5, plain));
        });
    }

    @Test
    void theTableHoldsEverySetAndTermsWithItsGoal() {
        assertThat(ErrorPage.body(List.of(table()), PACKAGED, DATE)).isEqualTo("""
                        2026-11-22, calibrated and tested on the packaged extract.

                        ### GEMM

                        | set | terms | MAPE | median | p90 | n | rejected | goal |
                        |---|---|---|---|---|---|---|---|
                        | gemm.a | plain roofline | 15.81 | 12.00 | 30.00 | 3,192 | 31 |  |
                        | gemm.a | calibrated | 8.73 | 6.50 | 18.95 | 3,192 | 31 | <= 11 |
                        | gemm.b | calibrated | 9.00 | 8.00 | 10.00 | 12 | 0 | <= 8.5, missed |
                        """);
    }

    @Test
    void onlyWhatIsBetweenTheMarksIsRewritten() throws IOException {
        Path page = Files.writeString(
                folder.resolve("page.md"),
                "before\n<!-- begin: written by ./build bench cost --docs -->\nold\n<!-- end -->\nafter\n");
        ErrorPage.rewrite(page, List.of(table()), PACKAGED, DATE);
        String once = Files.readString(page);
        assertThat(once)
                .startsWith("before\n")
                .endsWith("<!-- end -->\nafter\n")
                .contains("gemm.a")
                .doesNotContain("old");
        ErrorPage.rewrite(page, List.of(table()), PACKAGED, DATE);
        assertThat(page).hasContent(once);
    }

    @Test
    void aPageWithoutMarksOrNoPageIsAnError() throws IOException {
        Path page = Files.writeString(folder.resolve("page.md"), "text\n");
        assertThatThrownBy(() -> ErrorPage.rewrite(page, List.of(), PACKAGED, DATE))
                .hasMessageContaining("page.md")
                .hasMessageContaining("<!-- end -->");
        assertThatThrownBy(() -> ErrorPage.rewrite(folder.resolve("none.md"), List.of(), PACKAGED, DATE))
                .hasMessageContaining("none.md")
                .hasMessageContaining("checkout");
    }

    @Test
    void aFolderIsNamedWithoutItsPath() {
        assertThat(ErrorPage.body(List.of(), new DataFolders(DataFolders.packaged(), folder), DATE))
                .contains("calibrated on the packaged extract, tested on a folder '" + folder.getFileName() + "'")
                .doesNotContain(folder.toString());
    }

    @Test
    void thePageOfTheDocumentationHasItsMarks() throws IOException {
        String root = System.getProperty("agentopt.repository", "..");
        assertThat(Files.readString(Path.of(root).resolve(ErrorPage.FILE)))
                .contains("<!-- begin: written by ./build bench cost --docs -->", "<!-- end -->");
    }
}
