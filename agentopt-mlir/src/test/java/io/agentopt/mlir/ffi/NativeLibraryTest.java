package io.agentopt.mlir.ffi;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.mlir.ffi.Availability.Available;
import io.agentopt.mlir.ffi.Availability.Unavailable;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each way in which the library can be missing, and what is said then. */
class NativeLibraryTest {
    @TempDir
    Path folder;

    @Test
    void aPropertyThatPointsNowhere() {
        Path nowhere = folder.resolve("nowhere.so");
        assertThat(reason(named(nowhere)))
                .isEqualTo("The MLIR library '" + nowhere + "' (system property agentopt.mlir.library) does not exist."
                        + " Correct the property, or remove it to use the library on the class path.");
    }

    @Test
    void aFileThatIsNoLibrary() throws IOException {
        Path text = Files.writeString(folder.resolve("text.so"), "hello");
        assertThat(reason(named(text)))
                .startsWith("The library '" + text + "' cannot be loaded (")
                .endsWith(" It was named by the system property agentopt.mlir.library.");
    }

    @Test
    void anotherPlatform() {
        var search = new NativeLibrary.Search(
                Library.GRAPH,
                Optional.empty(),
                "windows 11-aarch64",
                _ -> Optional.empty(),
                List.of(),
                NativeLibraryTest::newGlibc);
        assertThat(reason(search))
                .startsWith("The MLIR library exists for linux-x86_64 only, and this is windows 11-aarch64.");
    }

    @Test
    void nothingOnTheClassPath() {
        assertThat(reason(packed(Map.of())))
                .isEqualTo(
                        "No MLIR library on the class path (io/agentopt/mlir/natives/linux-x86_64/libagentopt-mlir.so)."
                                + " Add agentopt-mlir's artifact with classifier natives-linux-x86_64, or set -Dagentopt.mlir.library.");
    }

    @Test
    void aDamagedLibrary() {
        String expected = "0".repeat(64);
        assertThat(reason(packed(Map.of(
                        Library.GRAPH.resource(), "abc", Library.GRAPH.resource() + ".sha256", expected + "\n"))))
                .isEqualTo("The MLIR library on the class path is damaged: its SHA-256 is"
                        + " ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad, not " + expected
                        + ". Fetch or build the natives again.");
    }

    @Test
    void noChecksum() {
        assertThat(reason(packed(Map.of(Library.GRAPH.resource(), "abc"))))
                .startsWith("The MLIR library on the class path has no checksum");
    }

