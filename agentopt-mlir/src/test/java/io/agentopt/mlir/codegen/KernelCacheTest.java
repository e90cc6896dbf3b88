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

    private static final CpuCode OWN = Codes.cpu("chip", "", new byte[] {7, 8, 9});
    private static final CpuCode OFFERED = Codes.cpu("chip", "+avx2", new byte[] {1, 2});

    @TempDir
    Path folder;

    private final AtomicInteger compiled = new AtomicInteger();

    @Test
    void theSecondTimeComesFromMemoryAndTheNextProcessFromDisk() {
        KernelCache cache = cache("1");
        assertThat(get(cache, KEY)).isEqualTo(OWN);
        assertThat(get(cache, KEY)).isEqualTo(OWN);
        assertThat(get(cache("1"), KEY)).isEqualTo(OWN);
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
            assertThat(get(cache("1"), KEY)).isEqualTo(OWN);
        }
        byte[] flipped = whole.clone();
        flipped[whole.length - 1] ^= 1;
        Files.write(file, flipped);
        assertThat(get(cache("1"), KEY)).isEqualTo(OWN);
        assertThat(compiled).hasValue(6);
        assertThat(file).hasBinaryContent(whole);
        assertThat(files()).containsExactly(file);
    }

    @Test
    void withoutAFolderItIsInMemoryOnly() throws IOException {
        Path inTheWay = Files.writeString(folder.resolve("file"), "");
        KernelCache cache = new KernelCache(inTheWay, "1");
        assertThat(get(cache, KEY)).isEqualTo(OWN);
        assertThat(get(cache, KEY)).isEqualTo(OWN);
        assertThat(compiled).hasValue(1);
    }

    @Test
    void aFailureIsNotKept() {
        KernelCache cache = cache("1");
        assertThatThrownBy(() -> cache.get(KEY, CpuCode.class, () -> {
                    throw new IllegalStateException("no");
                }))
                .hasMessage("no");
        assertThat(get(cache, KEY)).isEqualTo(OWN);
    }

    /** What a plan offered for a processor was once given to a driver. */
    @Test
    void codeOfAnotherKindIsCompiledAgain() {
        KernelCache cache = cache("1");
        cache.offer(cache.hash(KEY), Codes.gpu(new GpuTarget.Nvidia("sm_90"), new byte[] {3}));
        assertThat(get(cache, KEY)).isEqualTo(OWN);
        GpuCode other = Codes.gpu(new GpuTarget.Nvidia("sm_90"), new byte[] {4});
        assertThat(cache("1").get(KEY, GpuCode.class, () -> other)).isEqualTo(other);
    }

    @Test
    void whatIsOfferedIsNotCompiled() {
        KernelCache cache = cache("1");
        assertThat(cache.offer(cache.hash(KEY), OFFERED)).isTrue();
        assertThat(get(cache, KEY)).isEqualTo(OFFERED);
        assertThat(compiled).hasValue(0);
        assertThat(folder.resolve("kernels")).as("offers stay in memory").doesNotExist();
        assertThat(get(cache("1"), KEY)).isEqualTo(OWN);
    }

    @Test
    void codeOfItsOwnIsKept() {
        KernelCache first = cache("1");
        get(first, KEY);
        KernelCache next = cache("1");
        for (KernelCache cache : List.of(first, next)) {
            assertThat(cache.offer(cache.hash(KEY), OFFERED)).isFalse();
            assertThat(get(cache, KEY)).isEqualTo(OWN);
            assertThat(cache.forgetOffered(KEY)).isFalse();
        }
        assertThat(compiled).hasValue(1);
    }

    @Test
    void theSecondOfferIsNotTakenAndAForgottenOneIsCompiled() {
        KernelCache cache = cache("1");
        assertThat(cache.offer(cache.hash(KEY), OFFERED)).isTrue();
        assertThat(cache.offer(cache.hash(KEY), OFFERED)).isFalse();
        assertThat(get(cache, KEY)).isEqualTo(OFFERED);
        assertThat(cache.forgetOffered(KEY)).isTrue();
        assertThat(cache.forgetOffered(KEY)).isFalse();
        assertThat(get(cache, KEY)).isEqualTo(OWN);
    }

    @Test
    void anOfferForNoHashIsRefused() {
        KernelCache cache = cache("1");
        String hash = cache.hash(KEY);
        for (String bad : List.of("", "../" + hash, hash.substring(1), "Z" + hash.substring(1)))
            assertThatThrownBy(() -> cache.offer(bad, OFFERED))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("is no content hash of a kernel");
        assertThat(get(cache, KEY)).isEqualTo(OWN);
    }

    private KernelCache cache(String library) {
        return new KernelCache(folder.resolve("kernels"), library);
    }

    private CpuCode get(KernelCache cache, KernelCache.Key key) {
        return cache.get(key, CpuCode.class, () -> {
            compiled.incrementAndGet();
            return OWN;
        });
    }

    private List<Path> files() throws IOException {
        try (var files = Files.list(folder.resolve("kernels"))) {
            return files.toList();
        }
    }
}
