package io.agentopt.plan.problem;

/**
 * One way to run an operator: a device class with its parallelism, precision and batch.
 *
 * @param deviceClass index of the device class
 * @param label what distinguishes this mode, such as {@code tp=4 fp8 batch=8}
 * @param seconds contribution to the end-to-end path, expected visits included
 * @param dollarsPerRequest what is paid by use (hosted endpoints); 0 on rented devices
 * @param load busy device-seconds per second that the operator puts on the class at the planned arrival rate
 * @param memoryBytes memory of its own (KV cache, activations)
 * @param sharedGroup weights that several operators share: memory counted once per group and class; {@link #NOTHING_SHARED} for none
 * @param sharedBytes size of those weights; equal in all modes of one group on one class
 * @param devices devices needed at the same time (the tensor-parallel degree); 0 for a hosted endpoint
 */
public record Mode(
        int deviceClass,
        String label,
        double seconds,
        double dollarsPerRequest,
        double load,
        long memoryBytes,
        int sharedGroup,
        long sharedBytes,
        int devices) {

    /** The shared group of a mode that shares nothing. */
    public static final int NOTHING_SHARED = -1;

    /** Most shared groups of a problem. */
    static final int MAX_GROUPS = 100_000;

    public Mode {
        String owner = "mode '" + label + "'";
        Check.range(deviceClass, 0, PlacementProblem.MAX_CLASSES - 1, "deviceClass", owner);
        Check.range(seconds, 0, Quanta.MAX_SECONDS, "seconds", owner);
        Check.range(dollarsPerRequest, 0, Quanta.MAX_RATE, "dollarsPerRequest", owner);
        Check.range(load, 0, Quanta.MAX_LOAD, "load", owner);
        Check.range(memoryBytes, 0, Quanta.MAX_BYTES, "memoryBytes", owner);
        Check.range(sharedGroup, NOTHING_SHARED, MAX_GROUPS, "sharedGroup", owner);
        Check.range(sharedBytes, 0, Quanta.MAX_BYTES, "sharedBytes", owner);
        Check.range(devices, 0, DeviceClass.AS_MANY_AS_NEEDED, "devices", owner);
        if (sharedGroup == NOTHING_SHARED && sharedBytes > 0) {
            throw new IllegalArgumentException("The sharedBytes (" + sharedBytes + ") of " + owner
                    + " belong to no group. Give it a sharedGroup, or count them as memoryBytes.");
        }
    }

    /** A mode on one rented device with nothing shared. */
    public static Mode rented(int deviceClass, String label, double seconds, double load, long memoryBytes) {
        return new Mode(deviceClass, label, seconds, 0, load, memoryBytes, NOTHING_SHARED, 0, 1);
    }

    /** A hosted endpoint: paid by use, without load, memory or devices. */
    public static Mode hosted(int deviceClass, String label, double seconds, double dollarsPerRequest) {
        return new Mode(deviceClass, label, seconds, dollarsPerRequest, 0, 0, NOTHING_SHARED, 0, 0);
    }

    /** {@return this mode with weights that it shares with the other modes of {@code group} on its class} */
    public Mode sharing(int group, long bytes) {
        return new Mode(deviceClass, label, seconds, dollarsPerRequest, load, memoryBytes, group, bytes, devices);
    }

    /** {@return this mode holding {@code degree} devices at the same time} */
    public Mode onDevices(int degree) {
        return new Mode(
                deviceClass, label, seconds, dollarsPerRequest, load, memoryBytes, sharedGroup, sharedBytes, degree);
    }
}
