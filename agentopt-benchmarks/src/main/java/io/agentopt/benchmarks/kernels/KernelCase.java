package io.agentopt.benchmarks.kernels;

import java.util.List;
import java.util.function.Predicate;

/**
 * One kernel at one size, and all who run it.
 *
 * @param kernel and its specialisation, as metrics name it: {@code cosine_f32_d384}
 * @param bytes that must be read and written once: what bandwidth is counted in
 * @param single whether results are held to the tolerance of f32 (others have inputs that are rounded already)
 * @param memoryBound whether its share of the read bandwidth counts at {@link Size#MEMORY}
 */
record KernelCase(
        String kernel, Size size, long bytes, boolean single, boolean memoryBound, List<Contender> contenders) {
    KernelCase {
        contenders = List.copyOf(contenders);
        for (Role needed : List.of(Role.OURS, Role.OURS_ON_TWO_THREADS, Role.PEER, Role.CEILING)) {
            if (contenders.stream().noneMatch(c -> c.role() == needed)) {
                throw new IllegalArgumentException("The case '" + kernel + "' has nobody for " + needed + ".");
            }
        }
    }

    /** {@return {@code cosine_f32_d384.cache}} */
    String metric() {
        return kernel + "." + size.label();
    }

    List<Contender> with(Predicate<Role> role) {
        return contenders.stream().filter(c -> role.test(c.role())).toList();
    }
}
