package io.agentopt.runtime.llm.grammar;

/** A JSON number that a double holds. It ends where what follows it begins. */
final class NumberPiece implements Piece {
    private static final int DIGITS = 15, SIGN = 1, ZERO = 2, WHOLE = 2; // WHOLE + n after n digits
    private static final int POINT = 20, EXPONENT = 40, EXPONENT_SIGN = 41, EXPONENT_1 = 42, EXPONENT_2 = 43;
    private final boolean integer;

    NumberPiece(boolean integer) {
        this.integer = integer;
    }

    @Override
    public State step(State at, int b, Grammar grammar) {
        int next = next(at.position, b);
        if (next >= 0) return grammar.state(this, next, at.rest());
        return mayEnd(at.position) ? grammar.step(at.rest(), b) : State.DEAD;
    }

    private int next(int p, int b) {
        boolean digit = b >= '0' && b <= '9';
        if (p == 0 && b == '-') return SIGN;
        if (p <= SIGN) return !digit ? -1 : b == '0' ? ZERO : WHOLE + 1;
        if (p <= WHOLE + DIGITS) {
            if (digit) return p == ZERO || p == WHOLE + DIGITS ? -1 : p + 1;
            if (integer) return -1;
            return b == '.' ? POINT : b == 'e' || b == 'E' ? EXPONENT : -1;
        }
        if (p <= POINT + DIGITS) {
            if (digit) return p == POINT + DIGITS ? -1 : p + 1;
            return p > POINT && (b == 'e' || b == 'E') ? EXPONENT : -1;
        }
        if (p == EXPONENT && (b == '+' || b == '-')) return EXPONENT_SIGN;
        if (!digit || p == EXPONENT_2) return -1;
        return p == EXPONENT_1 ? EXPONENT_2 : EXPONENT_1;
    }

    @Override
    public boolean mayEnd(int p) {
        return (p >= ZERO && p <= WHOLE + DIGITS) || (p > POINT && p <= POINT + DIGITS) || p >= EXPONENT_1;
    }
}
