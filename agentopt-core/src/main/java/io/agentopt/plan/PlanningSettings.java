package io.agentopt.plan;

import io.agentopt.cost.CostModel;
import io.agentopt.model.ModelCatalog;
import io.agentopt.model.ModelSpec;
import io.agentopt.model.Precision;
import io.agentopt.model.SpeechCatalog;
import io.agentopt.plan.solve.PlacementSolver;
import io.agentopt.plan.solve.SolveOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a {@link Planner} was told.
 *
 * @param precisions number formats in which the weights of a model may be served, by model; {@link #ANY_MODEL} for those not named
 * @param colocated groups of nodes, by path, that run on one member of the fleet
 * @param queue the wait that a mode's time includes
 * @param utilisations busy shares at which the devices of a mode may be planned, each at most {@link PlanningProblem#UTILISATION_CAP}
 */
record PlanningSettings(
        ModelCatalog models,
        SpeechCatalog speech,
        CostModel cost,
        PlacementSolver solver,
        SolveOptions options,
        Map<String, List<Precision>> precisions,
        List<List<String>> colocated,
        QueueModel queue,
        List<Double> utilisations,
        Objective objective) {
    /** Stands for every model in {@link #precisions}. */
    static final String ANY_MODEL = "";

    PlanningSettings {
        precisions = Map.copyOf(precisions);
        colocated = colocated.stream().map(List::copyOf).toList();
        utilisations = List.copyOf(utilisations);
    }

    static PlanningSettings of(ModelCatalog models, CostModel cost, PlacementSolver solver, SolveOptions options) {
        return new PlanningSettings(
                models,
                SpeechCatalog.packaged(),
                cost,
                solver,
                options,
                Map.of(),
                List.of(),
                QueueModel.none(),
                List.of(PlanningProblem.UTILISATION_CAP),
                new Objective.DollarsPerHour());
    }

    PlanningSettings withModels(ModelCatalog other) {
        return new PlanningSettings(
                other, speech, cost, solver, options, precisions, colocated, queue, utilisations, objective);
    }

    PlanningSettings withSpeech(SpeechCatalog other) {
        return new PlanningSettings(
                models, other, cost, solver, options, precisions, colocated, queue, utilisations, objective);
    }

    PlanningSettings withCost(CostModel other) {
        return new PlanningSettings(
                models, speech, other, solver, options, precisions, colocated, queue, utilisations, objective);
    }

    PlanningSettings withSolver(PlacementSolver other) {
        return new PlanningSettings(
                models, speech, cost, other, options, precisions, colocated, queue, utilisations, objective);
    }

    PlanningSettings withOptions(SolveOptions other) {
        return new PlanningSettings(
                models, speech, cost, solver, other, precisions, colocated, queue, utilisations, objective);
    }

    PlanningSettings withPrecisions(String model, List<Precision> allowed) {
        if (allowed.isEmpty()) {
            throw new IllegalArgumentException("No number format is left"
                    + (model.equals(ANY_MODEL) ? "" : " for model '" + model + "'")
                    + ". Allow at least one, or do not restrict it.");
        }
        Map<String, List<Precision>> more = new TreeMap<>(precisions);
        more.put(model, allowed.stream().distinct().toList());
        return new PlanningSettings(
                models, speech, cost, solver, options, more, colocated, queue, utilisations, objective);
    }

    PlanningSettings withColocated(List<String> nodes) {
        if (nodes.stream().distinct().count() < 2) {
            throw new IllegalArgumentException(
                    "The nodes to co-locate " + nodes + " must be at least two different ones.");
        }
        List<List<String>> more = new ArrayList<>(colocated);
        more.add(nodes.stream().distinct().toList());
        return new PlanningSettings(
                models, speech, cost, solver, options, precisions, more, queue, utilisations, objective);
    }

    PlanningSettings withQueue(QueueModel model, List<Double> levels) {
        for (double level : levels) {
            if (!(level >= 0.05 && level <= PlanningProblem.UTILISATION_CAP)) {
                throw new IllegalArgumentException("The utilisation (" + level + ") must lie in 0.05.."
                        + PlanningProblem.UTILISATION_CAP + ", the most that devices are planned busy.");
            }
        }
        List<Double> used = levels.isEmpty() ? List.of(PlanningProblem.UTILISATION_CAP) : levels;
        return new PlanningSettings(
                models,
                speech,
                cost,
                solver,
                options,
                precisions,
                colocated,
                model,
                used.stream().distinct().toList(),
                objective);
    }

    PlanningSettings withObjective(Objective other) {
        return new PlanningSettings(
                models, speech, cost, solver, options, precisions, colocated, queue, utilisations, other);
    }

    /** {@return the ways in which a model may be served: as it is where nothing is said, or once per allowed format of its weights} */
    List<ModelSpec> variants(ModelSpec model) {
        List<Precision> allowed =
                precisions.getOrDefault(model.id(), precisions.getOrDefault(ANY_MODEL, List.of(model.weights())));
        return allowed.stream().map(p -> variant(model, p)).toList();
    }

    /** Four-bit weights are widened for the arithmetic; the other formats compute as they are stored. The KV cache keeps its own format. */
    private static ModelSpec variant(ModelSpec model, Precision weights) {
        if (weights == model.weights()) return model;
        return weights == Precision.INT4 ? model.withWeights(weights) : model.with(weights, weights, model.kv());
    }
}
