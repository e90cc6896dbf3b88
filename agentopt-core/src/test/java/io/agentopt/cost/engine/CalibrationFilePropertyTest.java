package io.agentopt.cost.engine;

import static io.agentopt.cost.engine.EngineModelTest.A100;
import static io.agentopt.cost.engine.EngineModelTest.H100;
import static io.agentopt.cost.engine.EngineModelTest.SMALL;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.cost.CollectiveKind;
import io.agentopt.cost.Confidence;
import io.agentopt.cost.Estimate;
import io.agentopt.cost.RooflineCostModel;
import io.agentopt.cost.Topology;
import io.agentopt.cost.kernel.CollectiveForm;
import io.agentopt.cost.kernel.DecodeAttentionForm;
import io.agentopt.cost.kernel.ElementwiseForm;
import io.agentopt.cost.kernel.GemmForm;
import io.agentopt.cost.kernel.KernelForm;
import io.agentopt.cost.kernel.KernelModel;
import io.agentopt.cost.kernel.KernelShape;
import io.agentopt.cost.kernel.KernelSnapshot;
import io.agentopt.cost.kernel.PrefillAttentionForm;
import io.agentopt.cost.kernel.StepAttentionForm;
import io.agentopt.cost.kernel.Term;
import io.agentopt.hardware.DeviceCatalog;
import io.agentopt.model.Precision;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class CalibrationFilePropertyTest {
    private static final DeviceCatalog DEVICES = DeviceCatalog.packaged();
    private static final byte[] SAMPLE = sample();

    private static byte[] sample() {
        return bytes(new CalibrationFile(
                List.of(
                        new CalibrationFile.Kernel(CalibrationFileTest.corrected(), EngineCostModelTest.HERE),
                        new CalibrationFile.Kernel(
                                KernelStartTest.model(
                                        new CollectiveForm(A100)
                                                .among(new CollectiveForm.Group(CollectiveKind.ALL_REDUCE, 2, 2)),
                                        Map.of()),
                                EngineCostModelTest.HERE)),
                List.of(new CalibratedEngine(
                        H100,
                        Precision.BF16,
                        Precision.BF16,
                        Optional.of(SMALL.id()),
                        CalibrationFileTest.fit(),
                        EngineCostModelTest.HERE))));
    }

    private static byte[] bytes(CalibrationFile calibration) {
        return inFile(file -> {
            calibration.write(file);
            return Files.readAllBytes(file);
        });
    }

    private interface Use<T> {
        T of(Path file) throws IOException;
    }

    private static <T> T inFile(Use<T> use) {
        try {
            Path file = Files.createTempFile("calibration", ".json");
            try {
                return use.of(file);
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static double between(Random random, double low, double high) {
        return Math.clamp(low * Math.pow(high / low, random.nextDouble()), low, high);
    }

    /** One of each form, the exchange over a random topology. */
    private static List<KernelForm<?>> everyForm(Random random) {
        int island = 1 << random.nextInt(4);
        OptionalDouble network =
                random.nextBoolean() ? OptionalDouble.empty() : OptionalDouble.of(between(random, 1e9, 1e11));
        Topology topology = new Topology(
                island,
                between(random, 1e9, 1e12),
                island * (1 + random.nextInt(4)),
                between(random, 1e9, 1e11),
                network);
        CollectiveForm exchange = new CollectiveForm(A100, topology);
        CollectiveKind kind = any(random, CollectiveKind.values());
        int devices = kind == CollectiveKind.SEND_RECV ? 2 : 2 + random.nextInt(15);
        return List.of(
                new GemmForm(H100, Precision.FP8),
                new PrefillAttentionForm(A100, Precision.BF16),
                new DecodeAttentionForm(H100, Precision.FP8),
                new StepAttentionForm(H100, Precision.BF16),
                new ElementwiseForm(A100),
                random.nextInt(4) == 0
                        ? exchange
                        : exchange.among(new CollectiveForm.Group(kind, devices, 1 + random.nextInt(devices))));
    }

    @SuppressWarnings("unchecked") // forms tell their shapes
    private static void assertSameSeconds(KernelModel<?> a, KernelModel<?> b, Random random) {
        int n = 1 + random.nextInt(5000);
        Precision p = a.form().precision().orElse(Precision.BF16);
        KernelShape shape = switch (a.form()) {
            case GemmForm f -> new KernelShape.Gemm(n, 4096, 1024, p, p);
            case PrefillAttentionForm f -> new KernelShape.PrefillAttention(1, n, 8, 8, 64, 0, p, p);
            case DecodeAttentionForm f -> new KernelShape.DecodeAttention(4, n, 8, 8, 64, 0, p, p);
            case StepAttentionForm f -> new KernelShape.StepAttention(n, 7, 3, n, 8, 8, 64, p);
            case ElementwiseForm f -> new KernelShape.Elementwise(n, 4096, 2, 1, p);
            case CollectiveForm f -> new KernelShape.Collective(CollectiveKind.ALL_GATHER, n, 16, 4);
        };
        assertThat(((KernelModel<KernelShape>) b).seconds(shape))
                .isEqualTo(((KernelModel<KernelShape>) a).seconds(shape));
    }

    @Property(seed = "20261122", tries = 100)
    void termsWithinTheirBoundsComeBackAsTheyWere(@ForAll long seed) {
        Random random = new Random(seed);
        EngineTerms terms = EngineTerms.generic(A100);
        for (EngineTerm term : EngineTerm.values()) {
            terms = terms.with(term, between(random, term.low(), term.high()));
        }
        terms = terms.as(any(random, Confidence.values()), random.nextDouble());
        List<CalibrationFile.Kernel> kernels = new ArrayList<>();
        for (KernelForm<?> form : everyForm(random)) {
            Map<String, Double> shares = new LinkedHashMap<>();
            for (Term term : form.terms()) shares.put(term.name(), between(random, term.low(), term.high()));
            kernels.add(new CalibrationFile.Kernel(KernelStartTest.model(form, shares), EngineCostModelTest.HERE));
        }
        CalibrationFile before = new CalibrationFile(kernels, List.of(EngineCostModelTest.fitted(A100, terms)));
        byte[] written = bytes(before);
        CalibrationFile after = inFile(file -> CalibrationFile.read(Files.write(file, written), DEVICES));
        assertThat(after.engines().getFirst().fit().terms()).isEqualTo(terms);
        assertThat(after.kernels()).hasSameSizeAs(KernelSnapshot.FORMS);
        for (int i = 0; i < kernels.size(); i++) {
            assertThat(KernelSnapshot.of(after.kernels().get(i).model()))
                    .isEqualTo(KernelSnapshot.of(kernels.get(i).model()));
            assertSameSeconds(kernels.get(i).model(), after.kernels().get(i).model(), random);
        }
        assertThat(bytes(after)).isEqualTo(written);
    }

    @Property(seed = "20261122", tries = 300)
    void aCutFileNamesFileAndPlace(@ForAll long seed) {
        int length = new Random(seed).nextInt(SAMPLE.length - 3);
        inFile(file -> {
            Files.write(file, java.util.Arrays.copyOf(SAMPLE, length));
            try {
                CalibrationFile.read(file, DEVICES);
                throw new AssertionError("A file cut at " + length + " was read.");
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageContaining(file.toString());
                if (length > 0) assertThat(e).hasMessageContaining("line");
                return true;
            }
        });
    }

    /** A changed byte or number gives an error that names the file, or a model that still gives times. */
    @Property(seed = "20261122", tries = 500)
    void aDamagedFileNeverCrashes(@ForAll long seed) {
        Random random = new Random(seed);
        byte[] damaged = SAMPLE.clone();
        if (random.nextBoolean()) {
            for (int i = random.nextInt(3); i >= 0; i--) {
                damaged[random.nextInt(damaged.length)] = (byte) (32 + random.nextInt(95));
            }
        } else {
            damaged = withOddNumber(random).getBytes(StandardCharsets.UTF_8);
        }
        byte[] bytes = damaged;
        inFile(file -> {
            Files.write(file, bytes);
            try {
                EngineCostModel model = CalibrationFile.read(file, DEVICES).costModel(RooflineCostModel.generic());
                for (Estimate e : List.of(
                        model.decode(SMALL, H100, 1, 500, 100, 4), model.prefill(SMALL, A100, 1, 500, 1, 100))) {
                    assertThat(((Estimate.Known) e).seconds()).isFinite().isNotNegative();
                }
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageContaining(file.toString());
            }
            return true;
        });
    }

    private static String withOddNumber(Random random) {
        String text = new String(SAMPLE, StandardCharsets.UTF_8);
        List<String> odd = List.of("0", "-1", "1e308", "-1e308", "1e-308", "1e400", "null", "\"x\"", "[]", "{}", "1e9");
        java.util.regex.Matcher number =
                java.util.regex.Pattern.compile("[:\\[,] (-?[0-9.E+-]+)").matcher(text);
        List<int[]> places = new java.util.ArrayList<>();
        while (number.find()) places.add(new int[] {number.start(1), number.end(1)});
        int[] at = places.get(random.nextInt(places.size()));
        return text.substring(0, at[0]) + odd.get(random.nextInt(odd.size())) + text.substring(at[1]);
    }

    private static <T> T any(Random random, T[] values) {
        return values[random.nextInt(values.length)];
    }
}
