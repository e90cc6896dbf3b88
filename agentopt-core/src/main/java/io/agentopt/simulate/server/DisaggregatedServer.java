package io.agentopt.simulate.server;

import java.util.Objects;

/**
 * Prefill on one server and decode on another. KV entries go from the first to the second when the prompt is read; the first token is out before
 * that. Either may itself be several servers. Not thread-safe.
 */
public final class DisaggregatedServer implements ModelServer {
    private final ModelServer prefill;
    private final ModelServer decode;
    private int outstanding;

    /**
     * Two servers as one.
     *
     * @param prefill of {@link ServerRole#PREFILL_ONLY}, with the seconds that a hand-over takes
     * @param decode of {@link ServerRole#DECODE_ONLY}
     */
    public DisaggregatedServer(ModelServer prefill, ModelServer decode) {
        this.prefill = Objects.requireNonNull(prefill, "prefill");
        this.decode = Objects.requireNonNull(decode, "decode");
    }

    @Override
    public void submit(LlmRequest request, ServerListener listener) {
        outstanding++;
        prefill.submit(request, new Prefilled(listener));
    }

    @Override
    public int outstanding() {
        return outstanding;
    }

    /** Hears of prefill. A request of one token ends with it. */
    private final class Prefilled implements ServerListener {
        private final ServerListener listener;

        Prefilled(ServerListener listener) {
            this.listener = listener;
        }

        @Override
        public void firstToken(LlmRequest request, double seconds) {
            listener.firstToken(request, seconds);
        }

        @Override
        public void finished(LlmRequest request, RequestTimes times) {
            if (request.outputTokens() == 1) {
                outstanding--;
                listener.finished(request, times);
            } else {
                decode.submit(request, new Decoded(listener, times));
            }
        }

        @Override
        public void refused(LlmRequest request, Refusal why, double seconds) {
            outstanding--;
            listener.refused(request, why, seconds);
        }
    }

    /** Hears of decode. */
    private final class Decoded implements ServerListener {
        private final ServerListener listener;
        private final RequestTimes prefilled;

        Decoded(ServerListener listener, RequestTimes prefilled) {
            this.listener = listener;
            this.prefilled = prefilled;
        }

        @Override
        public void finished(LlmRequest request, RequestTimes times) {
            outstanding--;
            listener.finished(
                    request,
                    new RequestTimes(
                            prefilled.arrival(), prefilled.scheduled(), prefilled.firstToken(), times.finished()));
        }

        @Override
        public void refused(LlmRequest request, Refusal why, double seconds) {
            outstanding--;
            listener.refused(request, why, seconds);
        }
    }
}
