package io.agentopt.runtime.calibrate;

import static io.agentopt.operator.Operators.generate;
import static io.agentopt.operator.Operators.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.graph.AgentGraph;
import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.hardware.Dollars;
import io.agentopt.hardware.Fleet;
import io.agentopt.message.Completion;
import io.agentopt.message.Prompt;
import io.agentopt.model.ModelCatalog;
import io.agentopt.plan.Plan;
import io.agentopt.plan.Planner;
import io.agentopt.runtime.backend.ort.StubLibrary;
import io.agentopt.runtime.device.DetectedDevice;
import io.agentopt.runtime.device.Devices;
import io.agentopt.runtime.device.spec.Description;
import io.agentopt.runtime.device.spec.DeviceDescriber;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LocalMachineTest {
    @AfterEach
    void reset() {
        System.clearProperty("agentopt.cuda.driver");
        System.clearProperty("agentopt.cuda.management");
    }

    /** This machine's processor, and two H200 of stubs. */
    private static List<Description> withTwoCards() {
        System.setProperty(
                "agentopt.cuda.driver",
                StubLibrary.of("stub_driver.c", "PROPERTIES", "COUNT=2").toString());
        System.setProperty(
                "agentopt.cuda.management",
                StubLibrary.of("stub_nvml.c", "PLAIN").toString());
        return LocalMachine.devices(Devices.detect(), DeviceDescriber.usual());
    }

    private static AgentGraph<String, String> graph(String llm) {
        return AgentGraph.define("one-answer", String.class, String.class, (g, question) -> {
            var prompt = g.node("prompt", (String q) -> Prompt.system("Answer.").user(q), question);
            var answer = g.node("answer", generate(model(llm)).maxTokens(32).expecting(64, 16), prompt);
            return answer.map("text", Completion::text);
        });
    }

    private static Plan<String, String> plan(String llm, Duration limit, Fleet fleet) {
        return Planner.minimizeCost()
                .models(ModelCatalog.packaged())
                .plan(graph(llm), Workload.poisson(0.001), Sla.endToEnd(Percentile.P95, limit), fleet);
    }

    @Test
    void aGraphIsPlannedOnWhatThisMachineHas() {
        Fleet fleet = LocalMachine.fleet();
        assertThat(fleet.find(LocalMachine.CPU).device().memoryBytesPerSecond()).isPositive();
        Plan<String, String> plan = plan("Qwen/Qwen3-0.6B", Duration.ofHours(1), fleet);
        assertThat(plan.explain()).contains("answer").contains("cpu");
    }

    @Test
    void equalCardsAreOneClassAndPlansUseThem() {
        Fleet fleet = LocalMachine.fleet(withTwoCards());
        assertThat(fleet.find("H200-SXM").count()).isEqualTo(2);
        assertThat(fleet.link(fleet.find("cpu"), fleet.find("H200-SXM")).bytesPerSecond())
                .isBetween(62e9, 64e9);
        Plan<String, String> plan = plan("meta-llama/Meta-Llama-3.1-70B", Duration.ofSeconds(5), fleet);
        assertThat(plan.explain()).contains("H200-SXM");
    }

    @Test
    void theCatalogHasThisMachineToo() {
        DeviceCatalog catalog = LocalMachine.catalog();
        assertThat(catalog.find("cpu").vendor()).isEqualTo("local");
        assertThat(catalog.find("H100")).isEqualTo(DeviceCatalog.packaged().find("H100"));
    }

    @Test
    void whatNobodyListsCostsItsPower() {
        DeviceSpec known = DeviceCatalog.packaged().find("H200-SXM");
        DeviceSpec unlisted = new DeviceSpec(
                "X",
                "NVIDIA",
                known.kind(),
                known.densePeakFlops(),
                1e9,
                1e9,
                OptionalDouble.empty(),
                OptionalDouble.empty(),
                OptionalDouble.of(500),
                OptionalDouble.empty(),
                io.agentopt.hardware.ListPrice.UNKNOWN,
                known.provenance());
        DetectedDevice any = Devices.detect().getFirst();
        Fleet fleet = LocalMachine.fleet(List.of(
                new Description.Described(any, known, Map.of()),
                new Description.Described(any, unlisted, Map.of()),
                new Description.Undescribed(any, "unknown"),
                new Description.Described(any, known.withListPrice(unlisted.listPrice()), Map.of())));
        assertThat(fleet.find("X").price().dollarsPerHour(unlisted)).isEqualTo(new Dollars.Known(0.2));
        assertThat(fleet.find("H200-SXM").price().dollarsPerHour(known)).isInstanceOf(Dollars.Known.class);
        assertThat(fleet.find("H200-SXM#2").count()).isEqualTo(1);
        assertThatThrownBy(() -> LocalMachine.fleet(List.of(new Description.Undescribed(any, "unknown"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("has no devices");
    }
}
