package io.agentopt.runtime.calibrate;

import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import io.agentopt.cost.LocalCalibration;
import io.agentopt.cost.Measurement;
import io.agentopt.cost.OperatorClass;
import io.agentopt.cost.RooflineCostModel;
import io.agentopt.cost.TransformerDemand;
import io.agentopt.cost.engine.Attribution;
import io.agentopt.cost.engine.CalibrationFile;
import io.agentopt.cost.engine.MeasuredEfficiency;
import io.agentopt.graph.AgentGraph;
import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.hardware.Fleet;
import io.agentopt.message.Completion;
import io.agentopt.message.Prompt;
import io.agentopt.model.ModelCatalog;
import io.agentopt.model.ModelSpec;
import io.agentopt.model.Precision;
import io.agentopt.plan.Plan;
import io.agentopt.plan.PlannedOperator;
import io.agentopt.plan.Planner;
import io.agentopt.runtime.device.DetectedDevice;
import io.agentopt.runtime.device.Rung;
import io.agentopt.runtime.device.fact.CardRates;
import io.agentopt.runtime.device.fact.CpuFacts;
import io.agentopt.runtime.device.fact.CpuRates;
import io.agentopt.runtime.device.fact.DeviceFacts;
import io.agentopt.runtime.device.fact.GpuFacts;
import io.agentopt.runtime.device.fact.MachineLoad;
import io.agentopt.runtime.device.spec.Description;
import io.agentopt.runtime.device.spec.DeviceDescriber;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Plans of a machine as it was recorded: a host of 16 hardware threads with one H200, and times of a decoder of 1.1 billion parameters in
 * float16 there (docs/llm-gpu.md for the card). The machine goes through detection's describer and a calibration's file, as a live one does.
 */
class CalibratedMachinePlanTest {
    private static final int PROMPT = 512, ANSWER = 128;
    private static final ModelSpec MODEL = new ModelSpec(
            "recorded-1b",
            ModelSpec.Kind.DECODER,
            22,
            2048,
            32,
            4,
            64,
            5632,
            true,
            32_000,
            false,
            8192,
            ModelSpec.Experts.NONE,
            Precision.FP16,
            Precision.FP16,
            Precision.FP16);

    private static DetectedDevice device(String id, DetectedDevice.Kind kind, String name, long bytes, DeviceFacts f) {
        return new DetectedDevice(
                id, "", kind, name, Rung.READY, "", bytes, Map.of(), Optional.empty(), Optional.of(f));
    }

    private static List<Description> machine() {
        CpuFacts cpu = new CpuFacts(
                "Intel(R) Xeon(R)",
                "GenuineIntel",
                16,
                8,
                16,
                List.of("avx2", "avx512f", "avx512_vnni", "avx512_bf16", "amx_int8"),
                OptionalDouble.of(2.1e9),
                OptionalDouble.empty(),
                List.of(),
                "");
        GpuFacts card = new GpuFacts(
                "driver, NVML",
                "GPU-1",
                "0000:01:00.0",
                "580.159.04",
                "sm_90",
                OptionalLong.of(150_754_820_096L),
                OptionalLong.empty(),
                OptionalInt.of(132),
                OptionalDouble.of(1.98e9),
                OptionalDouble.of(3.201e9),
                OptionalInt.of(6144),
                OptionalDouble.of(700),
                OptionalInt.of(5),
                OptionalInt.of(16),
                List.of(),
                Optional.of(true),
                Optional.of(false),
                List.of());
        CpuRates rates =
                new CpuRates(90e9, OptionalDouble.of(800e9), OptionalDouble.empty(), true, MachineLoad.UNKNOWN);
        CardRates copies = new CardRates(
                OptionalDouble.of(4.298e12), OptionalDouble.of(54e9), OptionalDouble.of(53e9), Map.of(), List.of());
        DeviceDescriber describer =
                new DeviceDescriber(DeviceCatalog.packaged(), c -> rates).withCards((d, f) -> Optional.of(copies));
        return LocalMachine.devices(
                List.of(
                        device("cpu", DetectedDevice.Kind.CPU, "Xeon", 236L << 30, cpu),
                        device("cuda:0", DetectedDevice.Kind.GPU, "NVIDIA H200", 1, card)),
                describer);
    }

