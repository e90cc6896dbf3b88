package io.agentopt.runtime.calibrate;

import io.agentopt.hardware.DeviceSpec;
import io.agentopt.runtime.device.DetectedDevice;
import io.agentopt.runtime.device.Devices;

/** This machine's CPU as a device of the catalog's kind. */
public final class LocalMachine {
    /** Id of the device and name of its class. */
    public static final String CPU = "cpu";

    /** Highest clock assumed where the machine does not tell, Hz; peaks are upper bounds, calibration finds what is reached. */
    private static final double CLOCK_HZ = 3.5e9;

    private LocalMachine() {}

    /** {@return this machine's CPU; see {@link #describe}} */
    public static DeviceSpec detect() {
        return describe(Devices.detect().getFirst());
    }

    /**
     * Describes the CPU: arithmetic peak from cores and instruction set (two fused multiply-adds of a vector per cycle), memory
     * bandwidth measured now in some 100 ms.
     *
     * @param cpu as detected
     */
    public static DeviceSpec describe(DetectedDevice cpu) {
        int cores = Integer.parseInt(cpu.details().getOrDefault("cores", "1"));
        String isa = cpu.details().getOrDefault("isa", "");
        int lanes = isa.contains("avx512f") ? 16 : isa.contains("avx2") ? 8 : 4;
        double flops = cores * CLOCK_HZ * lanes * 2 * 2;
        double memory = Math.max(cpu.memoryBytes(), 1L << 30);
        return DeviceSpec.cpu(CPU, cores, flops, memory, ReadBandwidth.bytesPerSecond(cores));
    }
}
