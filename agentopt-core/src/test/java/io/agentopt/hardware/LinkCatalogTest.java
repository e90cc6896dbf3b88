package io.agentopt.hardware;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LinkCatalogTest {
    private static final LinkCatalog LINKS = LinkCatalog.packaged();

    @TempDir
    Path folder;

    @Test
    void ratesAreOneWayAndSourced() {
        assertThat(LINKS.find("NVLink-4").bytesPerSecond()).isEqualTo(450e9);
        assertThat(LINKS.find("InfiniBand-NDR").bytesPerSecond()).isEqualTo(50e9);
        assertThat(LINKS.find("PCIe-4-x16").kind()).isEqualTo(LinkKind.INTRA_NODE);
        assertThat(LINKS.entry("PCIe-3-x16").provenance().verified()).isFalse();
        assertThat(LINKS.entry("NVLink-4").provenance().unverified()).containsExactly("latencyMicroseconds");
        assertThat(LINKS.entries())
                .allSatisfy(e -> assertThat(e.provenance().source()).isNotBlank());
    }

    /** The device catalog and the link catalog tell one story. */
    @Test
    void devicesAgreeWithTheirLinks() {
        DeviceCatalog devices = DeviceCatalog.packaged();
        for (String[] pair : new String[][] {
            {"A100", "NVLink-3"}, {"H100", "NVLink-4"}, {"B200", "NVLink-5"}, {"MI300X", "Infinity-Fabric-MI300X"}
        }) {
            assertThat(devices.find(pair[0]).intraNodeBytesPerSecond().orElseThrow())
                    .isEqualTo(LINKS.find(pair[1]).bytesPerSecond());
        }
        assertThat(devices.find("H100").hostLinkBytesPerSecond().orElseThrow())
                .isEqualTo(LINKS.find("PCIe-5-x16").bytesPerSecond());
        assertThat(devices.find("B200").hostLinkBytesPerSecond()).isEmpty();
    }

    @Test
    void anUnknownLinkNamesItsNeighbours() {
        assertThatThrownBy(() -> LINKS.find("nvlink4")).hasMessageContaining("NVLink-4");
    }

    @Test
    void aFleetNamesLinksOfAUsersFile() throws Exception {
        Path links = Files.writeString(
                folder.resolve("l.json"),
                "{\"format\": 1, \"links\": [{\"id\": \"mine\", \"kind\": \"network\", \"gigabytesPerSecond\": 3, \"source\": \"test\"}]}");
        Path file = Files.writeString(
                folder.resolve("f.json"),
                "{\"format\": 1, \"name\": \"f\", \"network\": \"mine\", \"classes\": [{\"name\": \"a\", \"device\": \"H100\", \"count\": 8},"
                        + " {\"name\": \"b\", \"device\": \"L4\", \"count\": 1}],"
                        + " \"links\": [{\"from\": \"a\", \"to\": \"b\", \"link\": \"PCIe-4-x16\"}]}");
        Fleet fleet = FleetFile.read(file, DeviceCatalog.packaged(), LINKS.plus(LinkCatalog.read(links)));
        assertThat(fleet.network().bytesPerSecond()).isEqualTo(3e9);
        assertThat(fleet.link(fleet.find("a"), fleet.find("b"))).isEqualTo(LINKS.find("PCIe-4-x16"));
        assertThatThrownBy(() -> FleetFile.read(file))
                .hasMessageContaining("$.network")
                .hasMessageContaining("mine");
        Fleet built = Fleet.rented("g")
                .add("H100", 1)
                .add("L4", 1)
                .network("InfiniBand-HDR")
                .link("H100", "L4", "PCIe-5-x16")
                .build();
        assertThat(built.network().bytesPerSecond()).isEqualTo(25e9);
    }

    @Test
    void aMalformedLinkIsNamed() throws Exception {
        Path file = Files.writeString(
                folder.resolve("l.json"),
                "{\"format\": 1, \"links\": [{\"id\": \"x\", \"kind\": \"rope\", \"gigabytesPerSecond\": 3, \"source\": \"t\"}]}");
        assertThatThrownBy(() -> LinkCatalog.read(file))
                .hasMessageContaining("$.links[0].kind")
                .hasMessageContaining("intra-node or network");
    }
}
