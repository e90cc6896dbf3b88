package io.agentopt.hardware;

/** What a device is, as far as generic efficiencies and fallbacks depend on it. */
public enum DeviceKind {
    CPU("cpu"),
    GPU("gpu"),
    /** A matrix accelerator that is no GPU: Gaudi, TPU, Inferentia, Trainium. */
    ACCELERATOR("accelerator");

    private final String id;

    DeviceKind(String id) {
        this.id = id;
    }

    /** {@return the lower-case name used in files} */
    public String id() {
        return id;
    }
}
