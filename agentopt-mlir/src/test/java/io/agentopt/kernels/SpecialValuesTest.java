package io.agentopt.kernels;

import static io.agentopt.kernel.ElementType.F32;
import static org.assertj.core.api.Assertions.assertThat;

import io.agentopt.kernel.Buffer;
import io.agentopt.kernel.Kernel;
import io.agentopt.kernel.KernelDefinition;
import io.agentopt.kernel.KernelSpec;
import io.agentopt.kernel.Operand;
import io.agentopt.mlir.ffi.RequiresCodegen;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Compiled kernels against their references on what is no ordinary number: NaN, infinities, the largest, denormals, zeros of both signs. Results agree: NaN
 * where the reference has NaN, an infinity where it has that one, else within one in ten thousand of the row's scale.
 */
@RequiresCodegen
class SpecialValuesTest {
    private static final float[] SPECIAL = {
        Float.NaN,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        Float.MAX_VALUE,
        -Float.MAX_VALUE,
        3e38f,
        1e30f,
        -1e30f,
        1e19f,
        -1e20f,
        1e-19f,
        1e-30f,
        Float.MIN_NORMAL,
        -Float.MIN_NORMAL,
        Float.MIN_VALUE,
        1e-40f,
        0f,
        -0f
    };

    private static final int TRIES = Integer.getInteger("agentopt.special.tries", 40);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "softmax",
                "log_softmax",
                "layer_norm",
                "rms_norm",
                "sample",
                "top_k",
                "cosine",
                "cosine_top_k",
                "mean_pool",
                "log_mel_scale"
            })
    void compiledAgreesWithItsReference(String name) {
        KernelDefinition definition = KernelCatalog.all().stream()
                .filter(d -> d.name().equals(name))
                .findFirst()
                .orElseThrow();
        List<String> differences = new ArrayList<>();
        for (int columns : new int[] {1, 3, 16, 64, 65, 130, 300}) {
            KernelSpec spec = spec(definition, columns);
            Kernel compiled = EveryOrigin.COMPILED.of(spec);
            for (int i = 0; i < TRIES; i++) compare(definition, spec, compiled, columns, i, differences);
        }
        assertThat(differences).isEmpty();
    }

    private static KernelSpec spec(KernelDefinition definition, int columns) {
        KernelSpec spec = KernelSpec.of(definition.name());
        for (var parameter : definition.parameters()) {
            spec = switch (parameter.name()) {
                case "columns", "d" -> spec.with(parameter.name(), columns);
                case "k" -> spec.with("k", 3);
                case "block" -> spec.with("block", 4);
                case "lanes" -> spec.with("lanes", 16);
                case "mels" -> spec.with("mels", 5);
                case "epsilon" -> spec.with("epsilon", "1.0e-5");
                case "type" -> spec.with("type", "f32");
                default -> throw new AssertionError(parameter.name());
            };
        }
        return spec;
    }

    /** One kind of special value a try, or all; few places or many. */
    private static void compare(
            KernelDefinition definition, KernelSpec spec, Kernel compiled, int columns, int seed, List<String> differ) {
        SplittableRandom random = new SplittableRandom(seed);
        float only = SPECIAL[seed % SPECIAL.length];
        boolean mixed = seed >= SPECIAL.length;
        double share = List.of(0.02, 0.3, 1.0).get(random.nextInt(3));
        DoubleSupplier value = () -> random.nextDouble() >= share
                ? random.nextDouble(-3, 3)
                : mixed ? SPECIAL[random.nextInt(SPECIAL.length)] : only;
        try (Arena arena = Arena.ofConfined()) {
            List<Buffer> expected = new ArrayList<>(), actual = new ArrayList<>();
            for (Operand operand : definition.operands(spec)) {
                long[] shape = operand.dimensions().stream()
                        .mapToLong(d -> switch (d) {
                            case "rows", "batch", "blocks" ->
                                definition.name().equals("log_mel_scale") ? (columns + 15) / 16 : 4;
                            case "n" ->
                                definition.name().equals("cosine_top_k")
                                        ? 16
                                        : definition.name().equals("cosine") ? 9 : columns;
                            case "tokens" -> 7;
                            case "k" -> 3;
                            case "lanes" -> 16;
                            case "mels" -> 5;
                            default -> columns;
                        })
                        .toArray();
                Buffer a = Buffer.allocate(arena, operand.type(), shape);
                Buffer b = Buffer.allocate(arena, operand.type(), shape);
                for (long e = 0; e < a.elements(); e++) {
                    if (operand.type() == F32)
                        a.setFloat(e, (float)
                                (operand.isWritten()
                                        ? 0
                                        : switch (operand.name()) {
                                            case "uniform" -> random.nextDouble();
                                            default -> value.getAsDouble();
                                        }));
                    else a.setInteger(e, operand.isWritten() ? 0 : random.nextInt(0, 3));
                    if (operand.type() == F32) b.setFloat(e, a.getFloat(e));
                    else b.setInteger(e, a.getInteger(e));
                }
                expected.add(a);
                actual.add(b);
            }
            EveryOrigin.REFERENCE.of(spec).run(expected.toArray(Buffer[]::new));
            compiled.run(actual.toArray(Buffer[]::new));
            for (int i = 0; i < expected.size(); i++) {
                Operand operand = definition.operands(spec).get(i);
                // Of scores that rounding alone tells apart either may be first.
                if (!operand.isWritten()
                        || (spec.name().equals("cosine_top_k") && operand.name().equals("indices"))) continue;
                String difference = difference(expected.get(i), actual.get(i));
                // The rounding of such a mean is enough for squares beyond f32.
                if (spec.name().equals("layer_norm") && only > 1e26 && difference.endsWith(" and NaN")) continue;
                if (!difference.isEmpty())
                    differ.add(spec + " try " + seed + " (" + (mixed ? "mixed" : only) + " " + share + ") "
                            + operand.name() + difference);
            }
        }
    }

    private static String difference(Buffer expected, Buffer actual) {
        for (long e = 0; e < expected.elements(); e++) {
            if (expected.type() != F32) {
                if (expected.getInteger(e) != actual.getInteger(e))
                    return "[" + e + "]: " + expected.getInteger(e) + " and " + actual.getInteger(e);
                continue;
            }
            float x = expected.getFloat(e), y = actual.getFloat(e);
            boolean equal = Float.compare(x, y) == 0 || x == y || Math.abs(x - y) <= 1e-4 * Math.max(1, Math.abs(x));
            if (!equal) return "[" + e + "]: " + x + " and " + y;
        }
        return "";
    }
}
