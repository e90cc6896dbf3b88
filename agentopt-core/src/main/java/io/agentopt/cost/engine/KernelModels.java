package io.agentopt.cost.engine;

import io.agentopt.cost.CollectiveKind;
import io.agentopt.cost.Confidence;
import io.agentopt.cost.kernel.CollectiveForm;
import io.agentopt.cost.kernel.DecodeAttentionForm;
import io.agentopt.cost.kernel.GemmForm;
import io.agentopt.cost.kernel.KernelFit;
import io.agentopt.cost.kernel.KernelForm;
import io.agentopt.cost.kernel.KernelModel;
import io.agentopt.cost.kernel.KernelShape;
import io.agentopt.cost.kernel.KernelShape.Collective;
import io.agentopt.cost.kernel.KernelShape.DecodeAttention;
import io.agentopt.cost.kernel.KernelShape.Gemm;
import io.agentopt.cost.kernel.KernelShape.PrefillAttention;
import io.agentopt.cost.kernel.PrefillAttentionForm;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Models of one device's kernels that terms of an engine follow from, one of a kind. Generic ones say nothing and are not among them.
 *
 * @param gemm matrix products
 * @param prefillAttention attention of prompts
 * @param decodeAttention attention of decode steps
 * @param allReduce all-reduces on one host
 * @param reducing between how many devices; 0 without
 */
record KernelModels(
        Optional<KernelModel<Gemm>> gemm,
        Optional<KernelModel<PrefillAttention>> prefillAttention,
        Optional<KernelModel<DecodeAttention>> decodeAttention,
        Optional<KernelModel<Collective>> allReduce,
        int reducing) {
    KernelModels {
        gemm = gemm.filter(KernelModels::measured);
        prefillAttention = prefillAttention.filter(KernelModels::measured);
        decodeAttention = decodeAttention.filter(KernelModels::measured);
        allReduce = allReduce.filter(KernelModels::measured);
        if (allReduce.isPresent() && reducing < 2) {
            throw new IllegalArgumentException(
                    "All-reduces between " + reducing + " devices are none: there must be at least 2.");
        }
    }

    /** {@return the models of a first stage} */
    static KernelModels of(KernelFits fits) {
        return new KernelModels(
                fits.gemm().map(KernelFit::model),
                fits.prefillAttention().map(KernelFit::model),
                fits.decodeAttention().map(KernelFit::model),
                fits.allReduce().map(KernelFit::model),
                fits.reducing());
    }

    /** {@return of the models of one device a matrix product, and of the others the surest of each kind} */
    @SuppressWarnings("unchecked") // a form tells its shape
    static KernelModels around(KernelModel<Gemm> gemm, List<? extends KernelModel<?>> kernels) {
        Optional<KernelModel<Collective>> allReduce =
                surest(kernels, KernelModels::reduces).map(m -> (KernelModel<Collective>) m);
        return new KernelModels(
                Optional.of(gemm),
                surest(kernels, PrefillAttentionForm.class::isInstance).map(m -> (KernelModel<PrefillAttention>) m),
                surest(kernels, DecodeAttentionForm.class::isInstance).map(m -> (KernelModel<DecodeAttention>) m),
                allReduce,
                allReduce
                        .flatMap(m -> ((CollectiveForm) m.form()).group())
                        .map(CollectiveForm.Group::devices)
                        .orElse(0));
    }

    /**
     * {@return the surest of the matrix products}
     *
     * @throws IllegalArgumentException if there is none, or the models are of several devices
     */
    @SuppressWarnings("unchecked") // a form tells its shape
    static KernelModel<Gemm> product(List<? extends KernelModel<?>> kernels) {
        KernelModel<Gemm> gemm = surest(kernels, GemmForm.class::isInstance)
                .map(m -> (KernelModel<Gemm>) m)
                .orElseThrow(() -> new IllegalArgumentException(
                        "Terms of an engine need a model of its matrix products, and there is none among "
                                + kernels.size() + " kernel models. Calibrate a GemmForm."));
        for (KernelModel<?> k : kernels) {
            if (!k.device().id().equals(gemm.device().id())) {
                throw new IllegalArgumentException("Kernels of '" + k.device().id() + "' and of '"
                        + gemm.device().id() + "' do not make terms of one engine. Give those of one device.");
            }
        }
        return gemm;
    }

    /** {@return every matrix product, of whatever device and format} */
    @SuppressWarnings("unchecked") // a form tells its shape
    static List<KernelModel<Gemm>> products(List<? extends KernelModel<?>> kernels) {
        List<KernelModel<Gemm>> products = new ArrayList<>();
        for (KernelModel<?> k : kernels) {
            if (k.form() instanceof GemmForm) products.add((KernelModel<Gemm>) k);
        }
        return products;
    }

    /** The first of the surest: by where its terms come from, then by its spread. */
    private static Optional<? extends KernelModel<?>> surest(
            List<? extends KernelModel<?>> kernels, Predicate<KernelForm<?>> form) {
        return kernels.stream()
                .filter(k -> form.test(k.form()))
                .min(Comparator.<KernelModel<?>, Confidence>comparing(KernelModel::confidence)
                        .thenComparingDouble(KernelModel::relativeSpread));
    }

    /** Other exchanges move no term, nor do those that do not say between how many devices. */
    private static boolean reduces(KernelForm<?> form) {
        return form instanceof CollectiveForm c
                && c.group()
                        .filter(g -> g.kind() == CollectiveKind.ALL_REDUCE && g.onOneHost())
                        .isPresent();
    }

    private static boolean measured(KernelModel<? extends KernelShape> model) {
        return model.confidence() != Confidence.GENERIC;
    }

    /** {@return the least sure of them; generic if there are no matrix products, which most of a pass is} */
    Confidence confidence() {
        return gemm.isEmpty()
                ? Confidence.GENERIC
                : all().map(KernelModel::confidence).reduce(Confidence.MEASURED, Confidence::weaker);
    }

    /** {@return the widest spread of theirs; 0 without any} */
    double relativeSpread() {
        return all().mapToDouble(KernelModel::relativeSpread).max().orElse(0);
    }

    private Stream<KernelModel<?>> all() {
        return Stream.of(gemm, prefillAttention, decodeAttention, allReduce).flatMap(Optional::stream);
    }
}
