package io.agentopt.plan;

import io.agentopt.cost.LoadStage;
import io.agentopt.cost.LoadTime;
import io.agentopt.cost.LoadTime.Preparation;
import io.agentopt.hardware.DeviceClass;
import io.agentopt.hardware.DeviceKind;
import io.agentopt.hardware.Fleet;
import io.agentopt.model.ModelCatalog;
import io.agentopt.model.ModelSpec;
import io.agentopt.operator.Custom;
import io.agentopt.operator.Embed;
import io.agentopt.operator.Generate;
import io.agentopt.operator.Infer;
import io.agentopt.operator.Kernel;
import io.agentopt.operator.MemoryLoad;
import io.agentopt.operator.MemoryStore;
import io.agentopt.operator.Rerank;
import io.agentopt.operator.Synthesize;
import io.agentopt.operator.Tool;
import io.agentopt.operator.Transcribe;
import io.agentopt.operator.Transform;
import io.agentopt.operator.VectorSearch;
import io.agentopt.plan.granular.GranularOperator;
import io.agentopt.plan.granular.OperatorId;
import io.agentopt.plan.granular.OperatorId.Phase;
import io.agentopt.plan.problem.Mode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What lies between two plans of one graph.
 *
 * <p>Weights are loaded once per replica and class. Replicas of a model in one mode on one class are
 * {@code ceil(busy devices / (degree * cap))} over its operators; those beyond the ones before are loaded, by the equation of
 * {@link LoadTime}, from the store and over the host link of each device, and their devices are paid meanwhile. KV caches in flight are, by
 * Little's law, request rate times visits times seconds of the decode, each of the prompt and half the output.
 */
final class Moves {
    private static final double CHUNK_BYTES = 64e6;

    private final Plan<?, ?> old;
    private final PlanningProblem planning;
    private final ModelCatalog models;
    private final ReplanOptions options;
    private final MoveReasons reasons;
    private final Map<OperatorId, PlannedOperator> before = new HashMap<>();
    private final Map<String, Double> loadBefore = new HashMap<>();
    private final Map<String, Double> loadNow = new HashMap<>();
    private final Set<String> loaded = new HashSet<>();

    Moves(Plan<?, ?> old, PlanningProblem planning, ModelCatalog models, ReplanOptions options, MoveReasons reasons) {
        this.old = old;
        this.planning = planning;
        this.models = models;
        this.options = options;
        this.reasons = reasons;
        for (PlannedOperator o : old.operators()) before.put(o.id(), o);
    }

    /** {@return the moves to a placement, in graph order} */
    List<Move> to(int[] modes) {
        for (int i = 0; i < modes.length; i++) {
            GranularOperator o = planning.units().graph().operators().get(i);
            Mode now = planning.modes().get(i).get(modes[i]).mode();
            for (OperatorId member : planning.units().members().get(i)) {
                PlannedOperator was = before.get(member);
                if (was != null) loadBefore.merge(key(o, was.deviceClass(), was.mode()), was.load(), Double::sum);
            }
            loadNow.merge(key(o, className(now), now.label()), now.load(), Double::sum);
        }
        List<Move> moves = new ArrayList<>();
        for (boolean grown : new boolean[] {false, true}) {
            for (int i = 0; i < modes.length; i++) {
                PlannedOperator was =
                        before.get(planning.units().graph().operators().get(i).id());
                if (was == null) continue;
                Mode now = planning.modes().get(i).get(modes[i]).mode();
                boolean same =
                        was.deviceClass().equals(className(now)) && was.mode().equals(now.label());
                if (same == grown) move(i, was, now, grown).ifPresent(moves::add);
            }
        }
        return moves;
    }

