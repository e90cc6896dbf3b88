package io.agentopt.runtime.device;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibraryPathTest {
    @TempDir
    Path folder;

    @Test
    void aLibraryIsLackingOnlyWhereThatIsCertain() throws Exception {
        Path cache =
                Files.writeString(folder.resolve("cache"), "ld.so\0libz.so.1\0/lib/libz.so.1\0/lib/libcuda.so.1.1\0");
        List<String> none = List.of(folder.resolve("empty").toString());
        assertThat(LibraryPath.lacks("libcuda.so.1", none, cache)).isTrue();
        assertThat(LibraryPath.lacks("libz.so.1", none, cache)).isFalse();
        assertThat(LibraryPath.lacks("libcuda.so.1", none, folder.resolve("no-cache")))
                .as("musl has no cache")
                .isFalse();
        assertThat(LibraryPath.lacks("/lib/libcuda.so.1", none, cache))
                .as("a path is not searched")
                .isFalse();
        Files.writeString(folder.resolve("libcuda.so.1"), "here");
        assertThat(LibraryPath.lacks("libcuda.so.1", List.of("", folder.toString()), cache))
                .isFalse();
    }

    @Test
    void itAgreesWithTheLoader() {
        for (String library : List.of("libagentopt-nowhere.so.1", "libc.so.6", "libm.so.6", "libcuda.so.1")) {
            boolean opens = Loader.open(library) instanceof Loader.Open;
            if (opens) assertThat(LibraryPath.lacks(library)).as(library).isFalse();
        }
        assertThat(Loader.open("libagentopt-nowhere.so.1"))
                .isEqualTo(
                        new Loader.Failed(Rung.LIBRARY_MISSING, "The library libagentopt-nowhere.so.1 is not there."));
    }
}
