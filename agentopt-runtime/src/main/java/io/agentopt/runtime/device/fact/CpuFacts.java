package io.agentopt.runtime.device.fact;

import java.util.List;
import java.util.OptionalDouble;

/**
 * What the system tells of the processor.
 *
 * @param model the maker's name; empty if unknown
 * @param vendor who made it; empty if unknown
 * @param logical processors that the system has, hardware threads counted
 * @param physical cores that the system has
 * @param usable processors that this process may use at once: what its container and its affinity leave
 * @param isa instruction sets for vectors and matrices, of those that make a difference
 * @param nominalHertz the clock that the maker names, 1/s
 * @param maxHertz the highest clock, 1/s; virtual machines do not tell
 * @param caches of the first core, smallest first, without those for instructions only
 * @param build microcode and version of the system, on which measurements depend; empty if unknown
 */
public record CpuFacts(
        String model,
        String vendor,
        int logical,
        int physical,
        int usable,
        List<String> isa,
        OptionalDouble nominalHertz,
        OptionalDouble maxHertz,
        List<Cache> caches,
        String build)
        implements DeviceFacts {

    /**
     * A cache.
     *
     * @param level 1 is the nearest to the core
     * @param bytes of one instance
     * @param sharedBy how many logical processors share it
     */
    public record Cache(int level, long bytes, int sharedBy) {}

    public CpuFacts {
        isa = List.copyOf(isa);
        caches = List.copyOf(caches);
        if (logical < 1 || physical < 1 || usable < 1) {
            throw new IllegalArgumentException("A processor has at least one core that may be used, not " + logical
                    + " logical, " + physical + " physical, " + usable + " usable.");
        }
    }

    /** {@return cores that work may use at once: what is usable, but not two hardware threads of a core for two} */
    public int cores() {
        return Math.min(usable, physical);
    }

    /** {@return what tells this processor, system and share of it from others that measurements may differ on} */
    public String identity() {
        return String.join("\n", model, build, logical + " " + physical + " " + usable, String.join(" ", isa));
    }

    /** {@return FP32 numbers in the widest vector} */
    public int lanes() {
        return isa.contains("avx512f") ? 16 : isa.contains("avx2") ? 8 : 4;
    }

    /** {@return bytes of the largest cache; 0 if unknown} */
    public long largestCacheBytes() {
        return caches.stream().mapToLong(Cache::bytes).max().orElse(0);
    }
}