    /** Times of prefills (tokens, s) and of decode steps (context, batch, s), fitted as a calibration does. */
    private static CalibrationFile calibration(DeviceSpec device, double[][] prefills, double[][] steps) {
        List<Measurement> prompts = new ArrayList<>(), decodes = new ArrayList<>();
        for (double[] p : prefills) prompts.add(new Measurement(TransformerDemand.prefill(MODEL, (int) p[0], 1), p[1]));
        for (double[] s : steps)
            decodes.add(new Measurement(TransformerDemand.decodeStep(MODEL, (int) s[0], (int) s[1]), s[2]));
        Attribution here = new Attribution("recorded", LocalDate.of(2026, 11, 23));
        DeviceSpec reached = Calibrator.atLeast(Calibrator.atLeast(device, prompts), decodes);
        return new CalibrationFile(List.of(), List.of())
                .with(List.of(
                        new MeasuredEfficiency(
                                reached,
                                OperatorClass.PREFILL,
                                Precision.FP16,
                                LocalCalibration.fit(reached, prompts),
                                OptionalDouble.empty(),
                                here),
                        new MeasuredEfficiency(
                                reached,
                                OperatorClass.DECODE,
                                Precision.FP16,
                                LocalCalibration.fit(reached, decodes),
                                OptionalDouble.empty(),
                                here)));
    }

    private static Plan<String, String> plan(Fleet fleet, CalibrationFile calibration, Duration deadline) {
        AgentGraph<String, String> graph = AgentGraph.define("one-answer", String.class, String.class, (g, q) -> {
            var prompt =
                    g.node("prompt", (String text) -> Prompt.system("Answer.").user(text), q);
            return g.node(
                            "answer",
                            generate(model(MODEL.id())).maxTokens(ANSWER).expecting(PROMPT, ANSWER),
                            prompt)
                    .map("text", Completion::text);
        });
        return Planner.minimizeCost()
                .models(ModelCatalog.empty().plus(MODEL))
                .costModel(calibration.costModel(RooflineCostModel.generic()))
                .precisions(Precision.FP16)
                .plan(graph, Workload.poisson(0.001), Sla.endToEnd(Percentile.P95, deadline), fleet);
    }

    private static PlannedOperator operator(Plan<?, ?> plan, String phase) {
        return plan.operators().stream()
                .filter(o -> o.id().toString().equals("answer." + phase))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theCardAnswersUnderAStrictDeadlineAndTheProcessorWhereItIsCheaper(@TempDir Path folder) {
        Fleet fleet = LocalMachine.fleet(machine());
        DeviceSpec card = fleet.find("H200-SXM").device(),
                cpu = fleet.find("cpu").device();
        assertThat(fleet.link(fleet.find("cpu"), fleet.find("H200-SXM")).bytesPerSecond())
                .as("as the copies were measured")
                .isCloseTo(53e9, withPercentage(1));
        CalibrationFile onCard = calibration(
                card,
                new double[][] {{128, .0024}, {512, .00390}, {1024, .0064}, {2048, .0115}, {4096, .0235}},
                new double[][] {{576, 1, .001328}, {576, 16, .001449}, {576, 64, .001786}, {576, 256, .003233}});
        CalibrationFile onCpu =
                calibration(cpu, new double[][] {{128, .33}, {512, 1.2}, {1024, 2.5}, {2048, 5.3}}, new double[][] {
                    {128, 1, .051}, {576, 1, .053}, {576, 4, .062}, {2048, 1, .058}
                });
        Path file = folder.resolve("calibration.json");
        onCard.with(onCpu.efficiencies()).write(file);
        CalibrationFile known = CalibrationFile.read(
                file, DeviceCatalog.packaged(), ModelCatalog.empty().plus(MODEL));

        Plan<String, String> strict = plan(fleet, known, Duration.ofMillis(500));
        assertThat(operator(strict, "prefill").deviceClass()).isEqualTo("H200-SXM");
        assertThat(operator(strict, "decode").deviceClass()).isEqualTo("H200-SXM");
        assertThat(operator(strict, "prefill").confidence()).isEqualTo("MEASURED");
        assertThat(operator(strict, "prefill").seconds()).isCloseTo(.00390, withPercentage(15));
        assertThat(operator(strict, "decode").seconds()).isCloseTo(ANSWER * .001328, withPercentage(15));

        Plan<String, String> relaxed = plan(fleet, known, Duration.ofMinutes(1));
        assertThat(operator(relaxed, "prefill").deviceClass()).isEqualTo("cpu");
        assertThat(operator(relaxed, "decode").deviceClass()).isEqualTo("cpu");
        assertThat(operator(relaxed, "prefill").seconds()).isCloseTo(1.2, withPercentage(15));
        assertThat(operator(relaxed, "decode").seconds()).isCloseTo(ANSWER * .053, withPercentage(15));
        assertThat(relaxed.dollarsPerHour()).isLessThan(strict.dollarsPerHour());
    }
}
