package io.agentopt.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A kernel: what it takes, its MLIR, and what it means, in plain Java.
 *
 * <p>The MLIR is one {@code func.func @agentopt_NAME(%begin: index, %end: index, %operand: memref<...>, ...)}, which computes the rows from begin to end.
 * Memrefs have the identity layout; dimensions that are parameters are static. The function returns nothing. Operands do not overlap.
 * It allocates nothing; memref.alloca stands before loops and is bounded.
 */
public interface KernelDefinition {
    Pattern PLACEHOLDER = Pattern.compile("\\$\\{([a-z][a-z0-9_]*)}");

    /** {@return the kernel's name: lower case letters, digits and underscores} */
    String name();

    /** {@return what must be given at compile time, and in which range} */
    List<Parameter> parameters();

    /** {@return the buffers, in order} */
    List<Operand> operands(KernelSpec spec);

    /** {@return the dimension that work is split by: of the first operand, the outermost} */
    default String rows(KernelSpec spec) {
        return operands(spec).getFirst().dimensions().getFirst();
    }

    /**
     * Holds the content of buffers against what the kernel can work with, such as indices against what they point into. Called once for each run, after types
     * and shapes were checked.
     *
     * @throws IllegalArgumentException when a value does not fit
     */
    default void checkValues(KernelSpec spec, Buffer... buffers) {}

    /** The slow twin of the compiled code, and what runs until there is any. See {@link RowFunction}. */
    void run(KernelSpec spec, long begin, long end, Buffer... buffers);

    /** {@return what stands for <code>${name}</code> in the MLIR; the parameters unless more is derived from them} */
    default Map<String, String> substitutions(KernelSpec spec) {
        return spec.parameters();
    }

    /**
     * {@return the kernel's MLIR for this specification: the resource {@code io/agentopt/kernels/NAME.mlir} with <code>${name}</code> replaced}
     *
     * @throws IllegalStateException when the resource is missing or asks for a name without substitution
     */
    default String source(KernelSpec spec) {
        return expand(name() + ".mlir", spec, substitutions(spec));
    }

    /**
     * {@return MLIR that only GPUs run, where sharing out the rows of {@link #source} would not do: a {@code gpu.module} with a {@code gpu.func
     * @agentopt_NAME} of the same operands, and the attributes {@code agentopt.threads}, {@code agentopt.rows_per_block} and
     * {@code agentopt.blocks_per_row}; empty for most kernels}
     *
     * @param wave threads that exchange values without memory: 32 of a warp, 64 of a wavefront
     * @throws IllegalStateException as {@link #source}
     */
    default Optional<String> gpuSource(KernelSpec spec, int wave) {
        return Optional.empty();
    }

    /**
     * {@return the resource {@code io/agentopt/kernels/FILE} with <code>${name}</code> replaced}
     *
     * @throws IllegalStateException when it is missing or asks for a name without a value
     */
    default String expand(String file, KernelSpec spec, Map<String, String> values) {
        return PLACEHOLDER.matcher(template(file)).replaceAll(found -> {
            String value = values.get(found.group(1));
            if (value == null)
                throw new IllegalStateException(
                        "The MLIR of kernel '" + spec + "' asks for ${" + found.group(1) + "}, which has no value.");
            return Matcher.quoteReplacement(value);
        });
    }

    private String template(String file) {
        String resource = "/io/agentopt/kernels/" + file;
        try (InputStream in = getClass().getResourceAsStream(resource)) {
            if (in == null)
                throw new IllegalStateException("Kernel '" + name() + "' has no resource '" + resource + "'.");
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "The resource '" + resource + "' of kernel '" + name() + "' cannot be read.", e);
        }
    }

    /**
     * Holds a specification against the kernel's name and parameters.
     *
     * @throws IllegalArgumentException when a parameter is missing, unknown or out of range
     */
    default void check(KernelSpec spec) {
        if (!spec.name().equals(name()))
            throw new IllegalArgumentException("'" + spec + "' is not a specification of kernel '" + name() + "'.");
        List<String> known = parameters().stream().map(Parameter::name).toList();
        for (String given : spec.parameters().keySet()) {
            if (!known.contains(given))
                throw new IllegalArgumentException("Kernel '" + spec + "' has a parameter '" + given + "', and '"
                        + name() + "' takes " + known + ".");
        }
        for (Parameter parameter : parameters()) parameter.check(spec);
    }
}
