package io.agentopt.runtime.llm.execute;

import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.mlir.gpu.GpuApi;
import io.agentopt.mlir.gpu.GpuContext;
import io.agentopt.mlir.gpu.GpuDriver;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.backend.ort.StubGpu;
import io.agentopt.runtime.backend.ort.StubLibrary;
import org.junit.jupiter.api.Test;

class GpuMemoryTest {
    @Test
    void itIsWhatTheDriverSays() {
        GpuDriver driver = ((GpuDriver.Opened) GpuDriver.open(GpuApi.CUDA, StubLibrary.driver())).driver();
        long all = GpuMemory.of(driver, 0).orElseThrow().freeBytes();
        try (GpuContext context = driver.context(0)) {
            context.allocate(1 << 20);
            assertThat(GpuMemory.of(driver, 0).orElseThrow().freeBytes()).isEqualTo(all - (1 << 20));
        }
        assertThat(GpuMemory.of(driver, 0).orElseThrow().device()).contains("stub");
        StubGpu.fail("cuMemGetInfo_v2", StubGpu.INVALID_VALUE);
        assertThat(GpuMemory.of(driver, 0)).isEmpty();
        StubGpu.forget();
    }

    @Test
    void processorsHaveNone() {
        assertThat(GpuMemory.of(SessionSettings.cpu(1))).isEmpty();
    }
}
