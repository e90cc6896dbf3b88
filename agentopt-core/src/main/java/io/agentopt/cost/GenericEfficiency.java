package io.agentopt.cost;

import static io.agentopt.cost.Confidence.GENERIC;

import io.agentopt.hardware.DeviceKind;
import io.agentopt.hardware.DeviceSpec;

/**
 * Efficiencies where nothing was measured. GPU values are rounded from fits to public measurements of A100 and H100 (docs/cost-model.md
 * gives the errors they make); accelerators use them with more spread; CPU values are estimates.
 */
final class GenericEfficiency {
    private static final double MICRO = 1e-6;
    private static final DeviceEfficiency[][] BY_KIND = table();

    private GenericEfficiency() {}

    static DeviceEfficiency of(DeviceSpec device, OperatorClass work) {
        DeviceEfficiency generic = BY_KIND[device.kind().ordinal()][work.ordinal()];
        return device.maxMatmulEfficiency().isPresent() ? generic.cappedAt(device.maxMatmulEfficiency().getAsDouble()) : generic;
    }

    private static DeviceEfficiency[][] table() {
        DeviceEfficiency[][] table = new DeviceEfficiency[DeviceKind.values().length][OperatorClass.values().length];
        for (OperatorClass work : OperatorClass.values()) {
            for (DeviceKind kind : DeviceKind.values()) {
                table[kind.ordinal()][work.ordinal()] =
                        switch (kind) {
                            case GPU -> gpu(work);
                            case ACCELERATOR -> gpu(work).as(GENERIC, 1.5 * gpu(work).relativeSpread());
                            case CPU -> cpu(work);
                        };
            }
        }
        return table;
    }

    private static DeviceEfficiency gpu(OperatorClass work) {
        return switch (work) {
            case PREFILL, EMBED -> generic(0.60, 0.80, 100, 15, 2, 0.35);
            case DECODE -> generic(0.60, 0.80, 100, 15, 2, 0.35);
            case INFER -> generic(0.40, 0.60, 5, 0, 1.5, 0.6);
            case GEMM -> generic(0.70, 0.78, 5, 0, 1.6, 0.25);
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
            double compute, double memory, double operatorMicroseconds, double layerMicroseconds, double exponent, double spread) {
        return new DeviceEfficiency(
                compute, memory, operatorMicroseconds * MICRO, layerMicroseconds * MICRO, exponent, GENERIC, spread);
    }
}
