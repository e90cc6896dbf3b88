package io.agentopt.runtime.device;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.runtime.backend.ort.OrtEnvironment;
import io.agentopt.runtime.backend.ort.StubLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Providers are judged by their files alone. */
class ProviderFileTest {
    @TempDir
    Path folder;

    private final Path stub = StubLibrary.provider("PLAIN");

    private Optional<ProviderLadder.Stopped> obstacle(Path library, Path core) {
        return new ProviderFile(library, " (property p)", folder).obstacle(Optional.of(core));
    }

    private Path folder(String name) throws IOException {
        return Files.createDirectories(folder.resolve(name));
    }

    /** {@return a provider that is linked to a library of that name, which is gone} */
    private Path needing(String name, String... options) throws IOException {
        Path needed = Files.copy(StubLibrary.of("stub_driver.c"), folder("link").resolve(name));
        Path made = StubLibrary.linked(folder("own").resolve("provider.so"), "stub_provider.c", needed, options);
        Files.delete(needed);
        return made;
    }

    @Test
    void aLibrarySaysWhatItNeedsAndOffers() throws IOException {
        ElfFile elf = ElfFile.read(stub);
        assertThat(elf.machine()).isIn(ElfFile.X86_64, ElfFile.AARCH64);
        assertThat(elf.needed()).contains("libc.so.6").allMatch(n -> n.contains(".so"));
        assertThat(elf.symbols())
                .contains("CreateEpFactories", "ReleaseEpFactory")
                .doesNotContain("calloc", "get_api");
        assertThat(elf.searched()).isEmpty();
        ElfFile linked = ElfFile.read(needing("libgone.so", "-Wl,-rpath,$ORIGIN:/opt/x/${ORIGIN}"));
        assertThat(linked.needed()).contains("libgone.so");
        assertThat(linked.searched(Path.of("/a/b.so"))).containsExactly(Path.of("/a"), Path.of("/opt/x/a"));
        assertThat(obstacle(stub, Path.of("/nowhere/libonnxruntime.so"))).isEmpty();
    }

    @Test
    void brokenFilesAreNoLibraries() throws IOException {
        byte[] whole = Files.readAllBytes(stub);
        SplittableRandom random = new SplittableRandom(3);
        Path file = folder.resolve("broken.so");
        for (int i = 0; i < 300; i++) {
            int keep = i < 80 ? i : random.nextInt(whole.length);
            Files.write(file, Arrays.copyOf(whole, keep));
            assertThatThrownBy(() -> ElfFile.read(file)).as(keep + " bytes").isInstanceOf(IOException.class);
        }
        int read = 0;
        for (int i = 0; i < 2000; i++) {
            byte[] changed = whole.clone();
            int header = random.nextBoolean() ? 64 : whole.length;
            for (int n = 0; n < 4; n++) changed[random.nextInt(header)] = (byte) random.nextInt(256);
            Files.write(file, changed);
            try {
                ElfFile.read(file);
                read++;
            } catch (IOException e) {
                assertThat(e.getMessage()).startsWith("it ");
            }
        }
        assertThat(read).isBetween(1, 1999);
    }

    @Test
    void whatIsMissingIsNamedWithoutLoadingTheProvider() throws IOException {
        Path library = needing("libagentopt_gone.so.7");
        assertThat(obstacle(library, stub)).hasValueSatisfying(s -> {
            assertThat(s.rung()).isEqualTo(Rung.DEPENDENCY_MISSING);
            assertThat(s.reason())
                    .contains("property p", library.toString(), "libagentopt_gone.so.7", "LD_LIBRARY_PATH");
        });
        Path beside = needing("libagentopt_gone.so.8", "-Wl,-rpath,$ORIGIN");
        assertThat(obstacle(beside, stub)).isPresent();
        Files.copy(stub, beside.resolveSibling("libagentopt_gone.so.8"));
        assertThat(obstacle(beside, stub)).isEmpty();
    }

    @Test
    void aLibraryOfAnotherProcessorIsRefused() throws IOException {
        byte[] other = Files.readAllBytes(stub);
        other[18] = (byte) 243; // RISC-V
        other[19] = 0;
        Path file = Files.write(folder.resolve("other.so"), other);
        assertThat(obstacle(file, stub))
                .hasValueSatisfying(s -> assertThat(s.reason())
                        .contains("is for another processor (ELF machine 243) than this ("
                                + System.getProperty("os.arch")));
    }

    @Test
    void theBridgeIsPutBesideOnnxRuntime() throws IOException {
        Path provider = needing(ProviderFile.BRIDGE), theirs = provider.resolveSibling(ProviderFile.BRIDGE);
        Path core = folder("ort").resolve("libonnxruntime.so");
        assertThat(obstacle(provider, core)).hasValueSatisfying(s -> {
            assertThat(s.rung()).isEqualTo(Rung.DEPENDENCY_MISSING);
            assertThat(s.reason()).contains(ProviderFile.BRIDGE + " lies neither in " + folder.resolve("ort"));
        });
        Files.copy(stub, theirs);
        assertThat(obstacle(provider, Path.of("/nowhere/libonnxruntime.so")))
                .hasValueSatisfying(s -> assertThat(s.reason())
                        .contains("must lie in /nowhere", "Copy " + theirs, "agentopt.onnxruntime.library"));
        for (int again = 0; again < 2; again++) {
            assertThat(obstacle(provider, core)).isEmpty();
            try (Stream<Path> files = Files.list(folder.resolve("ort"))) {
                assertThat(files.toList())
                        .isEqualTo(List.of(folder.resolve("ort").resolve(ProviderFile.BRIDGE)));
            }
        }
        assertThat(folder.resolve("ort").resolve(ProviderFile.BRIDGE)).hasSameBinaryContentAs(stub);
        assertThat(new ProviderFile(provider, "", folder).obstacle(Optional.empty()))
                .isEmpty();
    }

    @Test
    void theLibraryInUseIsKnown() {
        assertThat(OrtEnvironment.get().library())
                .hasValueSatisfying(p -> assertThat(p).isRegularFile().isAbsolute());
    }
}
