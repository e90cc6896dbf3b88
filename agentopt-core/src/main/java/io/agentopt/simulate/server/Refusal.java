package io.agentopt.simulate.server;

/** Why a request ended without all its tokens. */
public enum Refusal {
    /** Prompt and output need more KV blocks than the server has. */
    LARGER_THAN_KV_CAPACITY,
    /** It came while the server was down, and the policy is to lose such requests. */
    SERVER_DOWN,
    /** The server failed while it had the request, and the policy is to lose such requests. */
    LOST
}
