package io.agentopt.runtime.backend.ort;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import io.agentopt.mlir.gpu.SwiGluKernel;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The middle of a gated feed-forward block, {@code silu(gate) * up} with {@code silu(x) = x / (1 + exp(-x))}, in one operator instead of three or four. It
 * computes in single precision, whatever the elements are, and only then rounds.
 */
enum GatedActivation {
    /** {@code SwiGlu(x [..., 2n]) -> [..., n]}: each row is the gate's, then up's. */
    SWI_GLU("SwiGlu", 1),

    /** {@code SiluMul(gate [...], up [...]) -> [...]}. */
    SILU_MUL("SiluMul", 2);

    private final String operatorName;
    private final int inputs;

    GatedActivation(String operatorName, int inputs) {
        this.operatorName = operatorName;
        this.inputs = inputs;
    }

    String operatorName() {
        return operatorName;
    }

    private long[] shape(List<long[]> given) {
        long[] x = given.getFirst();
        if (inputs == 2) {
            long[] up = given.getLast();
            boolean same = x.length == up.length;
            for (int i = 0; same && i < x.length; i++) same = x[i] == up[i] || x[i] < 0 || up[i] < 0;
            if (same) return x.clone();
            throw new IllegalArgumentException("The operator " + operatorName + " was given a gate "
                    + Arrays.toString(x) + " and an up " + Arrays.toString(up) + ". Give both the same shape.");
        }
        if (x.length == 0 || x[x.length - 1] % 2 > 0) {
            throw new IllegalArgumentException("The operator " + operatorName + " was given an input "
                    + Arrays.toString(x)
                    + ". Its last dimension holds gate and up, one behind the other: make it even.");
        }
        long[] y = x.clone();
        if (y[y.length - 1] > 0) y[y.length - 1] /= 2;
        return y;
    }

    private SwiGluKernel.Matrices matrices(List<CustomOp.Operand> in, CustomOp.Operand out, int elementBytes) {
        long elements = OrtTensor.elements(out.shape()), gate = in.getFirst().address();
        if (inputs == 2)
            return new SwiGluKernel.Matrices(
                    gate, in.getLast().address(), out.address(), Math.min(1, elements), elements, elements);
        long columns = out.shape()[out.shape().length - 1], rows = columns == 0 ? 0 : elements / columns;
        return new SwiGluKernel.Matrices(
                gate, gate + columns * elementBytes, out.address(), rows, columns, 2 * columns);
    }

    /**
     * It for a provider and a type.
     *
     * @param gpu the kernel of GPUs; empty on the CPU
     */
    record Operator(GatedActivation activation, ElementType type, String provider, Optional<Supplier<SwiGluKernel>> gpu)
            implements CustomOp {
        @Override
        public String name() {
            return activation.operatorName;
        }

        @Override
        public int inputs() {
            return activation.inputs;
        }

        @Override
        public long[] shape(List<long[]> inputs) {
            return activation.shape(inputs);
        }

        @Override
        public void prepare() {
            gpu.ifPresent(Supplier::get);
        }

        @Override
        public void compute(List<Operand> inputs, Operand output, long stream) {
            SwiGluKernel.Matrices m = activation.matrices(inputs, output, type.bytes());
            if (gpu.isPresent()) gpu.get().get().launch(stream, precision(), m);
            else onCpu(m);
        }

        private SwiGluKernel.Precision precision() {
            return type == ElementType.FLOAT16 ? SwiGluKernel.Precision.HALF : SwiGluKernel.Precision.SINGLE;
        }

        @SuppressWarnings("restricted")
        private void onCpu(SwiGluKernel.Matrices m) {
            if (m.rows() == 0) return;
            long read = ((m.rows() - 1) * m.stride() + m.columns()) * type.bytes();
            MemorySegment gate = MemorySegment.ofAddress(m.gate()).reinterpret(read);
            MemorySegment up = MemorySegment.ofAddress(m.up()).reinterpret(read);
            MemorySegment out = MemorySegment.ofAddress(m.out()).reinterpret(m.rows() * m.columns() * type.bytes());
            for (long r = 0; r < m.rows(); r++) {
                for (long c = 0; c < m.columns(); c++) {
                    long from = r * m.stride() + c, to = r * m.columns() + c;
                    if (type == ElementType.FLOAT16) {
                        float y = of(
                                Float.float16ToFloat(gate.getAtIndex(JAVA_SHORT, from)),
                                Float.float16ToFloat(up.getAtIndex(JAVA_SHORT, from)));
                        out.setAtIndex(JAVA_SHORT, to, Float.floatToFloat16(y));
                    } else {
                        out.setAtIndex(
                                JAVA_FLOAT, to, of(gate.getAtIndex(JAVA_FLOAT, from), up.getAtIndex(JAVA_FLOAT, from)));
                    }
                }
            }
        }

        private static float of(float gate, float up) {
            return gate / (1 + (float) Math.exp(-gate)) * up;
        }
    }
}
