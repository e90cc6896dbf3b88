package io.agentopt.runtime.device.fact;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AmdCardsTest {
    @TempDir
    Path root;

    @Test
    void aCardIsJoinedWithItsNode() {
        FakeSystem s = new FakeSystem(root).withMi300x();
        s.with("sys/class/drm/card0/device/vendor", "0x10de"); // another maker's
        s.with("sys/class/drm/card1-DP-1/status", "connected"); // no card
        s.with("sys/class/kfd/kfd/topology/nodes/0/properties", "cpu_cores_count 8\nsimd_count 0\nlocation_id 49408");
        assertThat(AmdCards.read(root)).hasSize(1);
        AmdCards.Card card = AmdCards.read(root).getFirst();
        assertThat(card.name()).isEqualTo("AMD Instinct MI300X OAM");
        GpuFacts f = card.facts();
        assertThat(f.busId()).isEqualTo("0000:c1:00.0");
        assertThat(f.uuid()).isEqualTo("abc123");
        assertThat(f.driver()).isEqualTo("6.8.5");
        assertThat(f.architecture()).isEqualTo("gfx942");
        assertThat(f.memoryBytes()).hasValue(206141652992L);
        assertThat(f.freeBytes()).hasValue(205000000000L);
        assertThat(f.processors()).hasValue(304);
        assertThat(f.clockHertz()).hasValue(2100e6);
        assertThat(f.memoryClockHertz()).hasValue(1300e6);
        assertThat(f.memoryBusBits()).hasValue(8192);
        assertThat(f.powerWatts()).hasValue(750);
        assertThat(f.pcieGeneration()).hasValue(5);
        assertThat(f.pcieLanes()).hasValue(16);
        assertThat(f.missing()).isEmpty();
    }

    @Test
    void withoutKfdTheClocksAreAmdgpus() {
        new FakeSystem(root).withMi300x().with("sys/class/kfd/kfd/topology/nodes/2/properties", "simd_count 1216");
        GpuFacts f = AmdCards.read(root).getFirst().facts();
        assertThat(f.processors()).isEmpty();
        assertThat(f.architecture()).isEmpty();
        assertThat(f.clockHertz()).hasValue(2100e6);
        assertThat(f.memoryClockHertz()).hasValue(1300e6);
        assertThat(f.missing()).containsExactly("compute units: KFD's topology has no node at 0000:c1:00.0");
    }

    @Test
    void whatIsDamagedIsAbsent() {
        assertThat(AmdCards.read(root)).isEmpty();
        String card = "sys/class/drm/card0/device/";
        new FakeSystem(root)
                .with(card + "vendor", "0x1002")
                .with(card + "uevent", "PCI_SLOT_NAME=somewhere")
                .with(card + "mem_info_vram_total", "much")
                .with(card + "pp_dpm_sclk", "fast")
                .with(card + "current_link_speed", "1.2.3 GT/s PCIe")
                .with(card + "current_link_width", "-4")
                .with(card + "hwmon/hwmon0/power1_cap", "");
        GpuFacts f = AmdCards.read(root).getFirst().facts();
        assertThat(f.memoryBytes()).isEmpty();
        assertThat(f.clockHertz()).isEmpty();
        assertThat(f.hostBytesPerSecond()).isEmpty();
        assertThat(f.powerWatts()).isEmpty();
        assertThat(f.missing()).hasSize(2);
    }

    @Test
    void architecturesAreSpelledAsLlvmDoes() {
        String node = "sys/class/kfd/kfd/topology/nodes/2/properties";
        String text = "simd_count 4\nsimd_per_cu 2\nlocation_id 49408\ngfx_target_version ";
        FakeSystem s = new FakeSystem(root).withMi300x();
        java.util.Map.of("90010", "gfx90a", "110000", "gfx1100", "100302", "gfx1032", "90500", "gfx950")
                .forEach((version, name) -> {
                    s.with(node, text + version);
                    assertThat(AmdCards.read(root).getFirst().facts().architecture())
                            .isEqualTo(name);
                });
    }
}
