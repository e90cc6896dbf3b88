package io.agentopt.runtime.backend.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OrtLibraryTest {
    @TempDir
    Path folder;

    @AfterEach
    void reset() {
        System.clearProperty(OrtLibrary.PROPERTY);
    }

    @Test
    void aLibraryThatIsNoneIsNamed() throws Exception {
        Path text = Files.writeString(folder.resolve("text.so"), "This is no library.");
        for (Path wrong : new Path[] {folder.resolve("none.so"), folder, text}) {
            System.setProperty(OrtLibrary.PROPERTY, wrong.toString());
            assertThatThrownBy(OrtLibrary::open)
                    .isInstanceOf(OrtException.class)
                    .hasMessageContaining("'" + wrong + "'");
        }
    }

    @Test
    void theLibraryOfTheJarIsUnpackedOnce() {
        String first = OrtLibrary.open().origin();
        assertThat(OrtLibrary.open().origin()).isEqualTo(first);
        assertThat(OrtLibrary.platform()).matches("(linux|osx|win)-\\w+");
    }
}
