package io.agentopt.cost.importer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.cost.Calibration;
import io.agentopt.cost.Demand;
import io.agentopt.cost.LocalCalibration;
import io.agentopt.cost.Measurement;
import io.agentopt.cost.OperatorClass;
import io.agentopt.cost.kernel.KernelShape;
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
        assertThat(profile.operators())
                .extracting(OnnxRuntimeProfile.OperatorTime::opType)
                .containsExactlyInAnyOrder("MatMul", "Softmax", "FusedMatMul", "Gemm");
        assertThat(profile.operators()).allMatch(o -> o.runs() == 3);
        assertThat(profile.rejected()).isEmpty();
        assertThat(profile.notUnderstood()).isEqualTo(Map.of("Reshape", 3));
        OnnxRuntimeProfile.OperatorTime first = profile.operators().getFirst();
        assertThat(first.node()).isEqualTo("proj");
        assertThat(first.inputs()).isEqualTo(List.of(List.of(2L, 128L, 64L)));
        assertThat(first.outputs()).isEqualTo(List.of(List.of(2L, 128L, 96L)));
        assertThat(first.kernel()).contains(new KernelShape.Gemm(256, 96, 64, Precision.FP32, Precision.FP32));
        Map<String, List<Measurement>> medians = profile.measurements();
        assertThat(medians.keySet()).containsExactly("FusedMatMul", "Gemm", "MatMul", "Softmax");
        assertThat(profile.kernels().keySet()).containsExactly("Gemm", "MatMul", "Softmax");
        assertThat(profile.kernels().get("Softmax"))
                .extracting(k -> (Object) k.shape())
                .containsExactly(new KernelShape.Elementwise(256, 96, 1, 1, Precision.FP32));
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
        List<Measurement> all = medians.values().stream()
                .flatMap(List::stream)
                .filter(m -> m.demand().operatorClass() == OperatorClass.GEMM)
                .toList();
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
                "'{\"float\":[4,8]}'             | '{\"float\":[3,8]}'               | shapes do not fit MatMul",
                "'{\"float\":[4,8]}'             | '{\"float\":[0,8]}'               | shapes do not fit MatMul",
                "'{\"float\":[4,8]}'             | '{\"float\":[4,-1]}'              | shapes do not fit MatMul",
                "'{\"float\":[4,8]}'             | '{\"float\":[4,800000000]}'       | faster than the peaks allow",
            })
    void whatIsNoMeasurementIsCounted(String what, String instead, String reason) throws Exception {
        assertThat(event()).contains(what);
        OnnxRuntimeProfile profile = read("[" + event() + "," + event().replace(what, instead) + "]");
        assertThat(profile.operators()).hasSize(1);
        assertThat(profile.operators().getFirst().runs()).isEqualTo(1);
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
        assertThat(profile.operators().getFirst().measurement().demand().operatorClass())
                .isEqualTo(OperatorClass.GEMM);
        assertThat(profile.notUnderstood()).isEqualTo(Map.of("MatMulNBits", 1));
    }

    /** Attention over a cache that grows, as exporters write it: [batch, KV heads, positions, head dimension]. */
    @ParameterizedTest
    @CsvSource({
        "1, 7, 2, 4, 6, DecodeAttention, ATTENTION_DECODE",
        "5, 0, 3, 4, 6, PrefillAttention, ATTENTION_PREFILL",
        "5, 7, 1, 4, 6, StepAttention, ATTENTION_PREFILL",
        "5, 7, 3, 4, 6, , ATTENTION_PREFILL",
    })
    void attentionTellsHeadsAndContextByItsCache(
            long tokens, long cached, long batch, int heads, int dimension, String kernel, OperatorClass work)
            throws Exception {
        OnnxRuntimeProfile profile =
                read("[" + attention(tokens, cached, cached + tokens, batch, heads, dimension) + "]");
        OnnxRuntimeProfile.OperatorTime o = profile.operators().getFirst();
        assertThat(o.kernel().map(k -> k.getClass().getSimpleName()).orElse(null))
                .isEqualTo(kernel);
        Demand demand = o.measurement().demand();
        assertThat(demand.operatorClass()).isEqualTo(work);
        double pairs = 0;
        for (long t = 1; t <= tokens; t++) pairs += cached + t;
        assertThat(demand.flops()).isEqualTo(4.0 * batch * heads * dimension * pairs);
    }

    @Test
    void attentionOverACacheInPlaceDoesNotTellItsContext() throws Exception {
        OnnxRuntimeProfile profile = read("[" + attention(1, 96, 96, 1, 4, 6) + "]");
        assertThat(profile.operators()).isEmpty();
        assertThat(profile.rejected()).isEqualTo(Map.of("shapes do not fit GroupQueryAttention", 1));
    }

    @Test
    void normsReadAndWriteWhatIsAsLargeAsTheirResult() throws Exception {
        String shapes = "\"input_type_shape\" : [{\"float\":[2,3,8]},{\"float\":[2,3,8]},{\"float\":[8]}],"
                + "\"output_type_shape\" : [{\"float\":[2,3,8]},{\"float\":[2,3,8]}]";
        OnnxRuntimeProfile profile = read("[" + event("SkipSimplifiedLayerNormalization", shapes) + "]");
        assertThat(profile.operators().getFirst().kernel())
                .contains(new KernelShape.Elementwise(6, 8, 2, 2, Precision.FP32));
        assertThat(profile.operators().getFirst().measurement().demand().trafficBytes())
                .isEqualTo(4 * 48 * 4);
    }

    /** A profile of hours has millions of events of the same few shapes. */
    @Test
    void whatIsKeptGrowsWithTheShapesAndNotWithTheRuns() throws Exception {
        StringBuilder text = new StringBuilder("[");
        for (int i = 0; i < 20_000; i++) {
            String dur = i < 200 ? "\"dur\" :900" : "\"dur\" :" + (8 + i % 3);
            text.append(i == 0 ? "" : ",").append(event().replace("\"dur\" :9", dur));
        }
        OnnxRuntimeProfile profile = read(text.append("]").toString());
        assertThat(profile.operators()).hasSize(1);
        assertThat(profile.operators().getFirst().runs()).isEqualTo(20_000);
        assertThat(profile.operators().getFirst().measurement().seconds()).isCloseTo(9e-6, within(1e-12));
    }

    private static String attention(long tokens, long cached, long present, long batch, int heads, int dimension) {
        String cache = "[%d,2,%d,%d]";
        return event(
                "GroupQueryAttention",
                "\"input_type_shape\" : [{\"float\":[%d,%d,%d]},{\"float\":[%d,%d,%d]},{\"float\":[%d,%d,%d]},{\"float\":%s},{\"float\":%s},{\"int32\":[%d]}],"
                                .formatted(
                                        batch,
                                        tokens,
                                        heads * dimension,
                                        batch,
                                        tokens,
                                        2 * dimension,
                                        batch,
                                        tokens,
                                        2 * dimension,
                                        cache.formatted(batch, cached, dimension),
                                        cache.formatted(batch, cached, dimension),
                                        batch)
                        + "\"output_type_shape\" : [{\"float\":[%d,%d,%d]},{\"float\":%s},{\"float\":%s}]"
                                .formatted(
                                        batch,
                                        tokens,
                                        heads * dimension,
                                        cache.formatted(batch, present, dimension),
                                        cache.formatted(batch, present, dimension)));
    }

    private static String event(String opType, String shapes) {
        return "{\"cat\" : \"Node\",\"dur\" :90,\"name\" :\"n_kernel_time\",\"args\" : {\"op_name\" : \"" + opType
                + "\",\"provider\" : \"CPUExecutionProvider\"," + shapes + "}}";
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
