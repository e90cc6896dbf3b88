package io.agentopt.runtime.llm.kv;

import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtTensor;

/** Where tensors in host memory come from. What refuses memory throws an {@link OutOfMemoryError}. */
@FunctionalInterface
public interface HostTensors {
    /** The system's memory, given page by page when it is first written. */
    HostTensors SYSTEM = OrtTensor::reserve;

    /** {@return a tensor of zeros; the caller closes it} */
    OrtTensor reserve(ElementType type, long... shape);
}
