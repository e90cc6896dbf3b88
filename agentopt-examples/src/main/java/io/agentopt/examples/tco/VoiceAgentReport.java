package io.agentopt.examples.tco;

import io.agentopt.cost.Estimate;
import io.agentopt.graph.AgentGraph;
import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceClass;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.hardware.Fleet;
import io.agentopt.hardware.Price;
import io.agentopt.model.Precision;
import io.agentopt.plan.Plan;
import io.agentopt.plan.PlanResult;
import io.agentopt.plan.Planner;
import io.agentopt.plan.solve.SolveOptions;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Where the planner puts the parts of the voice agent, on a fleet of each device set, and what a recogniser would cost elsewhere. */
final class VoiceAgentReport {
    private static final String CPU = "CPU-32-core";
    private static final int PLENTY = 64;
    private static final Workload WORKLOAD = Workload.poisson(10);
    private static final Sla SLA = Sla.endToEnd(Percentile.P95, Duration.ofSeconds(12));
    private static final SolveOptions BUDGET = SolveOptions.steps(1, 200_000);

    private VoiceAgentReport() {}

    static String text(List<DeviceSet> sets) {
        DeviceSpec cpu = DeviceCatalog.packaged().find(CPU);
        StringBuilder out = new StringBuilder("## The voice agent\n\n");
        out.append(String.format(
                Locale.ROOT,
                "Speech to text, a language model with a web search in a loop (%.1f passes, prompts of %d, answers of %d tokens, FP16), text to speech;"
                        + " %.0f requests/s, 95%% within %d s. The devices of each set at the `%s` policy beside rented CPUs. Here"
                        + " recogniser, search and synthesiser are tools with declared latencies (the recogniser's %d ms from the cost model: %s, %.0f s of sound, on the"
                        + " CPU; search %d ms and synthesis %d ms assumed). **The planner runs every tool on the host, so those parts are on CPUs by its rule and"
                        + " not by its choice**; the paper's finding that they belong there is tested by the second table alone.\n\n",
                VoiceAgent.ROUNDS,
                VoiceAgent.PROMPT_TOKENS,
                VoiceAgent.OUTPUT_TOKENS,
                WORKLOAD.requestsPerSecond(),
                SLA.endToEnd().toSeconds(),
                PricingPolicy.MAIN,
                recognition(cpu).toMillis(),
                SpeechRecognition.MODEL,
                SpeechRecognition.AUDIO_SECONDS,
                VoiceAgent.SEARCH.toMillis(),
                VoiceAgent.SYNTHESIS.toMillis()));
        MarkdownTable plans = new MarkdownTable(
                List.of("rates", "model", "prefill", "decode", "everything else", "devices", "$/h", "seconds", "gap"));
        for (DeviceSet set : sets) {
            for (String size : List.of("8B", "70B")) plans.row(plan(set, size, cpu));
        }
        out.append(plans).append('\n');
        out.append(RecogniserPlaces.text(sets, cpu));
        return out.toString();
    }

    private static List<String> plan(DeviceSet set, String size, DeviceSpec cpu) {
        String llm =
                new Scenario(size, Precision.FP16, 1, 2, Target.LATENCY).model().id();
        Duration hear = recognition(cpu);
        AgentGraph<String, String> graph = VoiceAgent.declare(llm, hear);
        return switch (Planner.minimizeCost().options(BUDGET).solve(graph, WORKLOAD, SLA, fleet(set, cpu))) {
            case PlanResult.Infeasible<String, String> i ->
                List.of(set.name(), size, "no plan: " + i.message(), "", "", "", "", "", "");
            case PlanResult.Planned<String, String> p -> planned(set, size, p.plan());
        };
    }

    private static List<String> planned(DeviceSet set, String size, Plan<String, String> plan) {
        return List.of(
                set.name(),
                size,
                classes(plan, "prefill"),
                classes(plan, "decode"),
                classes(plan, ""),
                plan.devices().stream()
                        .map(d -> d.count() + " x " + d.deviceClass())
                        .collect(Collectors.joining(", ")),
                Numbers.ratio(plan.dollarsPerHour()),
                Numbers.ratio(plan.endToEndSeconds()),
                String.format(Locale.ROOT, "%.1f%%", plan.bound().gap() * 100));
    }

    /** The classes that run a phase of the language model, or with "" everything that is none. */
    private static String classes(Plan<?, ?> plan, String phase) {
        return plan.operators().stream()
                .filter(o -> {
                    String id = o.id().phase().name().toLowerCase(Locale.ROOT);
                    return phase.isEmpty() ? !id.equals("prefill") && !id.equals("decode") : id.equals(phase);
                })
                .map(o -> phase.isEmpty() ? o.deviceClass() : o.deviceClass() + " " + o.mode())
                .distinct()
                .collect(Collectors.joining(", "));
    }

    private static Fleet fleet(DeviceSet set, DeviceSpec cpu) {
        Fleet.Builder fleet = Fleet.priced(set.name(), Price.annuity());
        set.devices().forEach(d -> fleet.add(d.name(), d.rates(), PLENTY));
        return fleet.add(new DeviceClass(CPU, cpu, PLENTY, Price.rented())).build();
    }

    private static Duration recognition(DeviceSpec cpu) {
        return switch (SpeechRecognition.seconds(cpu, 1)) {
            case Estimate.Known k -> Duration.ofNanos((long) (k.seconds() * 1e9));
            case Estimate.Unknown u -> throw new IllegalStateException(u.reason());
            case Estimate.Infeasible i -> throw new IllegalStateException(i.reason());
        };
    }
}
