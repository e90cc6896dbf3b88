package io.agentopt.mlir.dialect;

/** The names of the agent dialect, as Agent.td defines them. */
public final class AgentDialect {
    private AgentDialect() {}

    // ---- ops
    public static final String GRAPH = "agent.graph";
    public static final String YIELD = "agent.yield";
    public static final String GENERATE = "agent.generate";
    public static final String ENDPOINT = "agent.endpoint";
    public static final String PREFIX = "agent.prefix";
    public static final String PREFILL = "agent.prefill";
    public static final String KV_TRANSFER = "agent.kv_transfer";
    public static final String DECODE = "agent.decode";
    public static final String EMBED = "agent.embed";
    public static final String SEARCH = "agent.search";
    public static final String RERANK = "agent.rerank";
    public static final String TRANSCRIBE = "agent.transcribe";
    public static final String SYNTHESIZE = "agent.synthesize";
    public static final String INFER = "agent.infer";
    public static final String ALL_REDUCE = "agent.all_reduce";
    public static final String TOOL = "agent.tool";
    public static final String TRANSFORM = "agent.transform";
    public static final String KERNEL = "agent.kernel";
    public static final String KERNEL_DECL = "agent.kernel_decl";
    public static final String FUSED = "agent.fused";
    public static final String MEMORY_LOAD = "agent.memory_load";
    public static final String MEMORY_STORE = "agent.memory_store";
    public static final String TRANSFER = "agent.transfer";
    public static final String LOOP = "agent.loop";
    public static final String WHEN = "agent.when";
    public static final String FOR_EACH = "agent.for_each";
    public static final String SUBGRAPH = "agent.subgraph";

    /** {@return whether an op inside a graph is of the user's own kind} */
    public static boolean isCustom(String kind) {
        return !kind.startsWith("agent.") && !kind.startsWith("builtin.");
    }

    // ---- attributes
    public static final String SYM_NAME = "sym_name";
    public static final String RESULT_TYPE = "result_type";
    public static final String SLA = "sla";
    public static final String MODEL = "model";
    public static final String MAX_TOKENS = "max_tokens";
    public static final String SAMPLING = "sampling";
    public static final String DETERMINISTIC = "deterministic";
    public static final String SHARDS = "shards";
    /** Of {@link #ENDPOINT}: the name of who hosts the model. */
    public static final String HOST = "endpoint";

    public static final String REDUCTION = "reduction";
    public static final String LANGUAGE = "language";
    public static final String VOICE = "voice";
    public static final String INPUT_NAMES = "input_names";
    public static final String OUTPUT_NAMES = "output_names";
    /** Of {@link #KERNEL_DECL}: the kernel's specification, as in {@code cosine{d=384,type=f32}}. */
    public static final String SPEC = "spec";
    /** Of the op {@link #KERNEL}: a specification or the symbol of a {@link #KERNEL_DECL}. */
    public static final String WHICH_KERNEL = "kernel";

    /** Of ops of the user's kinds: what they do to the world, in the word of {@code io.agentopt.operator.Custom.Effects}. */
    public static final String EFFECTS = "effects";

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

    // ---- attributes that any op may carry
    public static final String ESTIMATE = "agent.estimate";
    public static final String TIMEOUT_SECONDS = "agent.timeout_seconds";
    public static final String RETRIES = "agent.retries";
    public static final String PINNED_TO = "agent.pinned_to";
    public static final String FORBIDDEN = "agent.forbidden";
    public static final String ZONES = "agent.zones";
}
