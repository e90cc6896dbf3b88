package io.agentopt.examples.tco;

import io.agentopt.cost.KvTransfer;
import io.agentopt.examples.tco.Stage.Kind;
import io.agentopt.model.ModelSpec;
import io.agentopt.model.Precision;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Links of 200 to 400 Gbit/s a device carry the KV caches of prompts up to 32,768 tokens: equations 1 to 3 at batch 1, and the study's own stages. */
record BandwidthClaim(String sentence) implements Claim {
    private static final double BITS = 8;
    private static final double NARROW = 200e9, WIDE = 400e9;
    private static final int[] PROMPTS = {512, 4096, 32768};
    private static final int[] DEVICES = {1, 2, 4, 8};

    private record Need(String text, boolean egress, int prompt, int devices, double bitsPerSecond) {}

    @Override
    public Verdict judge(Study study) {
        Tally tally = new Tally();
        List<Need> needs = needs();
        for (Need n : needs) {
            tally.add(
                    Tally.ANY_POLICY,
                    (n.egress ? "egress from " : "ingress to ") + n.devices,
                    n.prompt + " tokens",
                    n.bitsPerSecond <= WIDE);
        }
        List<Need> tooMuch = needs.stream().filter(n -> n.bitsPerSecond > WIDE).toList();
        Need most = needs.stream()
                .max((a, b) -> Double.compare(a.bitsPerSecond, b.bitsPerSecond))
                .orElseThrow();
        String numbers = String.format(
                Locale.ROOT,
                "At 200 Gbit/s %d of %d. Most: %s, %.0f Gbit/s. Above 400 Gbit/s: %d egress, %d ingress. %s",
                needs.stream().filter(n -> n.bitsPerSecond <= NARROW).count(),
                needs.size(),
                most.text,
                most.bitsPerSecond / 1e9,
                tooMuch.stream().filter(Need::egress).count(),
                tooMuch.stream().filter(n -> !n.egress).count(),
                stages(study));
        return Verdict.of(
                sentence,
                "rate that each of 1, 2, 4 or 8 devices must send within 250 ms, or receive within 20 ms, is at most 400 Gbit/s;"
                        + " Llama 3 8B and 70B, FP16 and FP8, prompts of 512, 4,096 and 32,768 tokens",
                tally,
                numbers);
    }

    private static List<Need> needs() {
        List<Need> needs = new ArrayList<>();
        for (String size : List.of("8B", "70B")) {
            for (Precision precision : List.of(Precision.FP16, Precision.FP8)) {
                ModelSpec model = new Scenario(size, precision, 1, 2, Target.LATENCY).model();
                for (int prompt : PROMPTS) {
                    double kv = KvTransfer.kvBytes(model, prompt);
                    for (int n : DEVICES) {
                        String of =
                                " of " + size + " " + precision.id() + " at " + prompt + " tokens, " + n + " devices";
                        double send =
                                KvTransfer.egressBytesPerSecond(kv, Target.LATENCY.limitSeconds(Phase.PREFILL), n);
                        double receive =
                                KvTransfer.ingressBytesPerSecond(kv, Target.LATENCY.limitSeconds(Phase.DECODE), n);
                        needs.add(new Need("egress" + of, true, prompt, n, send * BITS));
                        needs.add(new Need("ingress" + of, false, prompt, n, receive * BITS));
                    }
                }
            }
        }
        return needs;
    }

    private static String stages(Study study) {
        Set<SizedStage> seen = Collections.newSetFromMap(new IdentityHashMap<>()); // policies share their stages
        study.panels().forEach(p -> seen.addAll(p.stages()));
        long bound = seen.stream()
                .filter(s -> s.sized().filter(Stage.Sized::linkBound).isPresent())
                .count();
        long works = seen.stream().filter(s -> s.sized().isPresent()).count();
        long degrees = seen.stream()
                .flatMap(s -> s.byDegree().values().stream())
                .filter(s -> s instanceof Stage.Refused r && r.refusal().kind() == Kind.LINK)
                .count();
        long refused = seen.stream()
                .filter(s -> s.best() instanceof Stage.Refused r && r.refusal().kind() == Kind.LINK)
                .count();
        return "At the devices' own scale-out rates, links rule out " + degrees
                + " degrees of tensor parallelism and all degrees of " + refused + " stages, and hold back " + bound
                + " of the " + works + " stages that work.";
    }
}
