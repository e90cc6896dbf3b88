package io.agentopt.cost.kernel;

import io.agentopt.hardware.DeviceSpec;
import io.agentopt.model.Precision;
import java.util.Optional;

/** The equation of a kernel that multiplies matrices: it goes by the device's rate in one number format and by its processors. */
abstract sealed class ArithmeticForm<S extends KernelShape> implements KernelForm<S>
        permits GemmForm, PrefillAttentionForm, DecodeAttentionForm, StepAttentionForm {
    final DeviceSpec device;
    final Precision precision;
    /** Operations per second. */
    final double peak;
    /** 0 where they are unknown. */
    final int processors;

    ArithmeticForm(DeviceSpec device, Precision precision) {
        this.device = device;
        this.precision = precision;
        peak = Peaks.of(device, precision);
        processors = Multiprocessors.of(device);
    }

    @Override
    public final DeviceSpec device() {
        return device;
    }

    @Override
    public final Optional<Precision> precision() {
        return Optional.of(precision);
    }
}
