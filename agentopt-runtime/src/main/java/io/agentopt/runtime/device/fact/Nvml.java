package io.agentopt.runtime.device.fact;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * NVIDIA's management library: what it tells of every card of the machine, whether or not a process may use it. It is started and
 * stopped for each look, some 12 ms. A card is known to the driver by its bus id.
 */
public final class Nvml {
    /** The file that the system loader looks for. */
    public static final String LIBRARY = "libnvidia-ml.so.1";

    private static final int MOST_CARDS = 256;
    private static final int VERSION_BYTES = 96;

    private Nvml() {}

    /** What a look came to. */
    public sealed interface Outcome permits Cards, Absent {}

    /**
     * What it tells.
     *
     * @param driver version of the driver; empty if unknown
     * @param cards in the order of their place on the bus
     */
    public record Cards(String driver, List<GpuFacts> cards) implements Outcome {
        public Cards {
            cards = List.copyOf(cards);
        }

        /** {@return the card in a place, as the driver spells it} */
        public Optional<GpuFacts> at(String busId) {
            return busId.isEmpty()
                    ? Optional.empty()
                    : cards.stream().filter(c -> c.busId().equals(busId)).findFirst();
        }

        /** {@return what tells these cards, and how they are split, from others} */
        public String identity() {
            List<String> each = new ArrayList<>();
            for (GpuFacts c : cards) each.add(c.uuid() + " " + c.partitioned().orElse(false));
            return driver + " " + each;
        }
    }

    /** It tells nothing; the reason says why. */
    public record Absent(String reason) implements Outcome {}

    /** {@return what a library that was opened tells} */
    public static Outcome look(SymbolLookup symbols) {
        NvmlLibrary nvml = new NvmlLibrary(symbols);
        int error = nvml.call("nvmlInit_v2");
        if (error == NvmlLibrary.ABSENT) return new Absent("The library is no NVML: it has no function nvmlInit_v2.");
        if (error != 0) return new Absent("NVML failed to start: " + nvml.describe(error) + ".");
        try (Arena scratch = Arena.ofConfined()) {
            return cards(nvml, scratch);
        } finally {
            nvml.call("nvmlShutdown");
        }
    }

    private static Outcome cards(NvmlLibrary nvml, Arena scratch) {
        MemorySegment count = scratch.allocate(JAVA_INT);
        int error = nvml.call("nvmlDeviceGetCount_v2", count.address());
        if (error != 0) return new Absent("NVML does not count the cards: " + nvml.describe(error) + ".");
        MemorySegment version = scratch.allocate(VERSION_BYTES), handle = scratch.allocate(JAVA_LONG);
        String driver = nvml.call("nvmlSystemGetDriverVersion", version.address(), VERSION_BYTES - 1) == 0
                ? NvmlLibrary.text(version)
                : "";
        List<GpuFacts> cards = new ArrayList<>();
        int number = Math.clamp(count.get(JAVA_INT, 0), 0, MOST_CARDS);
        for (int i = 0; i < number; i++) {
            // A card that this process may not see is refused, and left out.
            if (nvml.call("nvmlDeviceGetHandleByIndex_v2", i, handle.address()) == 0)
                cards.add(new NvmlCard(nvml, scratch, handle.get(JAVA_LONG, 0)).facts(driver));
        }
        return new Cards(driver, cards);
    }
}
