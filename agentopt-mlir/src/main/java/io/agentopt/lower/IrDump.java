package io.agentopt.lower;

/**
 * The IR after one stage of lowering.
 *
 * @param stage name of the pass, or {@code input} before the first
 * @param text the module in the agent dialect's own syntax
 */
public record IrDump(String stage, String text) {}
