package io.agentopt.cost.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.agentopt.cost.Confidence;
import io.agentopt.cost.kernel.KernelShape.Gemm;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** Planning asks for many thousands of times: an estimate must leave no garbage. */
class KernelModelAllocationTest {
    @Test
    void anEstimateAllocatesNothingAfterWarmUp() {
        KernelModel<Gemm> model = KernelCalibration.fit(
                        SyntheticDevice.FORM, SyntheticDevice.measure(200, 8192, 0.3, 1), Confidence.MEASURED)
                .model();
        Gemm[] shapes = new Gemm[64];
        for (int i = 0; i < shapes.length; i++) shapes[i] = SyntheticDevice.gemm(1 + 37L * i, 4096 + i, 11008);
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        double sum = run(model, shapes, 50_000);
        long before = threads.getCurrentThreadAllocatedBytes();
        sum += run(model, shapes, 50_000);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(sum).isPositive();
        assertThat(allocated / 50_000.0).isLessThan(1); // bytes per estimate; the bean itself allocates a little
    }

    private static double run(KernelModel<Gemm> model, Gemm[] shapes, int times) {
        double sum = 0;
        for (int i = 0; i < times; i++) sum += model.seconds(shapes[i % shapes.length]);
        return sum;
    }
}
