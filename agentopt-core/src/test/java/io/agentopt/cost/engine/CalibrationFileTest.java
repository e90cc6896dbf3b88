package io.agentopt.cost.engine;

import static io.agentopt.cost.engine.EngineModelTest.A100;
import static io.agentopt.cost.engine.EngineModelTest.H100;
import static io.agentopt.cost.engine.EngineModelTest.SMALL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.cost.Confidence;
import io.agentopt.cost.Estimate;
import io.agentopt.cost.RooflineCostModel;
import io.agentopt.cost.kernel.CollectiveForm;
import io.agentopt.cost.kernel.GemmForm;
import io.agentopt.cost.kernel.KernelCalibration;
import io.agentopt.cost.kernel.KernelMeasurement;
import io.agentopt.cost.kernel.KernelModel;
import io.agentopt.cost.kernel.KernelShape.Gemm;
import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.model.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CalibrationFileTest {
    private static final DeviceCatalog DEVICES = DeviceCatalog.packaged();

    @TempDir
    Path folder;

    /** A corrected kernel model of noisy products. */
    static KernelModel<Gemm> corrected() {
        GemmForm form = new GemmForm(A100, Precision.BF16);
        KernelModel<Gemm> generic = KernelModel.generic(form);
        Random random = new Random(7);
        List<KernelMeasurement<Gemm>> rows = new ArrayList<>();
        for (int i = 0; i < 41; i++) {
            long n = 256L << (i % 6);
            Gemm shape = new Gemm(1L << random.nextInt(12), n, 4096, Precision.BF16, Precision.BF16);
            double odd = n > 1000 ? 2.5 : 1.4;
            rows.add(new KernelMeasurement<>(shape, odd * generic.seconds(shape)));
        }
        return KernelCalibration.fit(form, rows, Confidence.MEASURED).model();
    }

    /** A corrected fit of an engine whose batches are uneven. */
    static EngineFit fit() {
        List<EngineMeasurement> rows = new ArrayList<>();
        Deployment d = new Deployment(SMALL, H100, 1, KvReading.PER_GROUP);
        EngineTerms truth = EngineTerms.generic(H100).with(EngineTerm.MEMORY, 0.5);
        for (int batch = 1; batch <= 64; batch *= 2) {
            for (int prompt : new int[] {100, 500, 2000}) {
                EngineLoad load = new EngineLoad(prompt, 100, batch);
                double seconds = EngineModel.seconds(d, load, EngineMetric.TOKEN_TIME, truth)
                        .seconds();
                rows.add(new EngineMeasurement(
                        d, load, EngineMetric.TOKEN_TIME, seconds * (1.2 + 0.2 * Math.sin(Math.log(batch) * 2))));
            }
        }
        rows.add(new EngineMeasurement(d, new EngineLoad(10, 10, 1), EngineMetric.TOKEN_TIME, 1e-9));
        return EngineCalibration.fit(rows);
    }

    private static CalibrationFile sample() {
        return new CalibrationFile(
                List.of(
                        new CalibrationFile.Kernel(corrected(), EngineCostModelTest.HERE),
                        new CalibrationFile.Kernel(
                                KernelModel.generic(new CollectiveForm(H100)), EngineCostModelTest.HERE)),
                List.of(
                        new CalibratedEngine(
                                H100,
                                Precision.FP16,
                                Precision.FP16,
                                Optional.of(SMALL.id()),
                                fit(),
                                EngineCostModelTest.HERE),
                        EngineCostModelTest.fitted(A100, EngineTerms.generic(A100))));
    }

    private Path written() {
        Path file = folder.resolve("calibration.json");
        sample().write(file);
        return file;
    }

    @Test
    void whatIsReadBackSaysTheSameSecondsBitForBit() throws IOException {
        CalibrationFile before = sample();
        Path file = written();
        CalibrationFile after = CalibrationFile.read(file, DEVICES);
        KernelModel<Gemm> kernel = corrected();
        assertThat(kernel.corrected()).isTrue();
        @SuppressWarnings("unchecked")
        KernelModel<Gemm> again = (KernelModel<Gemm>) after.kernels().getFirst().model();
        for (long m = 1; m < 9000; m = m * 3 + 1) {
            Gemm shape = new Gemm(m, 3000 + m, 1000 + 7 * m, Precision.BF16, Precision.BF16);
            assertThat(again.seconds(shape)).isEqualTo(kernel.seconds(shape));
        }
        assertThat(again.confidence()).isEqualTo(Confidence.MEASURED);
        EngineFit fit = before.engines().getFirst().fit();
        EngineFit same = after.engines().getFirst().fit();
        assertThat(fit.correctedError()).isPresent();
        assertThat(same.report()).isEqualTo(fit.report());
        assertThat(same.rejected()).isEqualTo(fit.rejected()).hasSize(1);
        Deployment d = new Deployment(SMALL, H100, 1, KvReading.PER_GROUP);
        for (int batch = 1; batch < 200; batch += 13) {
            EngineLoad load = new EngineLoad(77 * batch, 100, batch);
            assertThat(same.seconds(d, load, EngineMetric.TOKEN_TIME))
                    .isEqualTo(fit.seconds(d, load, EngineMetric.TOKEN_TIME));
        }
        Path twice = folder.resolve("twice.json");
        after.write(twice);
        assertThat(Files.readString(twice)).isEqualTo(Files.readString(file));
    }

    @Test
    void aCostModelGoesByTheFile() {
        EngineCostModel model = CalibrationFile.read(written(), DEVICES).costModel(RooflineCostModel.generic());
        assertThat(((Estimate.Known) model.decode(SMALL, H100, 1, 500, 100, 4)).confidence())
                .isEqualTo(Confidence.IMPORTED);
        assertThat(((Estimate.Known) model.decode(SMALL, A100, 1, 500, 100, 4)).confidence())
                .as("an engine that nobody measured gives way to kernels that somebody did")
                .isEqualTo(Confidence.MEASURED);
    }

    @Test
    void theOrderOfMetricsIsThatOfTheFile() {
        assertThat(EngineMetric.values())
                .startsWith(
                        EngineMetric.TIME_TO_FIRST_TOKEN,
                        EngineMetric.TOKEN_TIME,
                        EngineMetric.SERVED_TOKEN_TIME,
                        EngineMetric.REQUEST,
                        EngineMetric.LAYER_PREFILL,
                        EngineMetric.LAYER_DECODE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"format\" : 1 | \"format\" : 2 | $.format | reads",
                "\"form\" : \"gemm\" | \"form\" : \"gem\" | $.kernels[0].form | prefill-attention",
                "A100-80GB-SXM | A100-81GB | $.kernels[0].device | A100-80GB-SXM",
                "\"unit\" : \"s\" | \"unit\" : \"ms\" | $.kernels[0].terms.launch.unit | It is",
                "\"exponent\" : { | \"exponents\" : { | $.kernels[0] | exponents",
                "\"bf16\" : 3.12E14 | \"bf16\" : 1.56E14 | $.kernels[0].rates.peakFlops.bf16 | calibrate again",
                "\"hostDevices\" : 8 | \"hostDevices\" : 0 | $.kernels[1].topology | at least one island",
                "\"topology\" : | \"network\" : | $.kernels[1] | topology",
                "\"kv\" : | \"kvs\" : | $.engines[0].terms | kv",
                "\"form\" : \"rates\" | \"form\" : \"guess\" | $.engines | floors",
                "2026-01-31 | 31.1.2026 | $.kernels[0].date | 2026-01-31",
                "meta-llama | meta-lama | $.engines[0].model | meta-llama",
                "\"layer_seconds\" : | \"layer_seconds\" : 1, \"layer_second\" : | $.engines[0].terms | layer_second",
            })
    void aMalformedFileGivesOneClearError(String what, String instead, String place, String wayOut) throws Exception {
        String text = Files.readString(written());
        if (what.equals("meta-llama")) {
            text = text.replaceFirst("\"model\" : \"", "\"model\" : \"meta-lama-");
        } else {
            assertThat(text).contains(what);
            int at = text.indexOf(what, place.startsWith("$.engines") ? text.indexOf("\"engines\"") : 0);
            text = text.substring(0, at) + instead + text.substring(at + what.length());
        }
        Path file = Files.writeString(folder.resolve("bad.json"), text);
        assertThatThrownBy(() -> CalibrationFile.read(file, DEVICES))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bad.json")
                .hasMessageContaining(place)
                .hasMessageContaining(wayOut.equals("meta-llama") ? "meta-lama-" : wayOut);
    }

    @ParameterizedTest
    @CsvSource({"low, -1e400", "length, 1e999", "relativeSpread, 1e308", "exponent, 1e-320", "validatedError, -1"})
    void numbersThatAreNotFiniteOrOutOfBoundsAreRefused(String field, String value) throws Exception {
        String text = Files.readString(written());
        String changed = text.replaceFirst(
                "\"" + field + "\" : (\\{\\s*\"value\" : )?-?[0-9.E+-]+", "\"" + field + "\" : $1" + value);
        assertThat(changed).isNotEqualTo(text);
        Path file = Files.writeString(folder.resolve("bad.json"), changed.replace(": null", ": "));
        assertThatThrownBy(() -> CalibrationFile.read(file, DEVICES))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bad.json")
                .hasMessageContaining("$.");
    }
}
