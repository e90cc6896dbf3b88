package io.agentopt.benchmarks.cost;

import io.agentopt.cost.CollectiveKind;
import io.agentopt.cost.Confidence;
import io.agentopt.cost.CostModel;
import io.agentopt.cost.Demand;
import io.agentopt.cost.RooflineCostModel;
import io.agentopt.cost.SecondsSum;
import io.agentopt.cost.TransformerDemand;
import io.agentopt.cost.kernel.CollectiveForm;
import io.agentopt.cost.kernel.DecodeAttentionForm;
import io.agentopt.cost.kernel.GemmForm;
import io.agentopt.cost.kernel.KernelCalibration;
import io.agentopt.cost.kernel.KernelForm;
import io.agentopt.cost.kernel.KernelMeasurement;
import io.agentopt.cost.kernel.KernelModel;
import io.agentopt.cost.kernel.KernelShape;
import io.agentopt.cost.kernel.KernelShape.Collective;
import io.agentopt.cost.kernel.KernelShape.DecodeAttention;
import io.agentopt.cost.kernel.KernelShape.Gemm;
import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.ModelCatalog;
import io.agentopt.model.ModelSpec;
import io.agentopt.model.Precision;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * One estimate of one operator at a time, in a JVM of its own ({@link EstimateSpeed} runs it). Kernel models carry a correction by 200 points, made from the generic
 * form and a ripple that no term explains; each call takes the next of 64 shapes.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EstimateBenchmark {
    private static final int POINTS = 200;
    private static final int SHAPES = 64; // a power of two
    private static final Precision BF16 = Precision.BF16;

    private final DeviceSpec device = DeviceCatalog.packaged().find("A100");
    private final ModelSpec model = ModelCatalog.packaged().find("meta-llama/Meta-Llama-3.1-8B");
    private final Random random = new Random(1);
    private final Kernels<Gemm> gemms = Kernels.of(
            new GemmForm(device, BF16), i -> new Gemm(1 + random.nextInt(8192), 128L * to(128), 4096, BF16, BF16));
    private final Kernels<DecodeAttention> attentions = Kernels.of(
            new DecodeAttentionForm(device, BF16),
            i -> new DecodeAttention(to(256), to(16384), 32, 8, 128, 0, BF16, BF16));
    private final Kernels<Collective> reductions = Kernels.of(
            new CollectiveForm(device), i -> new Collective(CollectiveKind.ALL_REDUCE, 1024L * to(65536), 4, 4));
    private final CostModel cost = RooflineCostModel.generic();
    private final Demand decode = TransformerDemand.decodeStep(model, 1000, 8);
    private final SecondsSum sum = new SecondsSum();
    private int next;

    /** Shapes and the model that times them. */
    private record Kernels<S extends KernelShape>(KernelModel<S> model, List<S> shapes) {
        static <S extends KernelShape> Kernels<S> of(KernelForm<S> form, IntFunction<S> shape) {
            List<KernelMeasurement<S>> points = new ArrayList<>();
            double[] generic = form.generic();
            for (int i = 0; i < POINTS; i++) {
                S at = shape.apply(i);
                double plain = form.seconds(at, generic);
                points.add(new KernelMeasurement<>(at, plain * 1.5 * Math.exp(0.3 * Math.sin(Math.log(plain)))));
            }
            KernelModel<S> model =
                    KernelCalibration.fit(form, points, Confidence.MEASURED).model();
            return new Kernels<>(
                    model,
                    points.stream().limit(SHAPES).map(KernelMeasurement::shape).toList());
        }

        double seconds(int i) {
            return model.seconds(shapes.get(i & (SHAPES - 1)));
        }
    }

    private int to(int most) {
        return 1 + random.nextInt(most);
    }

    /** {@return the time of a matrix product} */
    @Benchmark
    public double gemm() {
        return gemms.seconds(next++);
    }

    /** {@return the time of attention in a decode step} */
    @Benchmark
    public double attentionDecode() {
        return attentions.seconds(next++);
    }

    /** {@return the time of an all-reduce} */
    @Benchmark
    public double allReduce() {
        return reductions.seconds(next++);
    }

    /** {@return the time of a decode step whose work is known} */
    @Benchmark
    public double decodeStep() {
        sum.clear();
        cost.addSeconds(decode, device, 2, sum);
        return sum.seconds();
    }

    /** {@return the same with the work counted first} */
    @Benchmark
    public double decodeStepWithDemand() {
        sum.clear();
        cost.addSeconds(TransformerDemand.decodeStep(model, 1000 + (next++ & 1023), 8), device, 2, sum);
        return sum.seconds();
    }

    /** {@return whether every kernel model has its correction: without one the benchmarks would time less than they say} */
    boolean corrected() {
        return gemms.model.corrected() && attentions.model.corrected() && reductions.model.corrected();
    }
}
