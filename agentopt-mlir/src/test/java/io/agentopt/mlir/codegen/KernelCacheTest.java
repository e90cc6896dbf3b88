package io.agentopt.mlir.codegen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KernelCacheTest {
    private static final KernelCache.Key KEY = new KernelCache.Key("k{d=1}", "source", "passes", "chip");

    private static final String SHA_256_OF_1_2 = "a12871fee210fb8619291eaea194581cbd2531e4b23759d225f6806923f63222";

    @TempDir
    Path folder;

    private final AtomicInteger compiled = new AtomicInteger();

    @Test
    void theSecondTimeComesFromMemoryAndTheNextProcessFromDisk() {
        KernelCache cache = cache("1");
        assertThat(get(cache, KEY)).containsExactly(7, 8, 9);
        assertThat(get(cache, KEY)).containsExactly(7, 8, 9);
        assertThat(get(cache("1"), KEY)).containsExactly(7, 8, 9);
        assertThat(compiled).hasValue(1);
    }

    @Test
    void whateverCodeComesFromIsPartOfTheKey() {
        get(cache("1"), KEY);
        get(cache("1"), new KernelCache.Key("k{d=2}", "source", "passes", "chip"));
        get(cache("1"), new KernelCache.Key("k{d=1}", "source2", "passes", "chip"));
        get(cache("1"), new KernelCache.Key("k{d=1}", "source", "passes2", "chip"));
        get(cache("1"), new KernelCache.Key("k{d=1}", "source", "passes", "chip2"));
        get(cache("1"), new KernelCache.Key("k{d=1}", "sourcepasses", "", "chip"));
        get(cache("2"), KEY);
        assertThat(compiled).hasValue(7);
    }

    @Test
    void aDamagedFileIsCompiledAgain() throws IOException {
        get(cache("1"), KEY);
        Path file = files().getFirst();
        byte[] whole = Files.readAllBytes(file);
        for (int length : new int[] {0, 10, 32, whole.length - 1}) {
            Files.write(file, java.util.Arrays.copyOf(whole, length));
            assertThat(get(cache("1"), KEY)).containsExactly(7, 8, 9);
        }
        byte[] flipped = whole.clone();
        flipped[whole.length - 1] ^= 1;
        Files.write(file, flipped);
        assertThat(get(cache("1"), KEY)).containsExactly(7, 8, 9);
        assertThat(compiled).hasValue(6);
        assertThat(file).hasBinaryContent(whole);
        assertThat(files()).containsExactly(file);
    }

    @Test
    void withoutAFolderItIsInMemoryOnly() throws IOException {
        Path inTheWay = Files.writeString(folder.resolve("file"), "");
        KernelCache cache = new KernelCache(inTheWay, "1");
        assertThat(get(cache, KEY)).containsExactly(7, 8, 9);
        assertThat(get(cache, KEY)).containsExactly(7, 8, 9);
        assertThat(compiled).hasValue(1);
    }

    @Test
    void aFailureIsNotKept() {
        KernelCache cache = cache("1");
        assertThatThrownBy(() -> cache.get(KEY, () -> {
                    throw new IllegalStateException("no");
                }))
                .hasMessage("no");
        assertThat(get(cache, KEY)).containsExactly(7, 8, 9);
    }

    @Test
    void callersDoNotShareTheBytes() {
        KernelCache cache = cache("1");
        get(cache, KEY)[0] = 0;
        assertThat(get(cache, KEY)).containsExactly(7, 8, 9);
    }

    @Test
    void whatIsOfferedIsNotCompiled() {
        KernelCache cache = cache("1");
        assertThat(cache.offer(cache.hash(KEY), new byte[] {1, 2}, SHA_256_OF_1_2))
                .isTrue();
        assertThat(get(cache, KEY)).containsExactly(1, 2);
        assertThat(compiled).hasValue(0);
        assertThat(folder.resolve("kernels")).as("offers stay in memory").doesNotExist();
        assertThat(get(cache("1"), KEY)).containsExactly(7, 8, 9);
    }

    @Test
    void codeOfItsOwnIsKept() {
        KernelCache first = cache("1");
        get(first, KEY);
        KernelCache next = cache("1");
        for (KernelCache cache : List.of(first, next)) {
            assertThat(cache.offer(cache.hash(KEY), new byte[] {1, 2}, SHA_256_OF_1_2))
                    .isFalse();
            assertThat(get(cache, KEY)).containsExactly(7, 8, 9);
            assertThat(cache.forgetOffered(KEY)).isFalse();
        }
        assertThat(compiled).hasValue(1);
    }

    @Test
    void theSecondOfferIsNotTakenAndAForgottenOneIsCompiled() {
        KernelCache cache = cache("1");
        byte[] code = {1, 2};
        assertThat(cache.offer(cache.hash(KEY), code, SHA_256_OF_1_2)).isTrue();
        code[0] = 9;
        assertThat(cache.offer(cache.hash(KEY), new byte[] {1, 2}, SHA_256_OF_1_2))
                .isFalse();
        assertThat(get(cache, KEY)).containsExactly(1, 2);
        assertThat(cache.forgetOffered(KEY)).isTrue();
        assertThat(cache.forgetOffered(KEY)).isFalse();
        assertThat(get(cache, KEY)).containsExactly(7, 8, 9);
    }

    @Test
    void anOfferThatIsNotWhatItsChecksumSaysIsRefused() {
        KernelCache cache = cache("1");
        String hash = cache.hash(KEY);
        assertThatThrownBy(() -> cache.offer(hash, new byte[] {1, 3}, SHA_256_OF_1_2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("The code offered for '" + hash + "' is damaged: its SHA-256 is ")
                .hasMessageEndingWith("not " + SHA_256_OF_1_2 + ". Fetch or compile it again.");
        for (String bad : List.of("", "../" + hash, hash.substring(1), "Z" + hash.substring(1)))
            assertThatThrownBy(() -> cache.offer(bad, new byte[] {1, 2}, SHA_256_OF_1_2))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("is no content hash of a kernel");
        assertThat(get(cache, KEY)).containsExactly(7, 8, 9);
    }

    private KernelCache cache(String library) {
        return new KernelCache(folder.resolve("kernels"), library);
    }

    private byte[] get(KernelCache cache, KernelCache.Key key) {
        return cache.get(key, () -> {
            compiled.incrementAndGet();
            return new byte[] {7, 8, 9};
        });
    }

    private List<Path> files() throws IOException {
        try (var files = Files.list(folder.resolve("kernels"))) {
            return files.toList();
        }
    }
}
