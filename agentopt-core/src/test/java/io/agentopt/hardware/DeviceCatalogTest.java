package io.agentopt.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.model.Precision;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeviceCatalogTest {
    static final String DEVICE =
            "{\"id\": \"x\", \"vendor\": \"v\", \"kind\": \"gpu\", \"peakTeraflops\": {\"fp16\": 100}, \"memoryGigabytes\": 80,"
                    + " \"memoryGigabytesPerSecond\": 2000, \"source\": \"test\"}";

    @TempDir
    Path folder;

    @Test
    void packagedDevicesAreDenseAndInBaseUnits() {
        DeviceCatalog catalog = DeviceCatalog.packaged();
        assertThat(catalog.devices()).hasSize(32);
        DeviceSpec h100 = catalog.find("H100");
        assertThat(h100.id()).isEqualTo("H100-SXM");
        assertThat(h100.peakFlops(Precision.FP16).orElseThrow()).isEqualTo(989e12);
        assertThat(h100.peakFlops(Precision.FP8).orElseThrow()).isEqualTo(1979e12);
        assertThat(h100.memoryBytes()).isEqualTo(80e9);
        assertThat(h100.intraNodeBytesPerSecond().orElseThrow()).isEqualTo(450e9);
        assertThat(catalog.find("L40S").peakFlops(Precision.BF16).orElseThrow()).isEqualTo(362e12);
        assertThat(catalog.find("A100").peakFlops(Precision.FP8)).isEmpty();
        assertThat(catalog.devices())
                .allSatisfy(d -> assertThat(d.provenance().source()).isNotBlank());
    }

    @Test
    void aDriversNameIsAnAlias() {
        DeviceCatalog catalog = DeviceCatalog.packaged();
        assertThat(catalog.known("NVIDIA H200")).contains(catalog.find("H200-SXM"));
        assertThat(catalog.known("AMD Instinct MI300X OAM")).contains(catalog.find("MI300X"));
        assertThat(catalog.known("NVIDIA H200 NVL")).as("another card").isEmpty();
        assertThat(catalog.known("")).isEmpty();
    }

    @Test
    void numbersWithoutASourceAreUnknownAndEstimatesAreMarked() {
        DeviceCatalog catalog = DeviceCatalog.packaged();
        assertThat(catalog.find("Gaudi3").listPrice().street()).isEmpty();
        assertThat(catalog.find("L4").listPrice().street()).isEmpty();
        assertThat(catalog.find("TPU-v5e").tdpWatts()).isEmpty();
        assertThat(catalog.find("L4").provenance().verified()).isFalse();
        assertThat(catalog.find("H100").provenance().verified()).isTrue();
        assertThat(catalog.find("CPU").provenance().verified()).isFalse();
    }

    @Test
    void cpusCostTheirWholeSocketAndWidenHalfFormats() {
        DeviceSpec cpu = DeviceCatalog.packaged().find("CPU-32-core");
        assertThat(cpu.listPrice().rentLow().orElseThrow()).isBetween(1.0, 2.0);
        assertThat(cpu.peakFlops(Precision.FP16).orElseThrow()).isEqualTo(5.12e12);
        assertThat(DeviceCatalog.packaged()
                        .find("EPYC-9654")
                        .listPrice()
                        .rentHigh()
                        .orElseThrow())
                .isEqualTo(0.023 * 192);
        DeviceSpec local = DeviceSpec.cpu("here", 2, 100e9, 16e9, 20e9);
        assertThat(local.listPrice().rentHigh().orElseThrow()).isEqualTo(2 * 0.0496);
    }

    @Test
    void anUnknownDeviceNamesItsNeighbours() {
        assertThatThrownBy(() -> DeviceCatalog.packaged().find("h100sxm"))
                .hasMessageContaining("'h100sxm'")
                .hasMessageContaining("H100-SXM");
    }

    @Test
    void aUsersFileAddsAndReplaces() throws Exception {
        Path file = Files.writeString(
                folder.resolve("d.json"),
                "{\"format\": 1, \"devices\": [" + DEVICE.replace("\"x\"", "\"H100-SXM\"") + "]}");
        DeviceCatalog both = DeviceCatalog.packaged().plus(DeviceCatalog.read(file));
        assertThat(both.devices()).hasSize(32);
        assertThat(both.find("H100").peakFlops(Precision.FP16).orElseThrow()).isEqualTo(100e12);
        assertThat(both.plus(DeviceSpec.cpu("here", 2, 1e11, 1e10, 1e10))
                        .find("here")
                        .kind())
                .isEqualTo(DeviceKind.CPU);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"gpu\"                 | \"toaster\"       | $.devices[0].kind                   | Use cpu, gpu or accelerator",
                "100}                    | -1}               | $.devices[0].peakTeraflops.fp16     | above zero",
                "\"fp16\"                | \"fp17\"          | $.devices[0].peakTeraflops          | fp17",
                "{\"fp16\": 100}         | {}                | $.devices[0]                        | no peak rate",
                "\"memoryGigabytes\": 80 | \"memory\": 80    | \"memory\" at $.devices[0]          | Did you mean",
                "\"source\": \"test\"    | \"note\": \"n\"   | \"source\" is missing at $.devices[0] | Add it",
                "2000                    | NaN               | d.json                              | not valid JSON",
                "2000                    | 1e999             | memoryGigabytesPerSecond            | finite",
                "2000                    | \"fast\"          | \"fast\"                            | finite number",
                "\"id\": \"x\"           | \"id\": \" \"     | $.devices[0].id                     | text",
                "2000,                   | 2000, \"rentLowDollarsPerHour\": -3, | rentLowDollarsPerHour | negative",
                "2000,                   | 2000, \"rentLowDollarsPerHour\": 3,  | $.devices[0]          | both ends",
                "2000,                   | 2000, \"maxMatmulEfficiency\": 1.2,  | $.devices[0]          | above 1",
                "\"vendor\": \"v\"       | \"vendor\": \"v\", \"vendor\": \"w\" | d.json                | Duplicate",
            })
    void aMalformedFileGivesOneClearError(String what, String instead, String place, String wayOut) throws Exception {
        assertThat(DEVICE).contains(what);
        Path file = Files.writeString(
                folder.resolve("d.json"), "{\"format\": 1, \"devices\": [" + DEVICE.replace(what, instead) + "]}");
        assertThatThrownBy(() -> DeviceCatalog.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("d.json")
                .hasMessageContaining(place)
                .hasMessageContaining(wayOut);
    }

    @Test
    void otherFilesAreRejected() throws Exception {
        for (String text : new String[] {
            "",
            "[]",
            "{\"format\": 2, \"devices\": []}",
            "{\"devices\": []}",
            "{\"format\": 1",
            "{\"format\": 1, \"devices\": {}}",
            "{\"format\": 1, \"devices\": [" + DEVICE + "," + DEVICE + "]}",
            "{\"format\": 1, \"devices\": []} x"
        }) {
            Path file = Files.writeString(folder.resolve("bad.json"), text);
            assertThatThrownBy(() -> DeviceCatalog.read(file))
                    .as(text)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("bad.json");
        }
        assertThatThrownBy(() -> DeviceCatalog.read(folder.resolve("none.json")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("none.json");
    }
}
