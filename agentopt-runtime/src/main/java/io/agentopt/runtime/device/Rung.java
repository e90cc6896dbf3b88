package io.agentopt.runtime.device;

/** How far a device came; a rung implies those before it. */
public enum Rung {
    /** Nobody said which provider library drives it. */
    NOT_CONFIGURED,
    /** A library, the driver's or the provider's, is not there. */
    LIBRARY_MISSING,
    /** A library is there but needs another that is not. */
    DEPENDENCY_MISSING,
    /** The driver works and finds no device. */
    NO_DEVICE,
    /** The driver or provider failed to start. */
    INIT_FAILED,
    /** It started, but a model of one operator failed or gave wrong numbers. */
    SMOKE_FAILED,
    /** It ran a model and the numbers were right. */
    READY
}