    private Optional<Move> move(int i, PlannedOperator was, Mode now, boolean grown) {
        GranularOperator o = planning.units().graph().operators().get(i);
        String key = key(o, className(now), now.label());
        long replicas = now.sharedBytes() == 0 || !loaded.add(key) ? 0 : newReplicas(key, now);
        if (grown && replicas == 0) return Optional.empty();
        double bytes = (double) replicas * now.sharedBytes();
        double seconds = 0, dollars = 0;
        if (replicas > 0 && !planning.members().hosted(now.deviceClass())) {
            DeviceClass target = planning.members().classes().get(now.deviceClass());
            seconds = loadSeconds(now, target);
            dollars = replicas * Math.max(1, now.devices()) * PlanningProblem.dollarsPerHour(target) * seconds / 3600;
        }
        MoveReasons.Reason reason = grown
                ? new MoveReasons.Reason(
                        Move.Cause.GROWN, replicas + (replicas == 1 ? " more replica" : " more replicas"))
                : reasons.of(i, was);
        return Optional.of(new Move(
                o.id(),
                new Move.Place(was.deviceClass(), was.mode()),
                new Move.Place(className(now), now.label()),
                reason.cause(),
                reason.why(),
                bytes,
                seconds,
                grown ? 0 : kvBytes(o, was),
                reason.cause() == Move.Cause.LOST,
                dollars));
    }

    private long newReplicas(String key, Mode now) {
        Double was = loadBefore.get(key);
        return Math.max(0, replicas(loadNow.getOrDefault(key, 0.0), now) - (was == null ? 0 : replicas(was, now)));
    }

    private static long replicas(double load, Mode mode) {
        return Math.max(1, (long)
                Math.ceil(load / (Math.max(1, mode.devices()) * PlanningProblem.UTILISATION_CAP) - 1e-9));
    }

    private double loadSeconds(Mode now, DeviceClass target) {
        List<LoadStage> stages = new ArrayList<>();
        stages.add(LoadStage.shared("store", options.storeBytesPerSecond()));
        if (target.device().kind() != DeviceKind.CPU) {
            stages.add(LoadStage.ofEachDevice(
                    "host link", target.device().hostLinkBytesPerSecond().orElse(Fleet.PCIE_BYTES_PER_SECOND)));
        }
        LoadTime time = LoadTime.streamed(
                now.sharedBytes(), Math.max(1, now.devices()), stages, CHUNK_BYTES, options.preparation());
        return time.transferSeconds()
                + switch (time.preparation()) {
                    case Preparation.Takes p -> p.seconds();
                    case Preparation.Unknown u -> 0;
                };
    }

    private double kvBytes(GranularOperator o, PlannedOperator was) {
        if (o.id().phase() != Phase.DECODE || !(o.call().orElseThrow().operator() instanceof Generate g)) return 0;
        ModelSpec model = models.find(g.model().id());
        double inFlight = old.workload().requestsPerSecond() * was.visits() * was.seconds();
        return inFlight * (g.expectedPromptTokens() + g.expectedOutputTokens() / 2) * model.kvBytesPerToken();
    }

    /** What is loaded on a class: the weights (or vectors) and how they are split, batches aside. */
    private static String key(GranularOperator o, String deviceClass, String mode) {
        String shared = o.call().isEmpty()
                ? ""
                : switch (o.call().get().operator()) {
                    case Generate g -> g.model().id();
                    case Embed e -> e.model().id();
                    case VectorSearch s -> "index " + s.index().name();
                    case Rerank r -> r.model().id();
                    case Transcribe t -> t.model().id();
                    case Synthesize s -> s.model().id();
                    case Infer<?> i -> i.model().id();
                    case Kernel<?> k -> "";
                    case Custom<?> u -> u.name();
                    case Tool<?, ?> t -> "";
                    case Transform<?> t -> "";
                    case MemoryLoad<?, ?> m -> "";
                    case MemoryStore<?, ?> m -> "";
                };
        return deviceClass + '|' + shared + '|' + mode.replaceAll("batch=\\d+ ?", "");
    }

    private String className(Mode mode) {
        return planning.members().name(mode.deviceClass());
    }
}