    @Test
    void noFolderToUnpackInto() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "in the way");
        var search = new NativeLibrary.Search(
                Library.GRAPH, Optional.empty(), "linux-x86_64", abc(), List.of(file), NativeLibraryTest::newGlibc);
        assertThat(reason(search))
                .startsWith(
                        "The MLIR library could not be unpacked to a folder that allows writing and execution. Cannot write '"
                                + file + "'")
                .endsWith("Set AGENTOPT_CACHE to such a folder, or -Dagentopt.mlir.library to an unpacked library.");
    }

    @Test
    void theNextFolderIsTriedAndEachFailureTold() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "in the way");
        var search = new NativeLibrary.Search(
                Library.GRAPH,
                Optional.empty(),
                "linux-x86_64",
                abc(),
                List.of(file, folder.resolve("cache")),
                NativeLibraryTest::newGlibc);
        assertThat(reason(search)).contains("Cannot write '" + file + "'").contains("cannot be loaded");
    }

    @Test
    void aDamagedCopyIsReplaced() throws IOException {
        UnpackedLibrary packed = UnpackedLibrary.read(Library.GRAPH, abc()).orElseThrow();
        Path copy = packed.unpackInto(folder);
        Files.writeString(copy, "ab");
        assertThat(packed.unpackInto(folder)).isEqualTo(copy).hasContent("abc");
        assertThat(copy.getParent()).isDirectoryContaining(copy::equals);
        try (var files = Files.list(copy.getParent())) {
            assertThat(files).containsExactly(copy);
        }
    }

    @Test
    void anOldGlibcIsNamedWithWhatIsNeeded() throws IOException {
        Path text = Files.writeString(folder.resolve("text.so"), "hello");
        assertThat(reason(with(text, Optional.of("2.31"))))
                .startsWith("The library '" + text + "' cannot be loaded (")
                .contains("). The MLIR library needs glibc 2.34 or newer (Ubuntu 22.04, Debian 12, RHEL 9 and later),"
                        + " and this system has glibc 2.31. Run on such a system, or lower in plain Java.");
        assertThat(reason(with(text, Optional.empty()))).contains("this system has another C library, such as musl.");
        for (String newEnough : List.of("2.34", "2.34.9000", "2.100", "3.0", "unreadable"))
            assertThat(reason(with(text, Optional.of(newEnough)))).doesNotContain("glibc");
    }

    @Test
    void anOldGlibcIsToldOnceAndNotForEachFolder() {
        var search = new NativeLibrary.Search(
                Library.CODEGEN,
                Optional.empty(),
                "linux-x86_64",
                resources(Map.of(
                        Library.CODEGEN.resource(),
                        "abc",
                        Library.CODEGEN.resource() + ".sha256",
                        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")),
                List.of(folder.resolve("a"), folder.resolve("b")),
                () -> Optional.of("2.28"));
        assertThat(reason(search))
                .containsOnlyOnce("this system has glibc 2.28. Run on such a system, or run kernels in plain Java.")
                .doesNotContain("AGENTOPT_CACHE");
    }

    @Test
    void theFloorIsTheOneThatTheBuildHoldsTheLibrariesTo() throws IOException {
        Path script = Path.of(System.getProperty("agentopt.repository"), "agentopt-mlir/src/main/native/build.sh");
        assertThat(Files.readString(script)).contains("\nnewest_glibc=" + Glibc.FLOOR + " ");
    }

    @Test
    void theVersionOfThisProcess() {
        Assumptions.assumeTrue(
                System.getProperty("os.name").equals("Linux"), "SKIPPED: no Linux, so there is no glibc to ask");
        assertThat(Glibc.ofProcess()).hasValueSatisfying(v -> assertThat(v).matches("\\d+\\.\\d+.*"));
    }

    @Test
    void theRealLibraryLoadsFromAFolderWithSpaces() {
        Assumptions.assumeTrue(Mlir.availability() instanceof Available, () -> "SKIPPED: " + Mlir.availability());
        var search = NativeLibrary.Search.ofProcess(Library.GRAPH);
        var elsewhere = new NativeLibrary.Search(
                Library.GRAPH,
                Optional.empty(),
                search.platform(),
                search.resources(),
                List.of(folder.resolve("a b \u00e9")),
                NativeLibraryTest::newGlibc);
        assertThat(NativeLibrary.find(elsewhere).availability()).isInstanceOf(Available.class);
    }

    private static NativeLibrary.Search named(Path file) {
        return new NativeLibrary.Search(
                Library.GRAPH,
                Optional.of(file.toString()),
                "linux-x86_64",
                _ -> Optional.empty(),
                List.of(),
                NativeLibraryTest::newGlibc);
    }

    private static Optional<String> newGlibc() {
        return Optional.of("2.36");
    }

    private static NativeLibrary.Search with(Path file, Optional<String> glibc) {
        return new NativeLibrary.Search(
                Library.GRAPH,
                Optional.of(file.toString()),
                "linux-x86_64",
                _ -> Optional.empty(),
                List.of(),
                () -> glibc);
    }

    private NativeLibrary.Search packed(Map<String, String> resources) {
        return new NativeLibrary.Search(
                Library.GRAPH,
                Optional.empty(),
                "linux-x86_64",
                resources(resources),
                List.of(folder),
                NativeLibraryTest::newGlibc);
    }

    private static Function<String, Optional<InputStream>> abc() {
        return resources(Map.of(
                Library.GRAPH.resource(),
                "abc",
                Library.GRAPH.resource() + ".sha256",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
    }

    private static Function<String, Optional<InputStream>> resources(Map<String, String> content) {
        return name -> Optional.ofNullable(content.get(name))
                .map(s -> new ByteArrayInputStream(s.getBytes(StandardCharsets.UTF_8)));
    }

    private static String reason(NativeLibrary.Search search) {
        return ((Unavailable) NativeLibrary.find(search).availability()).reason();
    }
}
