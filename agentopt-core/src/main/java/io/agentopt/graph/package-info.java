/**
 * Step 1 of 6: declare. {@link io.agentopt.graph.AgentGraph#define} runs a declaration once, checks it, and keeps an
 * immutable graph of {@link io.agentopt.graph.Node}s in nested {@link io.agentopt.graph.Region}s. Values are in static single
 * assignment form: each node defines one value, ports are typed handles on values, and data dependencies alone decide what may
 * run in parallel. The graph prints as JSON ({@link io.agentopt.graph.GraphJson}) and Mermaid
 * ({@link io.agentopt.graph.Mermaid}).
 */
@NullMarked
package io.agentopt.graph;

import org.jspecify.annotations.NullMarked;
