package io.agentopt.runtime.device.fact;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A tree of system files that tests write. */
public record FakeSystem(Path root) {
    /** Writes a file and the folders it lies in. */
    public FakeSystem with(String file, String text) {
        try {
            Path path = root.resolve(file);
            Files.createDirectories(path.getParent());
            Files.writeString(path, text + "\n");
            return this;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** An MI300X without HIP, in place 0000:c1:00.0. */
    public FakeSystem withMi300x() {
        String card = "sys/class/drm/card1/device/", node = "sys/class/kfd/kfd/topology/nodes/2/";
        return with(card + "vendor", "0x1002")
                .with(card + "uevent", "DRIVER=amdgpu\nPCI_SLOT_NAME=0000:C1:00.0")
                .with(card + "product_name", "AMD Instinct MI300X OAM")
                .with(card + "unique_id", "abc123")
                .with(card + "mem_info_vram_total", "206141652992")
                .with(card + "mem_info_vram_used", "1141652992")
                .with(card + "pp_dpm_sclk", "0: 132Mhz *\n1: 2100Mhz")
                .with(card + "pp_dpm_mclk", "0: 900Mhz\n1: 1300Mhz *")
                .with(card + "current_link_speed", "16.0 GT/s PCIe")
                .with(card + "max_link_speed", "32.0 GT/s PCIe")
                .with(card + "current_link_width", "16")
                .with(card + "hwmon/hwmon3/power1_cap", "750000000")
                .with("sys/module/amdgpu/version", "6.8.5")
                .with(
                        node + "properties",
                        "cpu_cores_count 0\nsimd_count 1216\nsimd_per_cu 4\nlocation_id 49408\ndomain 0\n"
                                + "gfx_target_version 90402\nmax_engine_clk_fcompute 2100\nunique_id 18446744073709551615")
                .with(node + "mem_banks/0/properties", "heap_type 1\nwidth 8192\nmem_clk_max 1300");
    }
}
