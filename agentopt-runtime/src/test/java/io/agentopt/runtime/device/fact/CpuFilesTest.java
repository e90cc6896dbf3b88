package io.agentopt.runtime.device.fact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CpuFilesTest {
    @TempDir
    Path root;

    @Test
    void hardwareThreadsAreNoCores() {
        FakeSystem s = new FakeSystem(root)
                .with("proc/cpuinfo", """
                        processor\t: 0
                        vendor_id\t: GenuineIntel
                        model name\t: Test CPU @ 2.10GHz
                        microcode\t: 0x2b
                        flags\t\t: fpu avx2 avx512f amx_int8 sse2
                        no colon

                        processor\t: 1
                        model name\t: another
                        """)
                .with("proc/sys/kernel/osrelease", "6.1.0")
                .with("sys/devices/system/cpu/cpufreq/policy0", "no processor")
                .with("sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq", "3800000");
        for (int cpu = 0; cpu < 8; cpu++)
            s.with("sys/devices/system/cpu/cpu" + cpu + "/topology/core_cpus_list", cpu % 4 + "," + (cpu % 4 + 4));
        String cache = "sys/devices/system/cpu/cpu0/cache/";
        s.with(cache + "index0/level", "1").with(cache + "index0/size", "48K").with(cache + "index0/type", "Data");
        s.with(cache + "index1/level", "1")
                .with(cache + "index1/size", "32K")
                .with(cache + "index1/type", "Instruction");
        s.with(cache + "index3/level", "3").with(cache + "index3/size", "105M").with(cache + "index3/type", "Unified");
        s.with(cache + "index3/shared_cpu_list", "0-3,4-7").with(cache + "index0/shared_cpu_list", "0,4");
        CpuFacts cpu = CpuFiles.read(root, 6);
        assertThat(cpu.model()).isEqualTo("Test CPU @ 2.10GHz");
        assertThat(cpu.vendor()).isEqualTo("GenuineIntel");
        assertThat(cpu.logical()).isEqualTo(8);
        assertThat(cpu.physical()).isEqualTo(4);
        assertThat(cpu.cores()).as("six may be used, of four cores").isEqualTo(4);
        assertThat(cpu.isa()).containsExactly("avx2", "avx512f", "amx_int8");
        assertThat(cpu.lanes()).isEqualTo(16);
        assertThat(cpu.nominalHertz()).hasValue(2.1e9);
        assertThat(cpu.maxHertz()).hasValue(3.8e9);
        assertThat(cpu.caches())
                .containsExactly(new CpuFacts.Cache(1, 48 << 10, 2), new CpuFacts.Cache(3, 105 << 20, 8));
        assertThat(cpu.largestCacheBytes()).isEqualTo(105 << 20);
        assertThat(cpu.build()).isEqualTo("0x2b 6.1.0");
        assertThat(CpuFiles.read(root, 2).cores()).as("a container leaves two").isEqualTo(2);
    }

    @Test
    void whatIsNotToldIsAbsent() {
        CpuFacts cpu = CpuFiles.read(root, 3);
        assertThat(cpu.logical()).isEqualTo(3);
        assertThat(cpu.physical()).isEqualTo(3);
        assertThat(cpu.model()).isEqualTo(System.getProperty("os.arch"));
        assertThat(cpu.isa()).isEmpty();
        assertThat(cpu.maxHertz()).isEqualTo(OptionalDouble.empty());
        assertThat(cpu.caches()).isEmpty();
        new FakeSystem(root)
                .with("proc/cpuinfo", ":\n: :\ncpu MHz : fast")
                .with("sys/devices/system/cpu/cpu0/cpufreq/cpuinfo_max_freq", "-1")
                .with("sys/devices/system/cpu/cpu0/cpufreq/base_frequency", "many")
                .with("sys/devices/system/cpu/cpu0/cache/index0/level", "1")
                .with("sys/devices/system/cpu/cpu0/cache/index0/size", "99999999999999999999K");
        CpuFacts damaged = CpuFiles.read(root, 1);
        assertThat(damaged.nominalHertz()).isEmpty();
        assertThat(damaged.maxHertz()).isEmpty();
        assertThat(damaged.caches()).isEmpty();
    }

    @Test
    void thisMachineTells() {
        CpuFacts cpu = CpuFiles.read();
        assertThat(cpu.usable()).isEqualTo(Runtime.getRuntime().availableProcessors());
        assertThat(cpu.model()).isNotBlank();
        assertThat(cpu.physical()).isBetween(1, cpu.logical());
    }

    @Test
    void noProcessorIsNone() {
        assertThatThrownBy(() -> new CpuFacts(
                        "", "", 0, 1, 1, List.of(), OptionalDouble.empty(), OptionalDouble.empty(), List.of(), ""))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("0 logical");
        assertThat(CpuFiles.listed("")).isEqualTo(1);
        assertThat(CpuFiles.listed("0-3, 8")).isEqualTo(5);
    }
}
