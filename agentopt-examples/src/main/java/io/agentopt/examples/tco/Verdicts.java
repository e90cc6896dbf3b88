package io.agentopt.examples.tco;

import java.util.List;

/** The sentences of arXiv 2507.19635 that the study tests, and what its authors' company wrote later. */
final class Verdicts {
    /** Costs within a tenth count as comparable. */
    private static final double COMPARABLE = 0.9;

    private static final List<Claim> CLAIMS = List.of(
            new CheapestPairClaim("B200::Gaudi3 is best overall", Pair.BLACKWELL_GAUDI),
            new MoreInEightBitsClaim("... especially in FP8", Pair.BLACKWELL_GAUDI),
            new PairAgainstPairClaim("... also against B200::B200", Pair.BLACKWELL_GAUDI, Pair.BLACKWELL, 1),
            new PairAgainstPairClaim(
                    "H100::Gaudi3 is comparable to B200::B200 or slightly better",
                    Pair.HOPPER_GAUDI,
                    Pair.BLACKWELL,
                    COMPARABLE),
            new DegreeClaim("More tensor parallelism helps, then hurts"),
            new CheapestDeviceClaim(
                    "Gaudi3 is the most cost-effective prefill device for long inputs",
                    "Gaudi3",
                    Phase.PREFILL,
                    Scenario::longPrompt,
                    "prompts of 4,096 tokens"),
            new CheapestDeviceClaim(
                    "Gaudi3 is the decode device for long outputs if tokens may come a little later",
                    "Gaudi3",
                    Phase.DECODE,
                    s -> !s.longPrompt() && s.target() == Target.THROUGHPUT,
                    "answers of 4,096 tokens, no promise"),
            new BandwidthClaim("Links of 200 to 400 Gbit/s suffice up to prompts of 32K"),
            new PairAgainstPairClaim(
                    "B200::Gaudi3 is 3 to 4 times better than H100::H100 (the company's later text)",
                    Pair.BLACKWELL_GAUDI,
                    Pair.BASELINE,
                    3));

    private Verdicts() {}

    static List<Verdict> of(Study study) {
        return CLAIMS.stream().map(c -> c.judge(study)).toList();
    }
}
