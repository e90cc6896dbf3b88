package io.agentopt.runtime.llm.grammar;

/** A JSON string with its quotes: valid UTF-8, no control characters, no escaped surrogates. */
final class QuotedPiece implements Piece {
    /** Between two characters of the string. */
    static final int PLAIN = 1;

    private static final int ESCAPED = 2, HEX1 = 3, HEX2 = 4, HEX2_BELOW_8 = 5, HEX3 = 6, HEX4 = 7;
    private static final int LAST1 = 8, LAST2 = 9, LAST3 = 10; // bytes of a character that are still to come
    private static final int AFTER_E0 = 11, AFTER_ED = 12, AFTER_F0 = 13, AFTER_F4 = 14;

    @Override
    public State step(State at, int b, Grammar grammar) {
        if (at.position == PLAIN && b == '"') return at.rest();
        int next = next(at.position, b);
        return next < 0 ? State.DEAD : grammar.state(this, next, at.rest());
    }

    private static int next(int position, int b) {
        return switch (position) {
            case 0 -> b == '"' ? PLAIN : -1;
            case PLAIN -> plain(b);
            case ESCAPED -> b == 'u' ? HEX1 : "\"\\/bfnrt".indexOf(b) >= 0 ? PLAIN : -1;
            case HEX1 -> !isHex(b) ? -1 : b == 'd' || b == 'D' ? HEX2_BELOW_8 : HEX2;
            case HEX2 -> isHex(b) ? HEX3 : -1;
            case HEX2_BELOW_8 -> b >= '0' && b <= '7' ? HEX3 : -1;
            case HEX3 -> isHex(b) ? HEX4 : -1;
            case HEX4 -> isHex(b) ? PLAIN : -1;
            case LAST1 -> between(b, 0x80, 0xBF, PLAIN);
            case LAST2 -> between(b, 0x80, 0xBF, LAST1);
            case LAST3 -> between(b, 0x80, 0xBF, LAST2);
            case AFTER_E0 -> between(b, 0xA0, 0xBF, LAST1);
            case AFTER_ED -> between(b, 0x80, 0x9F, LAST1);
            case AFTER_F0 -> between(b, 0x90, 0xBF, LAST2);
            case AFTER_F4 -> between(b, 0x80, 0x8F, LAST2);
            default -> throw new IllegalStateException("position " + position);
        };
    }

    private static int plain(int b) {
        if (b < 0x20) return -1;
        if (b < 0x80) return b == '\\' ? ESCAPED : PLAIN;
        if (b >= 0xC2 && b <= 0xDF) return LAST1;
        if (b == 0xE0) return AFTER_E0;
        if (b == 0xED) return AFTER_ED;
        if (b > 0xE0 && b <= 0xEF) return LAST2;
        if (b == 0xF0) return AFTER_F0;
        if (b == 0xF4) return AFTER_F4;
        return b > 0xF0 && b < 0xF4 ? LAST3 : -1;
    }

    /** {@return whether bytes leave a string where it was, between two characters} */
    static boolean isPlain(byte[] bytes) {
        int at = PLAIN;
        for (byte signed : bytes) {
            int b = signed & 0xFF;
            if (b == '"' || b == '\\') return false;
            at = next(at, b);
            if (at < 0) return false;
        }
        return at == PLAIN;
    }

    private static boolean isHex(int b) {
        return (b >= '0' && b <= '9') || (b >= 'a' && b <= 'f') || (b >= 'A' && b <= 'F');
    }

    private static int between(int b, int low, int high, int then) {
        return b >= low && b <= high ? then : -1;
    }

    @Override
    public boolean mayEnd(int position) {
        return false;
    }
}
