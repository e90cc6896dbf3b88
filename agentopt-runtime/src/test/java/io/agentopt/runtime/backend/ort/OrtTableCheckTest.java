package io.agentopt.runtime.backend.ort;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class OrtTableCheckTest {
    @AfterEach
    void reset() {
        System.clearProperty(OrtLibrary.PROPERTY);
    }

    private static void opens(Path library) {
        System.setProperty(OrtLibrary.PROPERTY, library.toString());
        OrtApi.open();
    }

    @Test
    void aLibraryWithoutTheTableIsTooOld() {
        Path library = StubLibrary.of("wrong_table.c", "NOTHING");
        assertThatThrownBy(() -> opens(library))
                .isInstanceOf(OrtException.class)
                .hasMessageContaining("ONNX Runtime 9.9.9 (" + library + ") is too old")
                .hasMessageContaining("Use 1.22 or newer");
    }

    @Test
    void aTableOfOtherFunctionsIsAnErrorAndNoCrash() {
        for (String kind : new String[] {"OUTSIDE", "SHUFFLED"}) {
            Path library = StubLibrary.of("wrong_table.c", kind);
            assertThatThrownBy(() -> opens(library))
                    .isInstanceOf(OrtException.class)
                    .hasMessageContaining(library.toString())
                    .hasMessageContaining("is not the published one");
        }
    }

    @Test
    void theHeaderHasAsManyFunctionsAsTheTable() throws Exception {
        int published = new ObjectMapper()
                .readTree(OrtTableCheckTest.class.getResourceAsStream("/ort-function-table.json"))
                .size();
        assertThat(OrtFunction.entries(OrtFunction.HEADER)).isEqualTo(published);
        assertThat(OrtEnvironment.get().api().interfaceVersion()).isEqualTo(OrtFunction.HEADER);
        assertThat(Arrays.stream(OrtFunction.values()).map(OrtFunction::index)).doesNotHaveDuplicates();
        assertThat(OrtFunction.RUN.since()).isEqualTo(OrtFunction.OLDEST);
        assertThat(OrtFunction.COPY_TENSORS.since()).isEqualTo(23);
        assertThat(OrtFunction.GRAPH_ASSIGNMENT.since()).isEqualTo(24);
    }
}
