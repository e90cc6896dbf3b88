package io.agentopt.cost.kernel;

import io.agentopt.cost.CollectiveKind;
import io.agentopt.model.Precision;

/** One kernel with its sizes. */
public sealed interface KernelShape {
    /**
     * What stays the same over batch and sequence, hashed: the weights of a matrix product, the heads of an attention, the bytes of an
     * exchange. Cross-validation and held-out tests split by it, so that an error is one of a shape never seen.
     */
    long family();

    /**
     * A matrix product C[m,n] = A[m,k] B[k,n] with B as weights.
     *
     * @param m rows of A: tokens
     * @param n columns of B
     * @param k rows of B
     * @param weights number format of B
     * @param compute number format of A and of the arithmetic; the result has two bytes an element, or four in FP32
     */
    record Gemm(long m, long n, long k, Precision weights, Precision compute) implements KernelShape {
        public Gemm {
            atLeastOne(m, "m", "matrix product");
            atLeastOne(n, "n", "matrix product");
            atLeastOne(k, "k", "matrix product");
        }

        @Override
        public long family() {
            return mix(mix(n) + k);
        }
    }

    /**
     * Causal attention of whole prompts over themselves.
     *
     * @param batch prompts
     * @param tokens of each
     * @param heads query heads
     * @param kvHeads key and value heads
     * @param headDim elements of a head
     * @param window tokens that each one sees at most; 0 without a limit
     * @param compute number format of the queries and of the arithmetic
     * @param kv number format of keys and values
     */
    record PrefillAttention(
            long batch, long tokens, int heads, int kvHeads, int headDim, long window, Precision compute, Precision kv)
            implements KernelShape {
        public PrefillAttention {
            atLeastOne(batch, "batch", "prefill attention");
            atLeastOne(tokens, "tokens", "prefill attention");
            checkHeads(heads, kvHeads, headDim, window, "prefill attention");
        }

        /** {@return pairs of a token and one that it sees, in one prompt} */
        public double pairs() {
            double w = window == 0 ? tokens : Math.min(window, tokens);
            return w * (w + 1) / 2 + (tokens - w) * w;
        }

        @Override
        public long family() {
            return layout(heads, kvHeads, headDim);
        }
    }

    /**
     * Attention of one new token per sequence over its context.
     *
     * @param batch sequences
     * @param context tokens in the KV cache of each, the new one included
     * @param heads query heads
     * @param kvHeads key and value heads
     * @param headDim elements of a head
     * @param window tokens that each one sees at most; 0 without a limit
     * @param compute number format of the queries and of the arithmetic
     * @param kv number format of the cache
     */
    record DecodeAttention(
            long batch, long context, int heads, int kvHeads, int headDim, long window, Precision compute, Precision kv)
            implements KernelShape {
        public DecodeAttention {
            atLeastOne(batch, "batch", "decode attention");
            atLeastOne(context, "context", "decode attention");
            checkHeads(heads, kvHeads, headDim, window, "decode attention");
        }

        /** {@return tokens that the new one sees} */
        public double seen() {
            return window == 0 ? context : Math.min(window, context);
        }

        @Override
        public long family() {
            return layout(heads, kvHeads, headDim);
        }
    }

    /**
     * An exchange of so many bytes between devices.
     *
     * @param kind what they exchange
     * @param bytes of one device, as {@link CollectiveKind} says
     * @param devices that take part, at least 2; exactly 2 in a send-receive
     * @param devicesPerHost of those, on one host
     */
    record Collective(CollectiveKind kind, long bytes, int devices, int devicesPerHost) implements KernelShape {
        public Collective {
            atLeastOne(bytes, "bytes", "collective " + kind.id());
            atLeastOne(devicesPerHost, "devicesPerHost", "collective " + kind.id());
            if (devices < 2 || (devices > 2 && kind == CollectiveKind.SEND_RECV)) {
                throw new IllegalArgumentException("A collective " + kind.id() + " between " + devices
                        + " devices needs " + (kind == CollectiveKind.SEND_RECV ? "exactly 2." : "at least 2."));
            }
        }

        @Override
        public long family() {
            return mix(bytes);
        }
    }

    /**
     * An operator that reads and writes whole rows and does little arithmetic.
     *
     * @param rows of each operand: tokens
     * @param columns of each operand
     * @param reads operands of rows times columns that it reads
     * @param writes the same that it writes
     * @param precision number format of the operands
     */
    record Elementwise(long rows, long columns, int reads, int writes, Precision precision) implements KernelShape {
        public Elementwise {
            atLeastOne(rows, "rows", "elementwise kernel");
            atLeastOne(columns, "columns", "elementwise kernel");
            atLeastOne(reads, "reads", "elementwise kernel");
            atLeastOne(writes, "writes", "elementwise kernel");
        }

        /** {@return bytes of all operands} */
        public double bytes() {
            return (double) rows * columns * (reads + writes) * precision.bytes();
        }

        @Override
        public long family() {
            return mix(columns);
        }
    }

    /**
     * Attention of one step of a serving engine: a piece of one prompt, and one new token of each sequence that decodes.
     *
     * @param tokens of the piece, 0 without one
     * @param cached tokens of that prompt that are in the cache
     * @param decodes sequences that decode; at least 1 where there is no piece
     * @param context tokens in the cache of each, 0 without any
     * @param heads query heads
     * @param kvHeads key and value heads
     * @param headDim elements of a head
     * @param precision number format of everything
     */
    record StepAttention(
            long tokens,
            long cached,
            int decodes,
            long context,
            int heads,
            int kvHeads,
            int headDim,
            Precision precision)
            implements KernelShape {
        public StepAttention {
            if (tokens < 0 || cached < 0 || decodes < 0 || context < 0 || tokens + decodes == 0) {
                throw new IllegalArgumentException("An attention step of " + tokens + " tokens after " + cached
                        + " and " + decodes + " decodes of " + context + " has no work, or a negative size.");
            }
            checkHeads(heads, kvHeads, headDim, 0, "attention step");
        }

        /** {@return pairs of a token and one that it sees} */
        public double pairs() {
            return tokens * (double) cached + tokens * (tokens + 1.0) / 2 + (double) decodes * context;
        }

        @Override
        public long family() {
            return mix(mix(cached) + context);
        }
    }

    private static long layout(int heads, int kvHeads, int headDim) {
        return mix(mix(mix(heads) + kvHeads) + headDim);
    }

    /** The finaliser of SplitMix64: spreads small numbers over all bits. */
    private static long mix(long z) {
        z += 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    private static void checkHeads(int heads, int kvHeads, int headDim, long window, String owner) {
        atLeastOne(heads, "heads", owner);
        atLeastOne(kvHeads, "kvHeads", owner);
        atLeastOne(headDim, "headDim", owner);
        if (heads % kvHeads != 0) {
            throw new IllegalArgumentException(
                    "The " + heads + " heads of a " + owner + " must be a multiple of its " + kvHeads + " KV heads.");
        }
        if (window < 0)
            throw new IllegalArgumentException("The window (" + window + ") of a " + owner + " must not be negative.");
    }

    private static void atLeastOne(long value, String name, String owner) {
        if (value < 1) {
            throw new IllegalArgumentException(
                    "The " + name + " (" + value + ") of a " + owner + " must be at least 1.");
        }
    }
}
