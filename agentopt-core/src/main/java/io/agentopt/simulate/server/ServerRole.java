package io.agentopt.simulate.server;

/** Which part of a request a server does. */
public enum ServerRole {
    /** Prefill and decode in the same iterations. */
    BOTH,
    /** Reads prompts, makes the first token, and hands the KV entries over if there are more to make. */
    PREFILL_ONLY,
    /** Gets prompts with their KV entries and the first token, and makes the others. */
    DECODE_ONLY
}
