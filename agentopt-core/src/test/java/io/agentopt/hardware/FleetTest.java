package io.agentopt.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FleetTest {
    private static final String FLEET =
            "{\"format\": 1, \"name\": \"f\", \"classes\": [{\"name\": \"a\", \"device\": \"H100-SXM\", \"count\": 8},"
                    + " {\"name\": \"b\", \"device\": \"CPU\", \"count\": 2, \"price\": {\"policy\": \"fixed\", \"dollarsPerHour\": 1}}],"
                    + " \"network\": {\"gigabytesPerSecond\": 12.5}, \"links\": [{\"from\": \"a\", \"to\": \"b\", \"kind\": \"intra-node\", \"gigabytesPerSecond\": 50}]}";

    @TempDir
    Path folder;

    @Test
    void linksFollowTheRule() {
        Fleet fleet =
                Fleet.rented("f").add("H100", 8).add("Gaudi2", 8).add("L4", 4).build();
        DeviceClass h100 = fleet.find("H100"), gaudi = fleet.find("Gaudi2"), l4 = fleet.find("L4");
        assertThat(fleet.link(h100, h100)).isEqualTo(Link.intraNode(450e9, 5e-6));
        assertThat(fleet.link(h100, gaudi)).isEqualTo(Link.DEFAULT_NETWORK);
        assertThat(fleet.link(gaudi, l4)).isEqualTo(fleet.link(l4, gaudi));
        Fleet fast = Fleet.rented("f")
                .add("H100", 8)
                .add("Gaudi2", 8)
                .network(Link.network(100e9, 1e-6))
                .build();
        assertThat(fast.link(fast.find("H100"), fast.find("Gaudi2")).bytesPerSecond())
                .isEqualTo(37.5e9);
        assertThat(Link.SAME_DEVICE.seconds(1e12)).isZero();
    }

    @Test
    void aLocalMachineIsOneHost() {
        DeviceSpec cpu = DeviceSpec.cpu("cpu", 2, 1e11, 1e10, 1e10);
        Fleet fleet = Fleet.of(cpu, DeviceCatalog.packaged().find("L4"));
        assertThat(fleet.link(fleet.find("cpu"), fleet.find("L4")).kind()).isEqualTo(LinkKind.INTRA_NODE);
        assertThat(fleet.find("cpu").dollarsPerHour()).isInstanceOf(Dollars.Known.class);
    }

    @Test
    void aFileReadsAndWritesBack() throws Exception {
        Path file = Files.writeString(folder.resolve("f.json"), FLEET);
        Fleet fleet = FleetFile.read(file);
        assertThat(fleet.find("a").count()).isEqualTo(8);
        assertThat(fleet.find("b").dollarsPerHour()).isEqualTo(new Dollars.Known(1));
        assertThat(fleet.link(fleet.find("b"), fleet.find("a"))).isEqualTo(Link.intraNode(50e9, 5e-6));
        assertThat(fleet.network()).isEqualTo(Link.network(12.5e9, 10e-6));
        FleetFile.write(fleet, file);
        assertThat(FleetFile.read(file)).isEqualTo(fleet);
    }

    @Test
    void aWrittenFileHasThePermissionsOfAnyFile() throws Exception {
        assumeTrue(FileSystems.getDefault().supportedFileAttributeViews().contains("posix"), "SKIPPED: no permissions");
        Path plain = Files.writeString(folder.resolve("plain.json"), FLEET);
        Path file = folder.resolve("f.json");
        FleetFile.write(FleetFile.read(plain), file);
        assertThat(Files.getPosixFilePermissions(file)).isEqualTo(Files.getPosixFilePermissions(plain));
        try (var files = Files.list(folder)) {
            assertThat(files).containsExactlyInAnyOrder(plain, file);
        }
    }

    @Test
    void everyPolicyAndAnOwnDeviceSurviveAFile() {
        Price.Ownership owned = new Price.Ownership(OptionalDouble.of(5000), 3, 0.2);
        DeviceSpec own = DeviceSpec.cpu("own", 4, 2e11, 8e9, 2e10);
        Fleet.Builder builder = Fleet.rented("f");
        int i = 0;
        for (Price price : new Price[] {
            Price.rented(Price.Rate.HIGH),
            Price.fixed(2),
            new Price.StraightLine(owned),
            new Price.Annuity(owned, 0.05),
            Price.paperOpex()
        }) {
            builder.add(new DeviceClass("c" + i++, own, i, price));
        }
        Fleet fleet = builder.build();
        Path file = folder.resolve("all.json");
        FleetFile.write(fleet, file);
        assertThat(FleetFile.read(file)).isEqualTo(fleet);
        assertThat(folder.toFile().list()).containsExactly("all.json");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"H100-SXM\"     | \"H1000\"     | $.classes[0].device              | Did you mean",
                "\"count\": 8     | \"count\": 0  | $.classes[0]                     | at least 1",
                "\"count\": 8     | \"count\": 2.5 | $.classes[0].count              | whole number",
                "\"count\": 8     | \"number\": 8 | \"number\" at $.classes[0]       | Did you mean \"",
                "\"name\": \"b\"  | \"name\": \"a\" | $.classes[1]                   | unique",
                "\"to\": \"b\"    | \"to\": \"c\" | 'c'                              | none of its device classes",
                "12.5             | -12.5         | $.network.gigabytesPerSecond     | above zero",
                "intra-node       | wire          | $.links[0].kind                  | intra-node or network",
                "\"fixed\"        | \"free\"      | $.classes[1].price.policy        | Use rented",
                "\"dollarsPerHour\": 1 | \"dollarsPerHour\": -1 | $.classes[1].price.dollarsPerHour | negative",
            })
    void aMalformedFileGivesOneClearError(String what, String instead, String place, String wayOut) throws Exception {
        assertThat(FLEET).contains(what);
        Path file = Files.writeString(folder.resolve("f.json"), FLEET.replace(what, instead));
        assertThatThrownBy(() -> FleetFile.read(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("f.json")
                .hasMessageContaining(place)
                .hasMessageContaining(wayOut);
    }

    @Test
    void aFleetChecksItself() {
        assertThatThrownBy(() -> Fleet.rented("f").build()).hasMessageContaining("no devices");
        assertThatThrownBy(() -> Fleet.rented("f").add("H100", 1).add("H100", 1).build())
                .hasMessageContaining("two device classes");
        assertThatThrownBy(() -> Fleet.rented("f").add("H100", 1).build().find("A100"))
                .hasMessageContaining("Fleet 'f'");
        assertThatThrownBy(() -> new Link(LinkKind.NETWORK, 0, Double.NaN, 0)).hasMessageContaining("NaN");
        assertThatThrownBy(() -> Link.network(0, 0)).hasMessageContaining("above 0");
    }
}
