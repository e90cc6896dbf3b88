package io.agentopt.mlir.dialect;

/** The names of the agent dialect, as Agent.td defines them. */
public final class AgentDialect {
    private AgentDialect() {}

    // ---- ops
    public static final String GRAPH = "agent.graph";
    public static final String YIELD = "agent.yield";
    public static final String GENERATE = "agent.generate";
    public static final String PREFIX = "agent.prefix";
    public static final String PREFILL = "agent.prefill";
    public static final String KV_TRANSFER = "agent.kv_transfer";
    public static final String DECODE = "agent.decode";
    public static final String EMBED = "agent.embed";
    public static final String SEARCH = "agent.search";
    public static final String TOOL = "agent.tool";
    public static final String TRANSFORM = "agent.transform";
    public static final String FUSED = "agent.fused";
    public static final String MEMORY_LOAD = "agent.memory_load";
    public static final String MEMORY_STORE = "agent.memory_store";
    public static final String TRANSFER = "agent.transfer";
    public static final String LOOP = "agent.loop";
    public static final String WHEN = "agent.when";
    public static final String FOR_EACH = "agent.for_each";
    public static final String SUBGRAPH = "agent.subgraph";

    // ---- attributes
    public static final String SYM_NAME = "sym_name";
    public static final String RESULT_TYPE = "result_type";
    public static final String E2E_SLA_MS = "e2e_sla_ms";
    public static final String TTFT_SLA_MS = "ttft_sla_ms";
    public static final String MODEL = "model";
    public static final String MAX_TOKENS = "max_tokens";
    public static final String SAMPLING = "sampling";
    public static final String DETERMINISTIC = "deterministic";
    public static final String DEVICE = "device";
    public static final String FROM = "from";
    public static final String TO = "to";
    public static final String INDEX = "index";
    public static final String K = "k";
    public static final String NAME = "name";
    public static final String IDEMPOTENT = "idempotent";
    public static final String FUNCTION = "function";
    public static final String STORE = "store";
    public static final String MAX = "max";
    public static final String EXPECTED = "expected";
    public static final String PROBABILITY = "probability";
}
