package io.agentopt.cost.engine;

import static io.agentopt.cost.engine.EngineModelTest.H100;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.cost.Confidence;
import io.agentopt.cost.CostModel;
import io.agentopt.cost.Estimate;
import io.agentopt.cost.RooflineCostModel;
import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.ModelCatalog;
import io.agentopt.model.ModelSpec;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class EngineCostModelPropertyTest {
    private static final CostModel ROOFLINE = RooflineCostModel.generic();
    private static final List<CostModel> MODELS = List.of(
            EngineCostModel.generic(),
            EngineCostModel.generic()
                    .with(EngineCostModelTest.fitted(
                            H100, EngineTerms.generic(H100).as(Confidence.MEASURED, 0.1))));

    @Provide
    Arbitrary<ModelSpec> decoders() {
        return Arbitraries.of(ModelCatalog.packaged().entries().stream()
                .map(ModelCatalog.Entry::model)
                .filter(m -> m.kind() == ModelSpec.Kind.DECODER)
                .toList());
    }

    @Provide
    Arbitrary<DeviceSpec> devices() {
        return Arbitraries.of(DeviceCatalog.packaged().devices());
    }

    @Property(seed = "20261122", tries = 500)
    void refusesWhatTheRooflineRefusesAndMoreWorkTakesNoLess(
            @ForAll("decoders") ModelSpec model,
            @ForAll("devices") DeviceSpec device,
            @ForAll @IntRange(min = 1, max = 8) int degree,
            @ForAll @IntRange(min = 1, max = 4000) int prompt,
            @ForAll @IntRange(min = 1, max = 64) int batch) {
        for (CostModel cost : MODELS) {
            Estimate one = cost.prefill(model, device, degree, prompt, batch, 0);
            Estimate more = cost.prefill(model, device, degree, 2 * prompt, batch, 0);
            notLess(one, more, ROOFLINE.prefill(model, device, degree, prompt, batch, 0));
            Estimate few = cost.decode(model, device, degree, prompt, 10, batch);
            Estimate many = cost.decode(model, device, degree, prompt, 20, batch);
            notLess(few, many, ROOFLINE.decode(model, device, degree, prompt, 10, batch));
        }
    }

    private static void notLess(Estimate one, Estimate more, Estimate roofline) {
        if (!(roofline instanceof Estimate.Known)) {
            assertThat(one).isEqualTo(roofline);
        } else if (more instanceof Estimate.Known k) {
            assertThat(one).isInstanceOf(Estimate.Known.class);
            assertThat(k.seconds()).isGreaterThanOrEqualTo(((Estimate.Known) one).seconds());
        }
    }
}
