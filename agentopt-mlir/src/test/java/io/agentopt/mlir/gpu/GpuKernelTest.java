package io.agentopt.mlir.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.ElementType;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernels.Cosine;
import io.agentopt.mlir.codegen.Codes;
import io.agentopt.mlir.codegen.GpuCode;
import io.agentopt.mlir.codegen.GpuTarget;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Kernels from Java on a device that is a stub; what they compute there is a twin in C. */
class GpuKernelTest {
    private static final KernelSpec SPEC = KernelSpec.of("cosine").with("d", 12).with("type", ElementType.F32);

    @ParameterizedTest
    @EnumSource
    void aKernelComputesWhatItsReferenceDoes(GpuApi api) {
        StubDriver stub = StubDriver.of(api);
        float[] matrix = numbers(5 * 12, 1), query = numbers(12, 2);
        try (GpuContext context = stub.driver().context(0);
                GpuStream stream = context.stream();
                GpuKernel kernel = cosine(stub, context);
                Arena arena = Arena.ofConfined()) {
            float[] actual = new float[5];
            DeviceBuffer scores = buffer(context, 5);
            kernel.launch(stream, filled(context, matrix, 5, 12), filled(context, query, 12), scores);
            stream.synchronize();
            scores.memory().copyTo(MemorySegment.ofArray(actual));
            Buffer expected = Buffer.allocate(arena, ElementType.F32, 5);
            new Cosine().run(SPEC, 0, 5, Buffer.copyOf(arena, matrix, 5, 12), Buffer.copyOf(arena, query), expected);
            for (int i = 0; i < 5; i++) assertThat(actual[i]).isCloseTo(expected.getFloat(i), within(1e-6f));
        }
        assertThat(stub.live()).isZero();
    }

    @ParameterizedTest
    @EnumSource
    void noRowsIsNoLaunch(GpuApi api) {
        StubDriver stub = StubDriver.of(api);
        try (GpuContext context = stub.driver().context(0);
                GpuStream stream = context.stream();
                GpuKernel kernel = cosine(stub, context)) {
            DeviceMemory memory = context.allocate(64);
            GpuKernel.Bound none = kernel.bind(
                    new DeviceBuffer(memory.slice(0, 0), ElementType.F32, 0, 12),
                    buffer(context, 12),
                    new DeviceBuffer(memory.slice(0, 0), ElementType.F32, 0));
            stub.fail(DriverFunction.LAUNCH, 719, 0);
            none.launch(stream);
            stream.synchronize();
        }
    }

    @ParameterizedTest
    @EnumSource
    void buffersThatDoNotFitAreRefused(GpuApi api) {
        StubDriver stub = StubDriver.of(api);
        try (GpuContext context = stub.driver().context(0);
                GpuContext other = stub.driver().context(1);
                GpuStream stream = context.stream();
                GpuKernel kernel = cosine(stub, context)) {
            DeviceBuffer matrix = buffer(context, 5, 12), query = buffer(context, 12), scores = buffer(context, 5);
            assertThatThrownBy(() -> kernel.launch(stream, matrix, query))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("takes 3 buffers");
            assertThatThrownBy(() -> kernel.launch(stream, matrix, query, buffer(context, 6)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("where n is 5, and was given f32[6]");
            DeviceBuffer half = new DeviceBuffer(context.allocate(24).all(), ElementType.F16, 12);
            assertThatThrownBy(() -> kernel.launch(stream, matrix, half, scores))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("f16[12]");
            DeviceBuffer inMatrix = new DeviceBuffer(matrix.memory().slice(16, 20), ElementType.F32, 5);
            assertThatThrownBy(() -> kernel.launch(stream, matrix, query, inMatrix))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'scores'")
                    .hasMessageContaining("overlaps 'matrix'");
            assertThatThrownBy(() -> kernel.launch(stream, matrix, query, buffer(other, 5)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void closedThingsAreRefused(GpuApi api) {
        StubDriver stub = StubDriver.of(api);
        try (GpuContext context = stub.driver().context(0);
                GpuStream stream = context.stream()) {
            GpuKernel kernel = cosine(stub, context);
            DeviceBuffer query = buffer(context, 12), scores = buffer(context, 5);
            DeviceMemory memory = context.allocate(5 * 12 * 4);
            DeviceBuffer matrix = new DeviceBuffer(memory.all(), ElementType.F32, 5, 12);
            GpuKernel.Bound bound = kernel.bind(matrix, query, scores);
            memory.close();
            assertThatThrownBy(() -> bound.launch(stream)).isInstanceOf(IllegalStateException.class);
            GpuKernel.Bound again = kernel.bind(buffer(context, 5, 12), query, scores);
            kernel.close();
            assertThatThrownBy(() -> again.launch(stream)).isInstanceOf(IllegalStateException.class);
        }
    }

    @ParameterizedTest
    @EnumSource
    void codeOfAnotherKernelIsRefusedAndUnloaded(GpuApi api) {
        StubDriver stub = StubDriver.of(api);
        try (GpuContext context = stub.driver().context(0)) {
            GpuCode other = code(stub, "agentopt_softmax");
            assertThatThrownBy(() -> GpuKernel.load(new Cosine(), SPEC, other, context))
                    .isInstanceOf(GpuException.class)
                    .hasMessageContaining("agentopt_cosine");
            assertThatThrownBy(() -> GpuKernel.load(new Cosine(), SPEC.with("d", 0), other, context))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThat(stub.live()).as("the context alone").isEqualTo(1);
        }
    }

    @ParameterizedTest
    @EnumSource
    void codeForTheOtherVendorIsNotGivenToTheDriver(GpuApi api) {
        StubDriver stub = StubDriver.of(api);
        try (GpuContext context = stub.driver().context(0)) {
            StubDriver stranger = StubDriver.of(api == GpuApi.CUDA ? GpuApi.HIP : GpuApi.CUDA);
            GpuCode other = code(stranger, "agentopt_cosine");
            assertThatThrownBy(() -> GpuKernel.load(new Cosine(), SPEC, other, context))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("is for " + other.chip() + ", and device 0 'stub' is one of " + api);
        }
    }

    private static GpuCode code(StubDriver stub, String kernel) {
        return Codes.gpu(
                stub.api() == GpuApi.CUDA ? new GpuTarget.Nvidia("sm_90") : new GpuTarget.Amd("gfx942"),
                stub.code(kernel));
    }

    private static GpuKernel cosine(StubDriver stub, GpuContext context) {
        return GpuKernel.load(new Cosine(), SPEC, code(stub, "agentopt_cosine"), context);
    }

    private static DeviceBuffer buffer(GpuContext context, long... shape) {
        long bytes = Float.BYTES;
        for (long length : shape) bytes *= length;
        return new DeviceBuffer(context.allocate(bytes).all(), ElementType.F32, shape);
    }

    private static DeviceBuffer filled(GpuContext context, float[] values, long... shape) {
        DeviceBuffer buffer = buffer(context, shape);
        buffer.memory().copyFrom(MemorySegment.ofArray(values));
        return buffer;
    }

    private static float[] numbers(int count, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[count];
        for (int i = 0; i < count; i++) values[i] = (float) (random.nextDouble() * 2 - 1);
        return values;
    }
}
