package io.agentopt.cost.engine;

import static io.agentopt.cost.engine.EngineModelTest.A100;
import static io.agentopt.cost.engine.EngineModelTest.H100;
import static io.agentopt.cost.engine.EngineModelTest.LARGE;
import static io.agentopt.cost.engine.EngineModelTest.SMALL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.agentopt.cost.Confidence;
import io.agentopt.cost.CostModel;
import io.agentopt.cost.Demand;
import io.agentopt.cost.DeviceEfficiency;
import io.agentopt.cost.EfficiencyTable;
import io.agentopt.cost.Estimate;
import io.agentopt.cost.OperatorClass;
import io.agentopt.cost.RooflineCostModel;
import io.agentopt.cost.TransformerDemand;
import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.Precision;
import java.time.LocalDate;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EngineCostModelTest {
    static final Attribution HERE = new Attribution("a test", LocalDate.of(2026, 1, 31));
    private static final DeviceSpec L40S = DeviceCatalog.packaged().find("L40S");
    private static final DeviceSpec GAUDI = DeviceCatalog.packaged().find("Gaudi2");
    private static final DeviceSpec CPU = DeviceCatalog.packaged().find("EPYC-9654");
    private static final EngineTerms SLOW = EngineTerms.generic(H100)
            .with(EngineTerm.MEMORY, 0.3)
            .with(EngineTerm.COMPUTE, 0.2)
            .as(Confidence.IMPORTED, 0.1);
    private static final EngineCostModel GENERIC = EngineCostModel.generic();
    private static final EngineCostModel FITTED = GENERIC.with(fitted(H100, SLOW));

    static CalibratedEngine fitted(DeviceSpec device, EngineTerms terms) {
        return new CalibratedEngine(
                device, Precision.BF16, Precision.BF16, Optional.empty(), EngineFit.of(terms), HERE);
    }

    private static Estimate.Known known(Estimate estimate) {
        assertThat(estimate).isInstanceOf(Estimate.Known.class);
        return (Estimate.Known) estimate;
    }

    @Test
    void genericTermsTimeAPassAsTheEngineModelDoes() {
        Deployment d = new Deployment(SMALL, H100, 1, KvReading.PER_GROUP);
        EngineTerms terms = EngineTerms.generic(H100);
        double first = EngineModel.seconds(d, new EngineLoad(1000, 1, 4), EngineMetric.TIME_TO_FIRST_TOKEN, terms)
                .seconds();
        double token = EngineModel.seconds(d, new EngineLoad(1000, 101, 4), EngineMetric.TOKEN_TIME, terms)
                .seconds();
        assertThat(known(GENERIC.prefill(SMALL, H100, 1, 1000, 4, 0)).seconds()).isEqualTo(first);
        assertThat(known(GENERIC.decode(SMALL, H100, 1, 1000, 101, 4)).seconds())
                .isCloseTo(100 * token, within(1e-9));
        assertThat(known(GENERIC.decodeStep(SMALL, H100, 1, 1050, 4)).seconds()).isCloseTo(token, within(1e-12));
        assertThat(known(GENERIC.decodeStep(SMALL, H100, 1, 1050, 4)).confidence())
                .isEqualTo(Confidence.GENERIC);
        assertThat(known(GENERIC.decode(SMALL, H100, 1, 1000, 1, 4)).seconds()).isZero();
    }

    @Test
    void aCachedPrefixSavesTimeButIsAttendedTo() {
        double whole = known(GENERIC.prefill(SMALL, H100, 1, 4000, 1, 0)).seconds();
        double cached = known(GENERIC.prefill(SMALL, H100, 1, 4000, 1, 3000)).seconds();
        double alone = known(GENERIC.prefill(SMALL, H100, 1, 1000, 1, 0)).seconds();
        assertThat(cached).isBetween(alone * 1.001, whole * 0.6);
    }

    @Test
    void aFitOfTheDeviceComesFirst() {
        Estimate.Known estimate = known(FITTED.decode(SMALL, H100, 1, 1000, 100, 1));
        assertThat(estimate.confidence()).isEqualTo(Confidence.IMPORTED);
        assertThat(estimate.relativeSpread()).isEqualTo(0.1);
        assertThat(estimate.seconds())
                .isGreaterThan(1.5
                        * known(GENERIC.decode(SMALL, H100, 1, 1000, 100, 1)).seconds());
    }

    @Test
    void aFitOfOneModelIsForThatModelAndLentToOthers() {
        EngineCostModel model = GENERIC.with(new CalibratedEngine(
                H100, Precision.BF16, Precision.BF16, Optional.of(SMALL.id()), EngineFit.of(SLOW), HERE));
        assertThat(known(model.prefill(SMALL, H100, 1, 500, 1, 0)).confidence()).isEqualTo(Confidence.IMPORTED);
        assertThat(known(model.prefill(LARGE, H100, 4, 500, 1, 0)).confidence()).isEqualTo(Confidence.TRANSFERRED);
    }

    @Test
    void theNearestMeasuredDeviceLendsItsTerms() {
        EngineCostModel model =
                FITTED.with(fitted(GAUDI, EngineTerms.generic(GAUDI).as(Confidence.MEASURED, 0.3)));
        Estimate.Known a100 = known(model.decode(SMALL, A100, 1, 1000, 100, 1));
        assertThat(a100.confidence()).isEqualTo(Confidence.TRANSFERRED);
        assertThat(a100.relativeSpread()).as("at least").isEqualTo(0.2);
        assertThat(a100.seconds())
                .as("goes by the H100 of the same vendor")
                .isGreaterThan(1.5
                        * known(GENERIC.decode(SMALL, A100, 1, 1000, 100, 1)).seconds());
        Estimate.Known gaudi3 =
                known(model.decode(SMALL, DeviceCatalog.packaged().find("Gaudi3"), 1, 1000, 100, 1));
        assertThat(gaudi3.relativeSpread()).isCloseTo(0.45, within(1e-12));
    }

    @Test
    void collectivesOverAnotherClassOfLinkAreGeneric() {
        EngineTerms odd = SLOW.with(EngineTerm.HOP_SECONDS, 5e-4);
        assertThat(fitted(H100, odd).lent(L40S).get(EngineTerm.HOP_SECONDS)).isEqualTo(30e-6);
        assertThat(fitted(H100, odd).lent(A100).get(EngineTerm.HOP_SECONDS)).isEqualTo(5e-4);
    }

    @Test
    void whatNobodyMeasuredIsNotLent() {
        EngineCostModel model = GENERIC.with(fitted(H100, SLOW.as(Confidence.GENERIC, 0.3)));
        assertThat(model.decode(SMALL, A100, 1, 1000, 100, 1)).isEqualTo(GENERIC.decode(SMALL, A100, 1, 1000, 100, 1));
    }

    @Test
    void aTableMeasuredHereBeatsWhatIsBorrowedButNotAFit() {
        DeviceEfficiency here = new DeviceEfficiency(0.5, 0.5, 1e-5, 1e-5, 2, Confidence.MEASURED, 0.05);
        CostModel table = new RooflineCostModel(EfficiencyTable.generic().with(A100.id(), OperatorClass.DECODE, here));
        EngineCostModel model = EngineCostModel.over(table).with(fitted(H100, SLOW));
        assertThat(model.decode(SMALL, A100, 1, 1000, 100, 1)).isEqualTo(table.decode(SMALL, A100, 1, 1000, 100, 1));
        assertThat(known(model.prefill(SMALL, A100, 1, 1000, 1, 0)).confidence())
                .isEqualTo(Confidence.TRANSFERRED);
        EngineCostModel both = model.with(fitted(A100, SLOW.as(Confidence.MEASURED, 0.1)));
        assertThat(known(both.decode(SMALL, A100, 1, 1000, 100, 1)).relativeSpread())
                .isEqualTo(0.1);
    }

    @Test
    void processorsEmbeddingsSingleDemandsAndRefusalsGoByTheFallback() {
        CostModel roofline = RooflineCostModel.generic();
        Demand demand = TransformerDemand.decodeStep(SMALL, 100, 1);
        assertThat(FITTED.decode(SMALL, CPU, 1, 1000, 100, 1)).isEqualTo(roofline.decode(SMALL, CPU, 1, 1000, 100, 1));
        assertThat(FITTED.seconds(demand, H100, 1)).isEqualTo(roofline.seconds(demand, H100, 1));
        assertThat(FITTED.prefill(LARGE, H100, 1, 100, 1, 0))
                .isInstanceOf(Estimate.Infeasible.class)
                .isEqualTo(roofline.prefill(LARGE, H100, 1, 100, 1, 0));
        DeviceSpec noRate = DeviceSpec.cpu("odd", 1, 1e12, 1e12, 1e11);
        assertThat(FITTED.prefill(SMALL, noRate, 1, 100, 1, 0))
                .isEqualTo(roofline.prefill(SMALL, noRate, 1, 100, 1, 0));
    }

    @Test
    void noShareOfArithmeticIsAboveWhatTheCatalogSaw() {
        DeviceSpec mi300x = DeviceCatalog.packaged().find("MI300X");
        double most = mi300x.maxMatmulEfficiency().orElseThrow();
        double ideal = 2 * 8e9 * 4096 * 8 / mi300x.peakFlops(Precision.BF16).orElseThrow();
        assertThat(known(GENERIC.prefill(SMALL, mi300x, 1, 4096, 8, 0)).seconds())
                .isGreaterThan(0.85 * ideal / most);
        assertThat(known(GENERIC.prefill(SMALL, GAUDI, 1, 100, 1, 0)).relativeSpread())
                .isGreaterThan(known(GENERIC.prefill(SMALL, H100, 1, 100, 1, 0)).relativeSpread());
    }
}
