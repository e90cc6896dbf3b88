package io.agentopt.kernels;

/**
 * The discrete Fourier transform of 20 points as straight lines of MLIR. 20 is 4 times 5, which have no factor in common: with n = 5 n1 + 4 n2 and
 * k = 5 k1 + 16 k2 (modulo 20), exp(-2 pi i n k / 20) is exp(-2 pi i n1 k1 / 4) exp(-2 pi i n2 k2 / 5), so five transforms of 4 points and four of 5 do it,
 * without twiddles between them (Good 1958, Thomas 1963).
 */
final class TwentyPoints {
    static final int POINTS = 20;
    private static final double TURN_5 = 2 * Math.PI / 5;

    /** A complex value, by the names of its parts. */
    record Complex(String re, String im) {}

    private final StraightLine text;

    TwentyPoints(StraightLine text) {
        this.text = text;
    }

    /** {@return points 0 to 10 of the transform of 20 real values; the others are their conjugates, and the imaginary parts of 0 and 10 are 0} */
    Complex[] ofReal(String[] x) {
        String[] sum = new String[5], alternating = new String[5];
        Complex[] turning = new Complex[5];
        for (int n2 = 0; n2 < 5; n2++) {
            String a = at(x, 0, n2), b = at(x, 1, n2), c = at(x, 2, n2), d = at(x, 3, n2);
            String even = text.add(a, c), odd = text.add(b, d);
            sum[n2] = text.add(even, odd);
            alternating[n2] = text.subtract(even, odd);
            turning[n2] = new Complex(text.subtract(a, c), text.subtract(d, b));
        }
        Complex[] all = new Complex[POINTS];
        place(all, 0, fiveReal(sum));
        place(all, 2, fiveReal(alternating));
        place(all, 1, five(turning));
        Complex[] half = new Complex[POINTS / 2 + 1];
        for (int k = 0; k < half.length; k++) half[k] = all[k] != null ? all[k] : conjugate(all[POINTS - k]);
        return half;
    }

    /** {@return the transform of 20 complex values} */
    Complex[] of(Complex[] x) {
        Complex[][] columns = new Complex[4][5];
        for (int n2 = 0; n2 < 5; n2++) {
            Complex a = at(x, 0, n2), b = at(x, 1, n2), c = at(x, 2, n2), d = at(x, 3, n2);
            Complex even = add(a, c), odd = add(b, d), e = subtract(a, c), o = subtract(b, d);
            columns[0][n2] = add(even, odd);
            columns[1][n2] = new Complex(text.add(e.re, o.im), text.subtract(e.im, o.re));
            columns[2][n2] = subtract(even, odd);
            columns[3][n2] = new Complex(text.subtract(e.re, o.im), text.add(e.im, o.re));
        }
        Complex[] all = new Complex[POINTS];
        for (int k1 = 0; k1 < 4; k1++) place(all, k1, five(columns[k1]));
        return all;
    }

    private static <T> T at(T[] x, int n1, int n2) {
        return x[(5 * n1 + 4 * n2) % POINTS];
    }

    private static void place(Complex[] all, int k1, Complex[] five) {
        for (int k2 = 0; k2 < 5; k2++) all[(5 * k1 + 16 * k2) % POINTS] = five[k2];
    }

    private Complex[] five(Complex[] x) {
        String[] re = new String[5], im = new String[5];
        for (int n = 0; n < 5; n++) {
            re[n] = x[n].re;
            im[n] = x[n].im;
        }
        Halves r = halves(re), i = halves(im);
        // X[k] = even - i odd and X[5 - k] = even + i odd, of complex even and odd parts.
        return new Complex[] {
            new Complex(r.all, i.all),
            new Complex(text.add(r.even1, i.odd1), text.subtract(i.even1, r.odd1)),
            new Complex(text.add(r.even2, i.odd2), text.subtract(i.even2, r.odd2)),
            new Complex(text.subtract(r.even2, i.odd2), text.add(i.even2, r.odd2)),
            new Complex(text.subtract(r.even1, i.odd1), text.add(i.even1, r.odd1))
        };
    }

    private Complex[] fiveReal(String[] x) {
        Halves halves = halves(x);
        Complex first = new Complex(halves.even1, text.negate(halves.odd1));
        Complex second = new Complex(halves.even2, text.negate(halves.odd2));
        return new Complex[] {
            new Complex(halves.all, text.number(0)),
            first,
            second,
            new Complex(halves.even2, halves.odd2),
            new Complex(halves.even1, halves.odd1)
        };
    }

    /** The sum of 5 values, and for points 1 and 2 their sums with cosines and with sines. */
    private record Halves(String all, String even1, String even2, String odd1, String odd2) {}

    private Halves halves(String[] x) {
        String t1 = text.add(x[1], x[4]), t2 = text.add(x[2], x[3]);
        String d1 = text.subtract(x[1], x[4]), d2 = text.subtract(x[2], x[3]);
        String c1 = text.number(Math.cos(TURN_5)), c2 = text.number(Math.cos(2 * TURN_5));
        String s1 = text.number(Math.sin(TURN_5)), s2 = text.number(Math.sin(2 * TURN_5));
        return new Halves(
                text.add(x[0], text.add(t1, t2)),
                text.add(text.add(x[0], text.multiply(t1, c1)), text.multiply(t2, c2)),
                text.add(text.add(x[0], text.multiply(t1, c2)), text.multiply(t2, c1)),
                text.add(text.multiply(d1, s1), text.multiply(d2, s2)),
                text.subtract(text.multiply(d1, s2), text.multiply(d2, s1)));
    }

    private Complex add(Complex a, Complex b) {
        return new Complex(text.add(a.re, b.re), text.add(a.im, b.im));
    }

    private Complex subtract(Complex a, Complex b) {
        return new Complex(text.subtract(a.re, b.re), text.subtract(a.im, b.im));
    }

    private Complex conjugate(Complex a) {
        return new Complex(a.re, text.negate(a.im));
    }
}
