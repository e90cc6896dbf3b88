package io.agentopt.examples.tco;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The study as a page: verdicts first, then the numbers behind them.
 *
 * @param date of the run
 * @param sets that were studied
 * @param policies that were studied
 */
record MarkdownReport(
        String date, List<DeviceSet> sets, List<PricingPolicy> policies, Study study, List<Verdict> verdicts) {
    private static final String HEAD = """
            # The cost study of arXiv 2507.19635, repeated

            Written by `./build tco` on {date}; do not edit. Every cell, refusals included, is in `target/tco/tco.json`.

            A pair is written prefill::decode. Ratios are cost of H100::H100 over cost of the pair, so above 1 is cheaper; the range is one spread of the cost
            model, sizes searched anew ("refused": the pair breaks the promise when its own times are one spread longer; "open": H100::H100 does).

            **How.** Times are the library's engine model with generic terms: no fit of an engine on these devices is packaged, so the spread is .35, and .525 on
            Gaudi3. Each phase searches 1, 2, 4, 8 devices and the largest batch that fits and keeps the promise; pools are rate-matched, hardware is unlimited.
            `latency`: first token within 250 ms, others within 20 ms on average. `throughput`: no promise. The KV cache has to pass the devices' scale-out links
            (unknown for A40: 25 GB/s assumed).

            **What is left out.** Queues (a pool that is always full would have them), pipeline parallelism, prefix caches, hosts, networks, failures, the wait of the
            second token for the KV cache. Memory counts whole answers, weights and the engine, no activations. Errors of the model are taken as independent between
            devices and phases. The paper publishes neither the coefficients of its model nor the values of its bars, so bars cannot be compared one by one; of the
            six pairs in its figures five are known and marked here.

            **What leans on the catalog.** Gaudi3's FP8 rate is listed equal to its FP16 rate and the engine model lets 8-bit products reach less of a peak, so FP8
            prefill is slower than FP16 there. MI300x's link is listed for one peer, not for all seven, which makes its tensor parallelism slow. A40's rent is a single
            listing, and there is none of Gaudi3.

            """;

    /** {@return the page} */
    String text() {
        StringBuilder out = new StringBuilder(HEAD.replace("{date}", date));
        verdicts(out);
        prices(out);
        for (DeviceSet set : sets) {
            for (Target target : Target.values()) advantages(out, set, target);
        }
        policies(out);
        for (DeviceSet set : sets) matrix(out, set);
        for (DeviceSet set : sets) sizes(out, set);
        refusals(out);
        return out.toString();
    }

    private void verdicts(StringBuilder out) {
        out.append("## Verdicts\n\nComputed from the cells; the rule is that of `Tally.outcome`.\n\n");
        for (Verdict v : verdicts) {
            out.append("- **")
                    .append(v.sentence())
                    .append(": ")
                    .append(v.outcome())
                    .append(".** ");
            out.append("Test: ")
                    .append(v.test())
                    .append(". ")
                    .append(v.evidence())
                    .append("\n");
        }
        out.append('\n');
    }

    private void prices(StringBuilder out) {
        out.append("## Devices and prices, $/h\n\n");
        for (DeviceSet set : sets)
            out.append("- `")
                    .append(set.name())
                    .append("`: ")
                    .append(set.about())
                    .append('\n');
        for (PricingPolicy p : policies)
            out.append("- `").append(p.id()).append("`: ").append(p.about()).append('\n');
        List<String> names = devices(sets.getFirst());
        MarkdownTable table = new MarkdownTable(prepend("policy", names));
        for (PricingPolicy policy : policies) {
            Map<String, Double> known = panels(sets.getFirst(), policy.id())
                    .findFirst()
                    .orElseThrow()
                    .dollarsPerHour();
            table.row(prepend(
                    policy.id(),
                    names.stream()
                            .map(n ->
                                    known.containsKey(n) ? String.format(Locale.ROOT, "%.3f", known.get(n)) : "unknown")
                            .toList()));
        }
        out.append('\n').append(table).append('\n');
    }

    private void advantages(StringBuilder out, DeviceSet set, Target target) {
        List<Pair> pairs =
                Pair.PAPER.stream().filter(p -> !p.equals(Pair.BASELINE)).toList();
        List<String> header = new ArrayList<>(List.of("workload", "H100::H100, $ per million output tokens"));
        pairs.forEach(p -> header.add(p.toString()));
        header.add("cheapest of all pairs");
        MarkdownTable table = new MarkdownTable(header);
        panels(set, PricingPolicy.MAIN)
                .filter(p -> p.scenario().target() == target)
                .forEach(panel -> {
                    List<String> row = new ArrayList<>(List.of(panel.scenario().workload()));
                    row.add(panel.priced(Pair.BASELINE)
                            .map(p -> Numbers.ratio(p.dollarsPerMillionTokens(panel.scenario())))
                            .orElse("refused"));
                    for (Pair pair : pairs) row.add(cell(panel, pair));
                    row.add(panel.cheapest().map(p -> p + " " + cell(panel, p)).orElse("none"));
                    table.row(row);
                });
        out.append("## Advantage over H100::H100, ")
                .append(set.name())
                .append(" rates, ")
                .append(target);
        out.append(" (")
                .append(PricingPolicy.MAIN)
                .append(")\n\n")
                .append(table)
                .append('\n');
    }

    private void policies(StringBuilder out) {
        out.append("## The same by pricing policy\n\nMedian and range over all workloads and both targets.\n\n");
        List<Pair> pairs =
                Pair.PAPER.stream().filter(p -> !p.equals(Pair.BASELINE)).toList();
        MarkdownTable table = new MarkdownTable(Stream.concat(
                        Stream.of("rates", "policy"),
                        Stream.concat(
                                pairs.stream().map(Pair::toString), Stream.of("cheapest of all pairs, how often")))
                .toList());
        for (DeviceSet set : sets) {
            for (PricingPolicy policy : policies) {
                List<String> row = new ArrayList<>(List.of(set.name(), policy.id()));
                for (Pair pair : pairs) {
                    String spread = Numbers.spread(ratios(set, policy.id(), pair));
                    row.add(spread.isEmpty() ? "refused" : spread);
                }
                row.add(Numbers.ranking(panels(set, policy.id())
                        .flatMap(p -> p.cheapest().stream())
                        .map(Pair::toString)
                        .toList()));
                table.row(row);
            }
        }
        out.append(table).append('\n');
    }

    private void matrix(StringBuilder out, DeviceSet set) {
        List<String> names = devices(set);
        MarkdownTable table = new MarkdownTable(prepend("prefill \\ decode", names));
        for (String prefill : names) {
            table.row(prepend(
                    prefill,
                    names.stream()
                            .map(decode -> {
                                Pair pair = new Pair(prefill, decode);
                                List<Double> ratios = ratios(set, PricingPolicy.MAIN, pair);
                                String mark = Pair.PAPER.contains(pair) ? " *" : "";
                                return (ratios.isEmpty()
                                                ? "refused"
                                                : Numbers.ratio(Numbers.median(ratios)) + " of " + ratios.size())
                                        + mark;
                            })
                            .toList()));
        }
        out.append("## All pairs, ")
                .append(set.name())
                .append(" rates (")
                .append(PricingPolicy.MAIN)
                .append(")\n\n");
        out.append("Median ratio over the workloads and targets that a pair can serve, and how many of ");
        out.append(panels(set, PricingPolicy.MAIN).count()).append(" those are. * marks the paper's.\n\n");
        out.append(table).append('\n');
    }

    private void sizes(StringBuilder out, DeviceSet set) {
        List<String> names = devices(set);
        MarkdownTable table = new MarkdownTable(prepend("stage", names));
        panels(set, PricingPolicy.MAIN)
                .filter(p -> p.scenario().target() == Target.LATENCY)
                .forEach(panel -> {
                    for (Phase phase : Phase.values()) {
                        table.row(prepend(
                                panel.scenario().workload() + " " + phase,
                                names.stream().map(n -> size(panel, n, phase)).toList()));
                    }
                });
        out.append("## Sizes under the latency promise, ").append(set.name()).append(" rates\n\n");
        out.append("Devices x batch of a group, and whether its link holds it back.\n\n")
                .append(table)
                .append('\n');
    }

    private static String size(Panel panel, String device, Phase phase) {
        return panel.stages().stream()
                .filter(s -> s.device().equals(device) && s.phase() == phase)
                .map(s -> switch (s.best()) {
                    case Stage.Sized b -> b.tensorParallel() + " x " + b.batch() + (b.linkBound() ? ", link" : "");
                    case Stage.Refused r -> r.refusal().kind().toString();
                })
                .findFirst()
                .orElseThrow();
    }

    private record Why(String devices, Stage.Kind kind) {}

    private void refusals(StringBuilder out) {
        out.append("## Refused cells\n\n");
        Map<Why, List<Cell.Refused>> kinds = new LinkedHashMap<>();
        long cells = 0;
        for (Panel panel : study.panels()) {
            cells += panel.cells().size();
            panel.cells().values().forEach(c -> {
                if (c instanceof Cell.Refused r) {
                    kinds.computeIfAbsent(new Why(panel.devices(), r.refusal().kind()), k -> new ArrayList<>())
                            .add(r);
                }
            });
        }
        MarkdownTable table = new MarkdownTable(List.of("rates", "why", "cells", "for example"));
        kinds.forEach((why, refused) -> table.row(List.of(
                why.devices,
                why.kind.toString(),
                String.valueOf(refused.size()),
                refused.getFirst().refusal().reason())));
        long sum = kinds.values().stream().mapToLong(List::size).sum();
        out.append(sum)
                .append(" of ")
                .append(cells)
                .append(" cells have no cost:\n\n")
                .append(table)
                .append('\n');
    }

    private static String cell(Panel panel, Pair pair) {
        return switch (panel.cells().get(pair)) {
            case null -> "none";
            case Cell.Priced p -> p.advantage().map(Numbers::ratio).orElse("no baseline");
            case Cell.Refused r -> "refused: " + r.refusal().kind();
        };
    }

    private List<Double> ratios(DeviceSet set, String policy, Pair pair) {
        return panels(set, policy)
                .flatMap(p -> p.priced(pair).flatMap(Cell.Priced::advantage).stream())
                .map(Advantage::ratio)
                .toList();
    }

    private Stream<Panel> panels(DeviceSet set, String policy) {
        return study.panels().stream()
                .filter(p -> p.devices().equals(set.name()) && p.policy().equals(policy));
    }

    private static List<String> devices(DeviceSet set) {
        return set.devices().stream().map(StudyDevice::name).toList();
    }

    private static List<String> prepend(String first, List<String> rest) {
        return Stream.concat(Stream.of(first), rest.stream()).collect(Collectors.toList());
    }
}
