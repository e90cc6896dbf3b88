package io.agentopt.examples.tco;

import io.agentopt.cost.Estimate;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.hardware.Dollars;
import io.agentopt.hardware.Price;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** What a speech recogniser would cost on each device of a set and on a CPU, if the planner could place it. */
final class RecogniserPlaces {
    private static final List<Integer> BATCHES = List.of(1, 32);

    private record Place(String set, String name, int batch, double seconds, double dollars) {}

    private RecogniserPlaces() {}

    static String text(List<DeviceSet> sets, DeviceSpec cpu) {
        MarkdownTable table =
                new MarkdownTable(List.of("rates", "device", "recordings together", "ms", "$ per 1,000 recordings"));
        StringBuilder verdict = new StringBuilder();
        for (DeviceSet set : sets) {
            for (int batch : BATCHES) {
                List<Place> places = places(set, cpu, batch);
                places.forEach(p -> table.row(List.of(
                        p.set,
                        p.name,
                        String.valueOf(p.batch),
                        String.format(Locale.ROOT, "%.1f", p.seconds * 1e3),
                        String.format(Locale.ROOT, "%.4f", p.dollars * 1e3))));
                Place cheapest = places.stream()
                        .min(Comparator.comparingDouble(Place::dollars))
                        .orElseThrow();
                Place onCpu = places.getLast();
                verdict.append(String.format(
                        Locale.ROOT,
                        "- %s rates, %d together: cheapest on %s; the CPU costs %.1f times as much.\n",
                        set.name(),
                        batch,
                        cheapest.name,
                        onCpu.dollars / cheapest.dollars));
            }
        }
        return "**Would it be on a CPU by choice?** " + SpeechRecognition.MODEL
                + ", times of the roofline with generic terms, every device busy all the time; accelerators at the `"
                + PricingPolicy.MAIN
                + "` policy without a host, the CPU at its rent with everything, which favours accelerators:\n\n"
                + verdict + "\n" + table;
    }

    /** The set's devices in order, the CPU last; those without a price or a time are left out. */
    private static List<Place> places(DeviceSet set, DeviceSpec cpu, int batch) {
        PricingPolicy policy = PricingPolicy.find(PricingPolicy.MAIN);
        List<Place> places = new ArrayList<>();
        for (StudyDevice d : set.devices()) {
            add(places, set, d.rates(), d.name(), policy.dollarsPerHour().apply(d), batch);
        }
        add(places, set, cpu, cpu.id(), Price.rented().dollarsPerHour(cpu), batch);
        return places;
    }

    private static void add(
            List<Place> places, DeviceSet set, DeviceSpec device, String name, Dollars perHour, int batch) {
        if (SpeechRecognition.seconds(device, batch) instanceof Estimate.Known k
                && perHour instanceof Dollars.Known d) {
            double dollars = k.seconds() / batch / 3600 * d.amount();
            places.add(new Place(set.name(), name, batch, k.seconds(), dollars));
        }
    }
}
