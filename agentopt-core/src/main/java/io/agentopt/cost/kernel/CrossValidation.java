package io.agentopt.cost.kernel;

import io.agentopt.cost.kernel.ResidualCorrection.Reach;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Splits measurements into folds of whole families and gives mean |log(measured / predicted)| of what the other folds predict. */
final class CrossValidation<S extends KernelShape> {
    private record Fold<S extends KernelShape>(
            List<KernelMeasurement<S>> rest, double[] residuals, List<KernelMeasurement<S>> held, double[] terms) {}

    private final KernelForm<S> form;
    private final List<Fold<S>> folds = new ArrayList<>();
    private final int points;

    CrossValidation(KernelForm<S> form, List<KernelMeasurement<S>> measured, int count) {
        this.form = form;
        points = measured.size();
        int[] fold = assign(measured, count);
        for (int f = 0; f < count; f++) {
            List<KernelMeasurement<S>> rest = new ArrayList<>(), held = new ArrayList<>();
            for (int i = 0; i < fold.length; i++) (fold[i] == f ? held : rest).add(measured.get(i));
            if (held.isEmpty() || rest.isEmpty()) continue;
            double[] terms = BoundedFit.terms(form, rest);
            folds.add(new Fold<>(rest, KernelCalibration.residuals(form, terms, rest), held, terms));
        }
    }

    /** Families in turn; where all are of one family, measurements in turn. */
    private static <S extends KernelShape> int[] assign(List<KernelMeasurement<S>> measured, int count) {
        Map<Long, Integer> families = new TreeMap<>();
        for (KernelMeasurement<S> m : measured) families.put(m.shape().family(), 0);
        boolean byFamily = families.size() > 1;
        int next = 0;
        for (Map.Entry<Long, Integer> e : families.entrySet()) e.setValue(next++ % count);
        int[] fold = new int[measured.size()];
        for (int i = 0; i < fold.length; i++) {
            Integer family = families.get(measured.get(i).shape().family());
            fold[i] = byFamily && family != null ? family : i % count;
        }
        return fold;
    }

    double fittedError() {
        double sum = 0;
        for (Fold<S> fold : folds) {
            for (KernelMeasurement<S> m : fold.held)
                sum += Math.abs(Math.log(m.seconds() / form.seconds(m.shape(), fold.terms)));
        }
        return sum / points;
    }

    double correctedError(Reach reach) {
        double sum = 0;
        for (Fold<S> fold : folds) {
            ResidualCorrection correction = ResidualCorrection.fit(form, fold.rest, fold.residuals, reach);
            for (KernelMeasurement<S> m : fold.held) {
                sum += Math.abs(
                        Math.log(m.seconds() / form.seconds(m.shape(), fold.terms)) - correction.at(form, m.shape()));
            }
        }
        return sum / points;
    }
}
