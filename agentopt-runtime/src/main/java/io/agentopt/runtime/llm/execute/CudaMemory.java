package io.agentopt.runtime.llm.execute;

import io.agentopt.mlir.gpu.DeviceMemory;
import io.agentopt.mlir.gpu.Lent;
import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtMemory;
import io.agentopt.runtime.backend.ort.OrtTensor;

/**
 * Tensors over the driver's memory.
 *
 * @param where how ONNX Runtime calls it
 */
record CudaMemory(OrtMemory where, DeviceMemory memory) {
    /** {@return a tensor that keeps the memory from being closed} */
    OrtTensor tensor(long offset, ElementType type, long... shape) {
        Lent lent = memory.lend();
        try {
            return OrtTensor.over(where, lent.address() + offset, memory.bytes() - offset, lent::close, type, shape);
        } catch (RuntimeException e) {
            lent.close();
            throw e;
        }
    }
}
