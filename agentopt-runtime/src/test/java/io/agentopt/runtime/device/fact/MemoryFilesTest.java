package io.agentopt.runtime.device.fact;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryFilesTest {
    private static final long GIB = 1L << 30;

    @TempDir
    Path root;

    private FakeSystem machine(String cgroup) {
        return new FakeSystem(root)
                .with("proc/meminfo", "MemTotal:       67108864 kB\nMemFree: 1 kB")
                .with("proc/self/cgroup", cgroup);
    }

    @Test
    void theRuntimeSaysTheSameOfThisMachine() {
        Assumptions.assumeTrue(System.getProperty("os.name").equals("Linux"), "only Linux has these files");
        long runtime = ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                .getTotalMemorySize();
        assertThat(MemoryFiles.bytes(Path.of("/"))).hasValue(runtime);
    }

    @Test
    void theLeastLimitOfAGroupAndThoseAboveItCounts() {
        FakeSystem s = machine("0::/user/job/step");
        assertThat(MemoryFiles.bytes(root)).hasValue(64 * GIB);
        s.with("sys/fs/cgroup/user/job/step/memory.max", "max");
        assertThat(MemoryFiles.bytes(root)).hasValue(64 * GIB);
        s.with("sys/fs/cgroup/user/job/memory.max", Long.toString(4 * GIB));
        s.with("sys/fs/cgroup/user/memory.max", Long.toString(8 * GIB));
        assertThat(MemoryFiles.bytes(root)).hasValue(4 * GIB);
    }

    @Test
    void aContainerOfTheFirstVersionSeesItsLimitWhereTheMountBegins() {
        machine("4:cpu,cpuacct:/docker/x\n3:memory:/docker/x\n")
                .with("sys/fs/cgroup/memory/memory.limit_in_bytes", Long.toString(2 * GIB));
        assertThat(MemoryFiles.bytes(root)).hasValue(2 * GIB);
        machine("3:memory:/").with("sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712");
        assertThat(MemoryFiles.bytes(root)).as("that much is no limit").hasValue(64 * GIB);
    }

    @Test
    void whatIsNotToldIsAbsent() {
        assertThat(MemoryFiles.bytes(root)).isEmpty();
        new FakeSystem(root).with("proc/meminfo", "MemTotal: much kB");
        assertThat(MemoryFiles.bytes(root)).isEmpty();
    }
}
