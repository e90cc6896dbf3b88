package io.agentopt.runtime.dispatch;

/**
 * Where a running step finds a value.
 *
 * @param up how many activations outwards; 0 is the step's own block
 * @param index position in that frame
 */
record Ref(int up, int index) {}
