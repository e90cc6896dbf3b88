package io.agentopt.runtime.llm.error;

/** The device of an engine failed for good: its caches are gone, and every request fails until another engine is opened. */
public final class DeviceLostException extends LlmException {
    private static final long serialVersionUID = 1;

    /** @param reason what the device's driver said, as a sentence */
    public DeviceLostException(String model, String device, String reason) {
        super(
                "The model '" + model + "' lost its device " + device + ": " + reason
                        + " Close the engine and open it on another device, or in a new process; answers in progress are to be asked for again.");
    }
}
