package io.agentopt.examples.tco;

import java.util.Locale;

/** One phase of a scenario on groups of one device: how it is sized, or why it cannot be. */
sealed interface Stage {
    /**
     * A group that works.
     *
     * @param tensorParallel devices of a group
     * @param batch requests that a group works on together
     * @param batchSeconds time of a batch: of the prefill, or of all decode steps, s
     * @param requestsPerSecond what a group finishes; at most what its links carry
     * @param kvBytesPerSecond what each device sends (prefill) or receives (decode) at most: equations 2 and 3 of the paper
     * @param linkBound whether the links hold the group back
     */
    record Sized(
            int tensorParallel,
            int batch,
            double batchSeconds,
            double requestsPerSecond,
            double kvBytesPerSecond,
            boolean linkBound)
            implements Stage {
        /** {@return device-seconds that one request takes} */
        double deviceSeconds() {
            return tensorParallel / requestsPerSecond;
        }
    }

    /** Nothing works, for a reason. */
    record Refused(Refusal refusal) implements Stage {}

    /** Why a phase, or a pair, has no cost. The later a kind stands here, the further the device came. */
    enum Kind {
        NO_RATE("no rate for the number format"),
        NO_ESTIMATE("no estimate"),
        MEMORY("memory does not suffice"),
        LINK("links too slow for the KV cache"),
        SLA("promise out of reach at any batch"),
        NO_PRICE("no price");

        private final String label;

        Kind(String label) {
            this.label = label;
        }

        @Override
        public String toString() {
            return label;
        }
    }

    /** A kind of refusal and the sentence that says what exactly. */
    record Refusal(Kind kind, String reason) {
        public Refusal {
            if (reason.isBlank())
                throw new IllegalArgumentException(
                        String.format(Locale.ROOT, "A refusal of kind '%s' needs a reason; it is blank.", kind));
        }
    }
}
