package io.agentopt.runtime.calibrate;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.cost.Confidence;
import io.agentopt.cost.Measurement;
import io.agentopt.cost.OperatorClass;
import io.agentopt.cost.importer.OnnxRuntimeProfile;
import io.agentopt.cost.kernel.GemmForm;
import io.agentopt.cost.kernel.KernelCalibration;
import io.agentopt.cost.kernel.KernelFit;
import io.agentopt.cost.kernel.KernelMeasurement;
import io.agentopt.cost.kernel.KernelShape;
import io.agentopt.cost.kernel.KernelShape.Gemm;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.Precision;
import io.agentopt.runtime.backend.CancelToken;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.llm.DecodeOptions;
import io.agentopt.runtime.llm.EngineSettings;
import io.agentopt.runtime.llm.KvCache;
import io.agentopt.runtime.llm.LlmEngine;
import io.agentopt.runtime.llm.TinyPack;
import io.agentopt.runtime.llm.TokenListener;
import io.agentopt.runtime.llm.pack.ModelStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A profile that ONNX Runtime writes here and now, of a decoder that answers. */
class ProfiledRunTest {
    private static final DeviceSpec CPU = DeviceSpec.cpu("cpu", 2, 1e12, 8e9, 1e11);

    @TempDir
    Path root;

    @Test
    void aProfiledModelsOperatorsBecomeMeasurementsAndKernels() throws Exception {
        TinyPack.decoder("d").write(root);
        Path profiles = Files.createDirectory(root.resolve("profiles"));
        SessionSettings session = SessionSettings.cpu(1).profiling(profiles.resolve("run"));
        try (LlmEngine engine = LlmEngine.open(ModelStore.of(root).pack("d"), EngineSettings.of(session))) {
            for (int length : new int[] {4, 9, 20, 33, 60}) {
                int[] prompt = IntStream.range(0, length)
                        .map(i -> 1 + (i * 7 + length) % 200)
                        .toArray();
                try (KvCache cache = engine.prefill(prompt, CancelToken.none())) {
                    engine.decode(cache, DecodeOptions.greedy(8), TokenListener.NONE, CancelToken.none());
                }
            }
        }
        OnnxRuntimeProfile profile = OnnxRuntimeProfile.read(written(profiles), OnnxRuntimeProfile.CPU, CPU);
        List<KernelMeasurement<Gemm>> products = new ArrayList<>();
        profile.kernels().values().stream().flatMap(List::stream).forEach(k -> {
            if (k.shape() instanceof Gemm gemm) products.add(new KernelMeasurement<>(gemm, k.seconds()));
        });
        assertThat(products).extracting(k -> k.shape().k()).contains(32L, 48L); // hidden and inner width
        assertThat(products).extracting(k -> k.shape().m()).contains(1L, 20L, 60L);
        assertThat(profile.operators())
                .as("norms, of width 32")
                .anyMatch(o -> o.kernel().orElse(null) instanceof KernelShape.Elementwise e
                        && e.columns() == 32
                        && o.opType().contains("LayerNormalization"));
        assertThat(profile.rejected())
                .as("attention over a cache in place does not tell its context")
                .containsKey("shapes do not fit GroupQueryAttention");
        List<Measurement> gemms = profile.measurements().values().stream()
                .flatMap(List::stream)
                .filter(m -> m.demand().operatorClass() == OperatorClass.GEMM)
                .toList();
        assertThat(gemms).hasSameSizeAs(products);
        KernelFit<Gemm> fit = KernelCalibration.fit(new GemmForm(CPU, Precision.FP32), products, Confidence.MEASURED);
        assertThat(fit.used()
                        + fit.rejected().values().stream()
                                .mapToInt(Integer::intValue)
                                .sum())
                .isEqualTo(products.size());
        assertThat(fit.model().seconds(products.getFirst().shape()))
                .isPositive()
                .isFinite();
    }

    private static Path written(Path folder) throws Exception {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(".json")).findFirst().orElseThrow();
        }
    }
}
