package io.agentopt.kernels;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.KernelSpec;

/** Holds indices in a buffer against the size of what they point into. */
final class IndexCheck {
    private IndexCheck() {}

    /**
     * @param what the indices are called in messages
     * @param count of indices to look at, from the first
     * @param most the largest that is valid
     * @throws IllegalArgumentException for the first that is negative or larger
     */
    static void from0To(long most, KernelSpec spec, String what, Buffer indices, long count) {
        for (long i = 0; i < count; i++) {
            long index = indices.getInteger(i);
            if (index < 0 || index > most) {
                throw new IllegalArgumentException("Element " + i + " of '" + what + "' of kernel '" + spec + "' is "
                        + index + ", which is outside of 0 to " + most + ".");
            }
        }
    }
}
