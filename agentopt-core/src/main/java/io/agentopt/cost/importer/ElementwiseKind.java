package io.agentopt.cost.importer;

/** Operators that move whole rows; each is calibrated by itself. */
public enum ElementwiseKind {
    LAYER_NORM,
    ACTIVATION,
    ADD,
    SOFTMAX
}
