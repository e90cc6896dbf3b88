package io.agentopt.cost.importer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.cost.Calibration;
import io.agentopt.cost.LocalCalibration;
import io.agentopt.cost.Measurement;
import io.agentopt.cost.OperatorClass;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.Precision;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OnnxRuntimeProfileTest {
    private static final DeviceSpec CPU = DeviceSpec.cpu("cpu", 2, 1e12, 8e9, 1e11);

    @TempDir
    Path folder;

    /** Written by ONNX Runtime 1.29 for a graph of six operators, run three times. */
    @Test
    void aRealProfileGivesItsMatrixProducts() throws Exception {
        URL resource = Objects.requireNonNull(getClass().getResource("onnxruntime-profile.json"));
        OnnxRuntimeProfile profile = OnnxRuntimeProfile.read(Path.of(resource.toURI()), OnnxRuntimeProfile.CPU, CPU);
        assertThat(profile.nodes()).hasSize(9);
        assertThat(profile.rejected()).isEmpty();
        assertThat(profile.notUnderstood()).isEqualTo(Map.of("Softmax", 3, "Reshape", 3));
        OnnxRuntimeProfile.NodeTime first = profile.nodes().getFirst();
        assertThat(first.node()).isEqualTo("proj");
        assertThat(first.inputs()).isEqualTo(List.of(List.of(2L, 128L, 64L)));
        assertThat(first.output()).isEqualTo(List.of(2L, 128L, 96L));
        assertThat(first.measurement().seconds()).isCloseTo(171e-6, within(1e-12));
        Map<String, List<Measurement>> medians = profile.medians();
        assertThat(medians.keySet()).containsExactly("FusedMatMul", "Gemm", "MatMul");
        Measurement packed = Objects.requireNonNull(medians.get("MatMul")).getFirst();
        assertThat(packed.seconds()).isCloseTo(73e-6, within(1e-12));
        assertThat(packed.demand().flops()).isEqualTo(2.0 * 256 * 64 * 96);
        assertThat(packed.demand().weightBytes()).isEqualTo(64 * 96 * 4.0);
        Measurement batched = Objects.requireNonNull(medians.get("FusedMatMul")).getFirst();
        assertThat(batched.demand().flops()).isEqualTo(2.0 * 2 * 128 * 96 * 128);
        assertThat(batched.demand().bytesRead()).isEqualTo(2 * 2 * 128 * 96 * 4.0);
        Measurement gemm = Objects.requireNonNull(medians.get("Gemm")).getFirst();
        assertThat(gemm.demand().flops()).isEqualTo(2.0 * 256 * 128 * 40);
        assertThat(gemm.demand().precision()).isEqualTo(Precision.FP32);
        List<Measurement> all = medians.values().stream().flatMap(List::stream).toList();
        Calibration fit = LocalCalibration.fit(CPU, all);
        assertThat(fit.used()).isEqualTo(3);
        assertThat(fit.efficiency().compute()).isBetween(1e-9, 1.05);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'\"dur\" :9'                    | '\"dur\" :0'                      | time not above 0",
                "'\"dur\" :9'                    | '\"dur\" :-5'                     | time not above 0",
                "'CPUExecutionProvider'          | 'CUDAExecutionProvider'           | ran on CUDAExecutionProvider",
                "'\"provider\" : '               | '\"other\" : '                    | ran on no stated provider",
                "'{\"float\":[4,8]}'             | ''                                | no shapes",
                "'{\"float\":[4,8]}'             | '{\"int64\":[4,8]}'               | number format not understood",
                "'{\"float\":[4,8]}'             | '{\"float\":[3,8]}'               | shapes do not fit a matrix product",
                "'{\"float\":[4,8]}'             | '{\"float\":[0,8]}'               | shapes do not fit a matrix product",
                "'{\"float\":[4,8]}'             | '{\"float\":[4,-1]}'              | shapes do not fit a matrix product",
                "'{\"float\":[4,8]}'             | '{\"float\":[4,800000000]}'       | faster than the peaks allow",
            })
    void whatIsNoMeasurementIsCounted(String what, String instead, String reason) throws Exception {
        assertThat(event()).contains(what);
        OnnxRuntimeProfile profile = read("[" + event() + "," + event().replace(what, instead) + "]");
        assertThat(profile.nodes()).hasSize(1);
        assertThat(profile.rejected()).isEqualTo(Map.of(reason, 1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                               | does not hold a JSON list",
                "'{}'                             | does not hold a JSON list",
                "'[]'                             | profiling enabled",
                "'[{\"name\": \"model_run\"}]'    | profiling enabled",
                "'[{\"name\": \"model_run\"}'     | written to its end",
                "'[1]'                            | is not an object",
                "'[] 1'                           | goes on after its list",
                "'[{\"name\": 7}]'                | is not a text",
            })
    void aFileOfAnotherKindIsOneClearError(String text, String message) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("profile.json")
                .hasMessageContaining(message);
    }

    @Test
    void aMalformedEventNamesItsPlace() {
        String noTime = event().replace("\"dur\" :9", "\"dur\" :\"soon\"");
        assertThatThrownBy(() -> read("[" + noTime + "]")).hasMessageContaining("$[0].dur");
        String twice = event().replace("{\"float\":[4,8]}", "{\"float\":[4,8],\"int8\":[1]}");
        assertThatThrownBy(() -> read("[" + twice + "]")).hasMessageContaining("one type with its shape");
        assertThatThrownBy(() -> OnnxRuntimeProfile.read(folder.resolve("none"), OnnxRuntimeProfile.CPU, CPU))
                .isInstanceOf(java.io.UncheckedIOException.class);
    }

    @Test
    void fusedActivationsAndOtherOperatorsAreToldApart() throws Exception {
        OnnxRuntimeProfile profile = read(
                "[" + event().replace("MatMul", "FusedGemm") + "," + event().replace("MatMul", "MatMulNBits") + "]");
        assertThat(profile.nodes().getFirst().measurement().demand().operatorClass())
                .isEqualTo(OperatorClass.GEMM);
        assertThat(profile.notUnderstood()).isEqualTo(Map.of("MatMulNBits", 1));
    }

    private OnnxRuntimeProfile read(String text) throws Exception {
        return OnnxRuntimeProfile.read(
                Files.writeString(folder.resolve("profile.json"), text), OnnxRuntimeProfile.CPU, CPU);
    }

    private static String event() {
        return "{\"cat\" : \"Node\",\"dur\" :9,\"ts\" :1,\"ph\" : \"X\",\"name\" :\"n_kernel_time\",\"args\" : {\"op_name\" : \"MatMul\","
                + "\"provider\" : \"CPUExecutionProvider\",\"input_type_shape\" : [{\"float\":[4,8]}],\"output_type_shape\" : [{\"float\":[4,2]}]}}";
    }
}
