/**
 * Step 3 of 6: a simulated server of a language model: continuous batching with chunked prefill, KV blocks, prefix cache, preemption, hand-off of
 * KV caches and failures.
 */
@NullMarked
package io.agentopt.simulate.server;

import org.jspecify.annotations.NullMarked;
