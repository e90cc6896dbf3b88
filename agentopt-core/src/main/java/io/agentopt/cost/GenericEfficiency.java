package io.agentopt.cost;

import static io.agentopt.cost.Confidence.GENERIC;

import io.agentopt.hardware.DeviceKind;
import io.agentopt.hardware.DeviceSpec;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;

/**
 * Efficiencies where nothing was measured. GPU values are rounded from fits to public measurements of A100 and H100 (docs/cost-model.md
 * gives the errors they make); accelerators use them with more spread; CPU values are estimates.
 */
final class GenericEfficiency {
    private static final double MICRO = 1e-6;
    private static final Map<DeviceKind, Map<OperatorClass, DeviceEfficiency>> BY_KIND = table();

    private GenericEfficiency() {}

    static DeviceEfficiency of(DeviceSpec device, OperatorClass work) {
        DeviceEfficiency generic =
                Objects.requireNonNull(BY_KIND.get(device.kind())).get(work);
        Objects.requireNonNull(generic);
        OptionalDouble cap = device.maxMatmulEfficiency();
        return cap.isPresent() ? generic.cappedAt(cap.getAsDouble()) : generic;
    }

    private static Map<DeviceKind, Map<OperatorClass, DeviceEfficiency>> table() {
        Map<DeviceKind, Map<OperatorClass, DeviceEfficiency>> table = new EnumMap<>(DeviceKind.class);
        for (DeviceKind kind : DeviceKind.values()) {
            Map<OperatorClass, DeviceEfficiency> classes = new EnumMap<>(OperatorClass.class);
            for (OperatorClass work : OperatorClass.values()) {
                DeviceEfficiency gpu = gpu(work);
                classes.put(
                        work,
                        switch (kind) {
                            case GPU -> gpu;
                            case ACCELERATOR -> gpu.as(GENERIC, 1.5 * gpu.relativeSpread());
                            case CPU -> cpu(work);
                        });
            }
            table.put(kind, classes);
        }
        return table;
    }

    private static DeviceEfficiency gpu(OperatorClass work) {
        return switch (work) {
            case PREFILL, EMBED -> generic(0.60, 0.80, 100, 15, 2, 0.35);
            case DECODE -> generic(0.60, 0.80, 100, 15, 2, 0.35);
            case INFER -> generic(0.40, 0.60, 5, 0, 1.5, 0.6);
            case GEMM -> generic(0.70, 0.78, 4, 0, 1.8, 0.25);
            case ATTENTION_PREFILL -> generic(0.45, 0.30, 12, 0, 2, 0.4);
            case ATTENTION_DECODE -> generic(0.40, 0.45, 12, 0, 2, 0.5);
            case ELEMENTWISE -> generic(0.60, 0.60, 4, 0, 2, 0.5);
            case SCAN -> generic(0.60, 0.75, 10, 0, 2, 0.3);
        };
    }

    private static DeviceEfficiency cpu(OperatorClass work) {
        return switch (work) {
            case PREFILL, EMBED -> generic(0.50, 0.70, 50, 40, 2, 0.5);
            case DECODE -> generic(0.50, 0.70, 50, 40, 2, 0.5);
            case INFER -> generic(0.35, 0.60, 5, 0, 1.5, 0.7);
            case GEMM -> generic(0.60, 0.70, 5, 0, 1.6, 0.4);
            case ATTENTION_PREFILL -> generic(0.30, 0.50, 10, 0, 2, 0.5);
            case ATTENTION_DECODE -> generic(0.30, 0.60, 10, 0, 2, 0.5);
            case ELEMENTWISE -> generic(0.40, 0.60, 3, 0, 2, 0.5);
            case SCAN -> generic(0.40, 0.70, 5, 0, 2, 0.4);
        };
    }

    private static DeviceEfficiency generic(
            double compute,
            double memory,
            double operatorMicroseconds,
            double layerMicroseconds,
            double exponent,
            double spread) {
        return new DeviceEfficiency(
                compute, memory, operatorMicroseconds * MICRO, layerMicroseconds * MICRO, exponent, GENERIC, spread);
    }
}
