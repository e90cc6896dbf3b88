package io.agentopt.runtime.llm;

import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtTensor;
import io.agentopt.runtime.llm.kv.HostTensors;
import java.util.concurrent.atomic.AtomicInteger;

/** The system's memory, of which so many tensors are given and then none. */
public final class LimitedTensors implements HostTensors {
    private final AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);

    /** From now on so many tensors are given. */
    public LimitedTensors left(int tensors) {
        left.set(tensors);
        return this;
    }

    @Override
    public OrtTensor reserve(ElementType type, long... shape) {
        if (left.getAndUpdate(n -> Math.max(0, n - 1)) == 0) throw new OutOfMemoryError("The test gives no more.");
        return HostTensors.SYSTEM.reserve(type, shape);
    }
}
