package io.agentopt.runtime.device.spec;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Percentage.withPercentage;

import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.Precision;
import io.agentopt.runtime.device.DetectedDevice;
import io.agentopt.runtime.device.Rung;
import io.agentopt.runtime.device.fact.AmdCards;
import io.agentopt.runtime.device.fact.CardRates;
import io.agentopt.runtime.device.fact.CpuFacts;
import io.agentopt.runtime.device.fact.CpuRates;
import io.agentopt.runtime.device.fact.DeviceFacts;
import io.agentopt.runtime.device.fact.FakeSystem;
import io.agentopt.runtime.device.fact.GpuFacts;
import io.agentopt.runtime.device.fact.GpuLink;
import io.agentopt.runtime.device.fact.MachineLoad;
import io.agentopt.runtime.device.fact.TypicalCpu;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeviceDescriberTest {
    private static final long H200_BYTES = 150754820096L;

    private static CpuRates rates(boolean settled) {
        return new CpuRates(40e9, OptionalDouble.of(200e9), OptionalDouble.of(800e9), settled, MachineLoad.UNKNOWN);
    }

    private static final DeviceDescriber DESCRIBER = new DeviceDescriber(DeviceCatalog.packaged(), c -> rates(true));

    private static CpuFacts cpu(OptionalDouble max) {
        return new CpuFacts("Test CPU", "T", 8, 4, 8, List.of("avx2"), OptionalDouble.of(2e9), max, List.of(), "0x1");
    }

    private static DetectedDevice device(String id, String vendor, String name, long bytes, DeviceFacts facts) {
        return new DetectedDevice(
                id,
                vendor,
                facts instanceof CpuFacts ? DetectedDevice.Kind.CPU : DetectedDevice.Kind.GPU,
                name,
                Rung.READY,
                "",
                bytes,
                Map.of(),
                Optional.empty(),
                Optional.of(facts));
    }

    private static GpuFacts gpu(
            String arch, long bytes, int processors, double watts, List<GpuLink> links, String... missing) {
        return new GpuFacts(
                "driver, NVML",
                "GPU-1",
                "0000:01:00.0",
                "580.1",
                arch,
                bytes == 0 ? OptionalLong.empty() : OptionalLong.of(bytes),
                OptionalLong.empty(),
                processors == 0 ? OptionalInt.empty() : OptionalInt.of(processors),
                OptionalDouble.of(1.98e9),
                OptionalDouble.of(3.201e9),
                OptionalInt.of(6144),
                watts == 0 ? OptionalDouble.empty() : OptionalDouble.of(watts),
                OptionalInt.of(5),
                OptionalInt.of(16),
                links,
                Optional.of(true),
                Optional.of(false),
                List.of(missing));
    }

    private static Description.Described described(String name, GpuFacts gpu) {
        Description d = DESCRIBER.describe(device("cuda:0", "NVIDIA", name, 1, gpu));
        assertThat(d).isInstanceOf(Description.Described.class);
        return (Description.Described) d;
    }

    private static double peak(DeviceSpec spec, Precision precision) {
        return requireNonNull(spec.densePeakFlops().get(precision), precision::name);
    }

    @Test
    void aProcessorHasMeasuredRates() {
        CpuFacts facts = cpu(OptionalDouble.of(3e9));
        Description.Described d =
                (Description.Described) DESCRIBER.describe(device("cpu", "T", "Test CPU", 64L << 30, facts));
        DeviceSpec s = d.spec();
        assertThat(s.densePeakFlops().get(Precision.FP32)).isEqualTo(4 * 3e9 * 8 * 4);
        assertThat(s.maxMatmulEfficiency().orElseThrow() * peak(s, Precision.FP32))
                .isCloseTo(200e9, withPercentage(1e-9));
        assertThat(s.maxMatmulEfficiency().orElseThrow() * peak(s, Precision.INT8))
                .isCloseTo(800e9, withPercentage(1e-9));
        assertThat(s.memoryBytesPerSecond()).isEqualTo(40e9);
        assertThat(s.memoryBytes()).isEqualTo(64L << 30);
        assertThat(s.processors()).hasValue(4);
        assertThat(d.origins())
                .containsEntry("peakTeraflops", Origin.DERIVED)
                .containsEntry("memoryGigabytesPerSecond", Origin.MEASURED)
                .containsEntry("memoryGigabytes", Origin.SYSTEM)
                .containsEntry("rents", Origin.ASSUMED);
        assertThat(s.provenance().note()).contains("Test CPU, 4 cores", d.provenance());
    }

    @Test
    void aHiddenClockIsAssumedAndAFasterMeasurementCounts() {
        Description.Described hidden = DESCRIBER.cpu("host", device("cpu", "T", "", 0, cpu(OptionalDouble.empty())));
        assertThat(hidden.spec().id()).isEqualTo("host");
        assertThat(hidden.spec().memoryBytes()).as("nobody told").isEqualTo(1L << 30);
        assertThat(hidden.origins())
                .containsEntry("peakTeraflops", Origin.ASSUMED)
                .containsEntry("memoryGigabytes", Origin.ASSUMED);
        CpuRates fast = new CpuRates(1e9, OptionalDouble.of(9e12), OptionalDouble.empty(), true, MachineLoad.UNKNOWN);
        Description.Described measured = new DeviceDescriber(DeviceCatalog.packaged(), c -> fast)
                .cpu("cpu", device("cpu", "T", "", 1L << 40, cpu(OptionalDouble.empty())));
        assertThat(measured.spec().densePeakFlops()).containsOnly(Map.entry(Precision.FP32, 9e12));
        assertThat(measured.spec().maxMatmulEfficiency()).hasValue(1);
        assertThat(measured.origins()).containsEntry("peakTeraflops", Origin.MEASURED);
    }

    private static Description.Described underLoad(double read, double fp32, double int8) {
        MachineLoad load = new MachineLoad(OptionalDouble.of(4.8), OptionalDouble.empty(), OptionalDouble.empty());
        CpuRates bounds = new CpuRates(read, OptionalDouble.of(fp32), OptionalDouble.of(int8), false, load);
        return new DeviceDescriber(DeviceCatalog.packaged(), c -> bounds)
                .cpu("cpu", device("cpu", "T", "", 1L << 40, cpu(OptionalDouble.empty())));
    }

    @Test
    void whatWasMeasuredUnderLoadDoesNotStandForTheProcessor() {
        Description.Described d = underLoad(4.13e9, 1e9, 2e9);
        TypicalCpu typical = TypicalCpu.of(cpu(OptionalDouble.empty()));
        assertThat(d.spec().memoryBytesPerSecond()).isEqualTo(typical.readBytesPerSecond());
        double share = d.spec().maxMatmulEfficiency().orElseThrow();
        assertThat(share * d.spec().densePeakFlops().get(Precision.FP32))
                .isCloseTo(typical.fp32Flops(), withPercentage(1e-9));
        assertThat(share * d.spec().densePeakFlops().get(Precision.INT8))
                .isCloseTo(typical.int8Flops(), withPercentage(1e-9));
        assertThat(d.origins())
                .containsEntry("memoryGigabytesPerSecond", Origin.TYPICAL)
                .containsEntry("maxMatmulEfficiency", Origin.TYPICAL)
                .containsEntry("peakTeraflops.int8", Origin.TYPICAL);
        assertThat(d.spec().provenance().note()).contains(d.provenance());
        assertThat(d.provenance())
                .contains("typical: ")
                .contains(
                        "measured at least 4.13 GB/s, FP32 1 GFLOP/s, INT8 2 GFLOP/s under load (4.8 runnable threads");
    }

    @Test
    void whatIsMoreThanUsualCountsUnderLoadToo() {
        Description.Described d = underLoad(400e9, 300e9, 900e9);
        assertThat(d.spec().memoryBytesPerSecond()).isEqualTo(400e9);
        assertThat(d.origins())
                .containsEntry("memoryGigabytesPerSecond", Origin.MEASURED)
                .containsEntry("maxMatmulEfficiency", Origin.MEASURED);
    }

    @Test
    void aCardOfTheCatalogKeepsItsRatesAndPrices() {
        List<GpuLink> links = List.of(
                new GpuLink(0, "switch", "", OptionalDouble.of(25e9)),
                new GpuLink(1, "switch", "", OptionalDouble.of(25e9)));
        Description.Described d = described("NVIDIA H200", gpu("sm_90", H200_BYTES, 132, 650, links));
        DeviceSpec catalog = DeviceCatalog.packaged().find("H200-SXM"), s = d.spec();
        assertThat(s.id()).isEqualTo("H200-SXM");
        assertThat(s.densePeakFlops()).isEqualTo(catalog.densePeakFlops());
        assertThat(s.memoryBytesPerSecond()).isEqualTo(catalog.memoryBytesPerSecond());
        assertThat(s.listPrice()).isEqualTo(catalog.listPrice());
        assertThat(s.memoryBytes()).isEqualTo(H200_BYTES);
        assertThat(s.tdpWatts()).hasValue(650);
        assertThat(s.intraNodeBytesPerSecond()).hasValue(50e9);
        assertThat(d.origins())
                .containsEntry("peakTeraflops", Origin.CATALOG)
                .containsEntry("memoryGigabytes", Origin.DRIVER)
                .containsEntry("tdpWatts", Origin.DRIVER)
                .containsEntry("rents", Origin.CATALOG);
        assertThat(s.provenance().source()).isEqualTo(catalog.provenance().source());
    }

    @Test
    void linksThatAreDownAreNotLinksThatNobodyTold() {
        DeviceSpec down = described("NVIDIA H200", gpu("sm_90", H200_BYTES, 132, 0, List.of()))
                .spec();
        assertThat(down.intraNodeBytesPerSecond().orElseThrow()).isCloseTo(63e9, withPercentage(1));
        assertThat(down.tdpWatts()).as("from the catalog").hasValue(700);
        DeviceSpec untold = described(
                        "NVIDIA H200", gpu("sm_90", H200_BYTES, 132, 0, List.of(), "NVLink: Not Supported (3)"))
                .spec();
        assertThat(untold.intraNodeBytesPerSecond()).hasValue(450e9);
    }

    @Test
    void aPartOfACardIsNotTheCard() {
        Description.Described part = described("NVIDIA H200", gpu("sm_90", H200_BYTES / 7, 16, 650, List.of()));
        assertThat(part.spec().id()).isEqualTo("H200");
        assertThat(part.spec().densePeakFlops().get(Precision.FP16)).isEqualTo(16 * 1.98e9 * 4096);
        assertThat(part.origins()).containsEntry("peakTeraflops", Origin.DERIVED);
    }

    @Test
    void aCardOfNoCatalogIsBuiltFromWhatTheDriverTells() {
        DeviceSpec s = described("NVIDIA X-1000 (test)", gpu("sm_90", 80L << 30, 100, 300, List.of()))
                .spec();
        assertThat(s.id()).isEqualTo("X-1000-test-");
        assertThat(s.memoryBytesPerSecond()).isEqualTo(2 * 3.201e9 * 6144 / 8);
        assertThat(s.densePeakFlops().get(Precision.FP8)).isEqualTo(2 * peak(s, Precision.BF16));
        assertThat(s.hostLinkBytesPerSecond().orElseThrow()).isCloseTo(63e9, withPercentage(1));
        assertThat(s.listPrice().rentLow()).isEmpty();
    }

    @Test
    void whatCannotBeDescribedSaysWhatIsMissing() {
        Description none =
                DESCRIBER.describe(device("cuda:1", "NVIDIA", "NVIDIA X", 0, gpu("sm_90", 0, 0, 0, List.of())));
        assertThat(none)
                .isInstanceOfSatisfying(
                        Description.Undescribed.class,
                        u -> assertThat(u.reason())
                                .contains("cuda:1", "'NVIDIA X'", "its memory, processors.", "DeviceCatalog.read"));
        Description old = DESCRIBER.describe(
                device("cuda:1", "NVIDIA", "NVIDIA Y", 0, gpu("sm_35", 12L << 30, 15, 0, List.of())));
        assertThat(old)
                .isInstanceOfSatisfying(
                        Description.Undescribed.class,
                        u -> assertThat(u.reason()).contains("architecture 'sm_35'"));
        Description place = DESCRIBER.describe(new DetectedDevice(
                "cuda",
                "NVIDIA",
                DetectedDevice.Kind.GPU,
                "",
                Rung.NOT_CONFIGURED,
                "No driver.",
                0,
                Map.of(),
                Optional.empty()));
        assertThat(((Description.Undescribed) place).reason()).isEqualTo("No driver.");
    }

    @Test
    void anAmdCardIsDescribedWithoutHip(@TempDir Path root) {
        new FakeSystem(root).withMi300x();
        AmdCards.Card card = AmdCards.read(root).getFirst();
        Description.Described d =
                (Description.Described) DESCRIBER.describe(device("rocm:0", "AMD", card.name(), 1, card.facts()));
        assertThat(d.spec().id()).isEqualTo("MI300X");
        assertThat(d.spec().intraNodeBytesPerSecond())
                .as("nobody told of links")
                .hasValue(64e9);
        assertThat(d.origins()).containsEntry("memoryGigabytes", Origin.SYSTEM);
        DeviceSpec unnamed =
                ((Description.Described) DESCRIBER.describe(device("rocm:0", "AMD", "", 1, card.facts()))).spec();
        assertThat(unnamed.id()).isEqualTo("gfx942");
        assertThat(unnamed.memoryBytesPerSecond()).isCloseTo(5.3e12, withPercentage(1));
        assertThat(unnamed.densePeakFlops().get(Precision.FP16)).isCloseTo(1307e12, withPercentage(1));
    }

    private static Description measured(String name, GpuFacts gpu) {
        CardRates rates = new CardRates(
                OptionalDouble.of(4.3e12),
                OptionalDouble.of(55e9),
                OptionalDouble.of(53e9),
                Map.of(Precision.FP16, 850e12),
                List.of("copies of another kind: the driver fails"));
        return DESCRIBER
                .withCards((device, facts) -> Optional.of(rates))
                .describe(device("cuda:0", "NVIDIA", name, 1, gpu));
    }

    @Test
    void whatACalibrationMeasuredOfACardOfTheCatalogIsAddedToIt() {
        Description.Described d =
                (Description.Described) measured("NVIDIA H200", gpu("sm_90", H200_BYTES, 132, 650, List.of()));
        DeviceSpec catalog = DeviceCatalog.packaged().find("H200-SXM"), s = d.spec();
        assertThat(s.densePeakFlops()).isEqualTo(catalog.densePeakFlops());
        assertThat(s.memoryBytesPerSecond()).isEqualTo(catalog.memoryBytesPerSecond());
        assertThat(s.hostLinkBytesPerSecond()).as("the slower way").hasValue(53e9);
        assertThat(s.maxMatmulEfficiency().orElseThrow()).isCloseTo(850.0 / 989, withPercentage(1e-6));
        assertThat(d.origins())
                .containsEntry("peakTeraflops", Origin.CATALOG)
                .containsEntry("hostLinkGigabytesPerSecond", Origin.MEASURED)
                .containsEntry("maxMatmulEfficiency", Origin.MEASURED);
        assertThat(d.provenance())
                .contains("copy within the card 4300 GB/s", "to it 55.0 GB/s", "products of fp16 reach 850.0 TFLOP/s")
                .endsWith("not measured: copies of another kind: the driver fails");
    }

    @Test
    void aCardThatNobodyKnowsIsDescribedByWhatItReached() {
        GpuFacts unknown = gpu("sm_999", H200_BYTES, 0, 300, List.of());
        assertThat(DESCRIBER.describe(device("cuda:0", "NVIDIA", "NVIDIA X9", 1, unknown)))
                .isInstanceOfSatisfying(
                        Description.Undescribed.class,
                        u -> assertThat(u.reason()).contains("Calibrate it, which measures them"));
        Description.Described d = (Description.Described) measured("NVIDIA X9", unknown);
        assertThat(d.spec().id()).isEqualTo("X9");
        assertThat(d.spec().densePeakFlops()).containsOnly(Map.entry(Precision.FP16, 850e12));
        assertThat(d.spec().memoryBytesPerSecond()).isEqualTo(4.3e12);
        assertThat(d.spec().maxMatmulEfficiency()).isEmpty();
        assertThat(d.origins())
                .containsEntry("peakTeraflops", Origin.MEASURED)
                .containsEntry("memoryGigabytesPerSecond", Origin.MEASURED);
        assertThat(measured("NVIDIA X9", gpu("sm_999", 0, 0, 300, List.of())))
                .as("without memory nothing can be placed there")
                .isInstanceOf(Description.Undescribed.class);
    }
}
