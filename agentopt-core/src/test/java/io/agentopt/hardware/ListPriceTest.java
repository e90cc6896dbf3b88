package io.agentopt.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ListPriceTest {
    private static final String DEVICE =
            "{\"id\": \"x\", \"vendor\": \"v\", \"kind\": \"gpu\", \"peakTeraflops\": {\"fp16\": 100}, \"memoryGigabytes\": 80,"
                    + " \"memoryGigabytesPerSecond\": 2000, \"processors\": 64, \"boostGigahertz\": 1.5, \"unverified\": [\"processors\"],"
                    + " \"rents\": [{\"provider\": \"p\", \"dollarsPerHour\": 2, \"date\": \"2026-03\", \"source\": \"s\"},"
                    + " {\"provider\": \"q\", \"dollarsPerHour\": 9, \"source\": \"memory\", \"verified\": false}], \"source\": \"test\"}";

    @TempDir
    Path folder;

    @Test
    void onlyVerifiedListingsCount() {
        PriceListing low = new PriceListing("a", 1, "2026-03-16", "s", true);
        PriceListing high = new PriceListing("b", 3, "2026", "s", true);
        PriceListing hearsay = new PriceListing("c", 9, "", "memory", false);
        ListPrice price = new ListPrice(List.of(low, hearsay), List.of(low, high, hearsay));
        assertThat(price.rentLow()).hasValue(1);
        assertThat(price.rentHigh()).hasValue(1);
        assertThat(price.street()).hasValue(2);
        assertThat(new ListPrice(List.of(hearsay), List.of()).rentLow()).isEmpty();
        assertThat(ListPrice.UNKNOWN.street()).isEmpty();
    }

    @Test
    void everyPackagedPriceHasProviderAndSource() {
        DeviceSpec h100 = DeviceCatalog.packaged().find("H100");
        assertThat(h100.listPrice().rents()).hasSize(8);
        assertThat(h100.listPrice().rents().getFirst().date()).isEqualTo("2026-03-16");
        assertThat(h100.listPrice().street()).hasValue(27500);
        assertThat(DeviceCatalog.packaged().find("RTX-4090").listPrice().street())
                .isEmpty();
    }

    @Test
    void aUsersFileKeepsListingsThroughAFleetFile() throws Exception {
        Path file = Files.writeString(folder.resolve("d.json"), "{\"format\": 1, \"devices\": [" + DEVICE + "]}");
        DeviceSpec device = DeviceCatalog.read(file).find("x");
        assertThat(device.listPrice().rentHigh()).hasValue(2);
        assertThat(device.processors()).hasValue(64);
        assertThat(device.provenance().unverified()).containsExactly("processors");
        Fleet fleet = Fleet.rented("f").add("c", device, 2).build();
        FleetFile.write(fleet, folder.resolve("f.json"));
        assertThat(FleetFile.read(folder.resolve("f.json"))).isEqualTo(fleet);
    }

    @Test
    void whatIsWrongIsNamed() throws Exception {
        for (String[] change : new String[][] {
            {"2026-03", "last March", "last March"},
            {"\"unverified\": [\"processors\"]", "\"unverified\": [\"tdpWatts\"]", "no field of this device"},
            {"\"rents\"", "\"streetPriceDollars\": 5, \"rents\"", "both forms"},
            {"\"processors\": 64", "\"processors\": 0", "processor count"},
            {"\"provider\": \"p\", ", "", "provider"}
        }) {
            Path file = Files.writeString(
                    folder.resolve("d.json"),
                    "{\"format\": 1, \"devices\": [" + DEVICE.replace(change[0], change[1]) + "]}");
            assertThatThrownBy(() -> DeviceCatalog.read(file))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("d.json")
                    .hasMessageContaining(change[2]);
        }
        assertThatThrownBy(() -> new PriceListing(" ", 1, "", "s", true)).hasMessageContaining("provider");
    }
}
