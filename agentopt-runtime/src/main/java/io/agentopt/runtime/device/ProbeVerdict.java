package io.agentopt.runtime.device;

/**
 * What a probe in another process came to.
 *
 * @param cameBack whether it ended by itself, so that this process may do the same
 * @param ready whether devices were ready
 * @param reason what happened, where it did not come back
 * @param lasting whether it would happen again, so that the verdict may be kept
 */
record ProbeVerdict(boolean cameBack, boolean ready, String reason, boolean lasting) {}
