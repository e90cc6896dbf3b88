package io.agentopt.examples.tco;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.cost.engine.EngineCostModel;
import io.agentopt.hardware.Dollars;
import io.agentopt.model.Precision;
import java.util.List;
import org.junit.jupiter.api.Test;

class StudyTest {
    private static final List<PricingPolicy> POLICIES =
            List.of(PricingPolicy.find("annuity"), PricingPolicy.find("opex-printed"), PricingPolicy.find("rent-mid"));
    private static final List<Scenario> SCENARIOS = Scenario.all().stream()
            .filter(s -> s.size().equals("8B") || s.longPrompt())
            .toList();
    private static final Study STUDY = study(DeviceSet.paper(), DeviceSet.dense());

    @Test
    void everyPairHasACellAndEveryRefusedOneAReason() {
        assertThat(STUDY.panels()).hasSize(2 * SCENARIOS.size() * POLICIES.size());
        for (Panel panel : STUDY.panels()) {
            assertThat(panel.cells()).hasSize(36).containsKeys(Pair.PAPER.toArray(Pair[]::new));
            panel.cells().forEach((pair, cell) -> {
                switch (cell) {
                    case Cell.Refused r ->
                        assertThat(r.refusal().reason()).as("%s", pair).isNotBlank();
                    case Cell.Priced p ->
                        assertThat(p.dollarsPerMillionTokens(panel.scenario())).isPositive();
                }
            });
        }
    }

    @Test
    void theBaselineIsOne() {
        for (Panel panel : STUDY.panels()) {
            panel.priced(Pair.BASELINE)
                    .ifPresent(
                            p -> assertThat(p.advantage().orElseThrow().ratio()).isCloseTo(1, within(1e-12)));
        }
        assertThat(STUDY.panels().stream().filter(p -> p.priced(Pair.BASELINE).isPresent()))
                .isNotEmpty();
    }

    @Test
    void aPriceThatNobodyListsIsARefusal() {
        Panel rent = panel(STUDY, "dense", "rent-mid", Precision.FP16);
        assertThat(rent.cells().get(Pair.BLACKWELL_GAUDI)).isInstanceOfSatisfying(Cell.Refused.class, r -> {
            assertThat(r.refusal().kind()).isEqualTo(Stage.Kind.NO_PRICE);
            assertThat(r.refusal().reason()).contains("Gaudi3");
        });
        Panel eight = panel(STUDY, "paper", "annuity", Precision.FP8);
        assertThat(eight.cells().values()).allSatisfy(c -> assertThat(c).isInstanceOf(Cell.Refused.class));
    }

    @Test
    void theSameInputGivesTheSameOutput() {
        Study again = study(DeviceSet.paper(), DeviceSet.dense());
        boolean same = JsonReport.json("2026-01-01", again, Verdicts.of(again))
                .equals(JsonReport.json("2026-01-01", STUDY, Verdicts.of(STUDY)));
        assertThat(same).as("megabytes of JSON, to the last digit").isTrue();
        assertThat(report(again)).isEqualTo(report(STUDY));
    }

    @Test
    void thePageNamesEveryVerdictAndKindOfRefusal() {
        String page = report(STUDY);
        Verdicts.of(STUDY).forEach(v -> assertThat(page).contains(v.sentence() + ": " + v.outcome()));
        assertThat(page).contains("no rate for the number format", "no price", "promise out of reach");
    }

    @Test
    void verdictsFollowThePrices() {
        DeviceSet dense = DeviceSet.dense();
        Verdict now = about(Verdicts.of(STUDY), "most cost-effective prefill");
        Verdict cheap =
                about(Verdicts.of(study(dense.with(dense.find("Gaudi3").bought(100)))), "most cost-effective prefill");
        Verdict dear =
                about(Verdicts.of(study(dense.with(dense.find("Gaudi3").bought(1e6)))), "most cost-effective prefill");
        assertThat(now.outcome()).isNotIn(Outcome.HOLDS, Outcome.FAILS);
        assertThat(cheap.evidence()).contains("annuity 8/8").isNotEqualTo(now.evidence());
        assertThat(dear.evidence()).contains("annuity 0/").isNotEqualTo(now.evidence());

        Verdict gaudi = about(Verdicts.of(study(dense.with(dense.find("Gaudi3").bought(1e6)))), "3 to 4 times");
        Verdict gift = about(
                Verdicts.of(study(dense.with(dense.find("B200").bought(1))
                        .with(dense.find("H100").bought(1e6)))),
                "3 to 4 times");
        assertThat(gaudi.outcome()).isEqualTo(Outcome.FAILS);
        assertThat(gift.outcome())
                .isEqualTo(Outcome.DEPENDS_ON_PRICING); // the printed operating cost does not move with the price
    }

    @Test
    void bothReadingsHaveThePricesOfTable5() {
        for (DeviceSet set : List.of(DeviceSet.paper(), DeviceSet.dense())) {
            assertThat(set.devices().stream().map(StudyDevice::name))
                    .containsExactly("A40", "A100", "Gaudi3", "MI300x", "H100", "B200");
            assertThat(set.find("H100").rates().listPrice().street()).hasValue(25000);
        }
        assertThat(PricingPolicy.find("straight-line")
                        .dollarsPerHour()
                        .apply(DeviceSet.dense().find("H100")))
                .isInstanceOfSatisfying(
                        Dollars.Known.class,
                        k -> assertThat(k.amount()).isCloseTo(25000 / 35040.0 + .28, within(1e-9)));
    }

    @Test
    void bandwidthFollowsThePapersEquations() {
        Verdict links = about(Verdicts.of(STUDY), "200 to 400 Gbit/s");
        assertThat(links.evidence())
                .contains("4295 Gbit/s", "egress from 1 12/12", "ingress to 8 11/12"); // 70B FP16: 4294.97 and 536.87
    }

    private static Study study(DeviceSet... sets) {
        return Study.run(EngineCostModel.generic(), List.of(sets), SCENARIOS, POLICIES);
    }

    private static String report(Study study) {
        return new MarkdownReport(
                        "2026-01-01",
                        List.of(DeviceSet.paper(), DeviceSet.dense()),
                        POLICIES,
                        study,
                        Verdicts.of(study))
                .text();
    }

    private static Panel panel(Study study, String set, String policy, Precision precision) {
        return study.panels().stream()
                .filter(p -> p.devices().equals(set)
                        && p.policy().equals(policy)
                        && p.scenario().precision() == precision)
                .findFirst()
                .orElseThrow();
    }

    private static Verdict about(List<Verdict> verdicts, String words) {
        return verdicts.stream()
                .filter(v -> v.sentence().contains(words))
                .findFirst()
                .orElseThrow();
    }
}
