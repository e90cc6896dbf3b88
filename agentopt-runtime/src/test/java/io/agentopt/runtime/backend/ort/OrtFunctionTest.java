package io.agentopt.runtime.backend.ort;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class OrtFunctionTest {
    /** The published order of the table, read off the header of ONNX Runtime. */
    @Test
    void placesAreThoseOfThePublishedTable() throws Exception {
        JsonNode published =
                new ObjectMapper().readTree(OrtFunctionTest.class.getResourceAsStream("/ort-function-table.json"));
        for (OrtFunction f : OrtFunction.values()) {
            assertThat(published.path(f.cName()).asInt(-1)).as(f.cName()).isEqualTo(f.index());
        }
    }

    @Test
    void theLibraryOpensAndNamesItself() {
        assertThat(OrtEnvironment.get().version()).matches("1\\.\\d+\\.\\d+.*");
        assertThat(OrtEnvironment.get()).isSameAs(OrtEnvironment.get());
        assertThat(OrtEnvironment.get().origin()).contains("onnxruntime");
    }
}
