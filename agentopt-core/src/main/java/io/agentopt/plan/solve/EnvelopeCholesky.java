package io.agentopt.plan.solve;

import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * Cholesky factors of sparse symmetric positive definite matrices of one structure. Each row is stored from its first entry to the
 * diagonal (George and Liu 1981, the envelope method) in the order of reverse Cuthill-McKee, or in the given one when its envelope is smaller.
 */
final class EnvelopeCholesky {
    private final int size;
    private final int[] place; // row of an unknown
    private final int[] first; // first column of a row
    private final double[][] row;
    private final double[] work;

    /** A matrix whose entry (i, j) may be other than zero when j is among the neighbours of i. */
    EnvelopeCholesky(int[][] neighbours) {
        size = neighbours.length;
        int[] given = new int[size];
        for (int i = 0; i < size; i++) given[i] = i;
        int[] narrow = cuthillMcKee(neighbours);
        place = envelope(neighbours, narrow) < envelope(neighbours, given) ? narrow : given;
        first = new int[size];
        row = new double[size][];
        work = new double[size];
        for (int i = 0; i < size; i++) first[place[i]] = firstColumn(neighbours, place, i);
        for (int r = 0; r < size; r++) row[r] = new double[r - first[r] + 1];
    }

    private static int firstColumn(int[][] neighbours, int[] place, int i) {
        int least = place[i];
        for (int k : neighbours[i]) least = Math.min(least, place[k]);
        return least;
    }

    private static double envelope(int[][] neighbours, int[] place) {
        double work = 0;
        for (int i = 0; i < place.length; i++) {
            double width = place[i] - firstColumn(neighbours, place, i);
            work += width * width;
        }
        return work;
    }

    private static int[] cuthillMcKee(int[][] neighbours) {
        int n = neighbours.length;
        int[] place = new int[n];
        Arrays.fill(place, -1);
        Integer[] byDegree = new Integer[n];
        for (int i = 0; i < n; i++) byDegree[i] = i;
        Arrays.sort(byDegree, (a, b) -> neighbours[a].length - neighbours[b].length);
        int next = n;
        for (int start : byDegree) {
            if (place[start] >= 0) continue;
            ArrayDeque<Integer> queue = new ArrayDeque<>();
            place[start] = --next;
            queue.add(start);
            while (!queue.isEmpty()) {
                int[] around = neighbours[queue.poll()].clone();
                sortByDegree(around, neighbours);
                for (int k : around) {
                    if (place[k] >= 0) continue;
                    place[k] = --next;
                    queue.add(k);
                }
            }
        }
        return place;
    }

    private static void sortByDegree(int[] nodes, int[][] neighbours) {
        for (int a = 1; a < nodes.length; a++) {
            int node = nodes[a];
            int b = a;
            for (; b > 0 && neighbours[nodes[b - 1]].length > neighbours[node].length; b--) nodes[b] = nodes[b - 1];
            nodes[b] = node;
        }
    }

    void clear() {
        for (double[] each : row) Arrays.fill(each, 0);
    }

    /** Adds to entry (i, j) and, i and j being different, to entry (j, i). */
    void add(int i, int j, double value) {
        int r = Math.max(place[i], place[j]);
        int c = Math.min(place[i], place[j]);
        row[r][c - first[r]] += value;
    }

    /** Factors what was added; a pivot that rounding made too small is replaced by one that keeps its unknown at zero. */
    void factor() {
        for (int r = 0; r < size; r++) {
            double[] mine = row[r];
            int start = first[r];
            for (int c = start; c < r; c++) {
                int from = Math.max(start, first[c]);
                double rest = mine[c - start] - dot(mine, from - start, row[c], from - first[c], c - from);
                mine[c - start] = rest / row[c][c - first[c]];
            }
            double diagonal = mine[r - start];
            double pivot = diagonal - dot(mine, 0, mine, 0, r - start);
            mine[r - start] = pivot > 1e-14 * diagonal ? Math.sqrt(pivot) : 1e64;
        }
    }

    /** Replaces a right-hand side by the solution. */
    void solve(double[] x) {
        for (int i = 0; i < size; i++) work[place[i]] = x[i];
        for (int r = 0; r < size; r++) {
            int length = r - first[r];
            work[r] = (work[r] - dot(row[r], 0, work, first[r], length)) / row[r][length];
        }
        for (int r = size - 1; r >= 0; r--) {
            int length = r - first[r];
            double value = work[r] / row[r][length];
            work[r] = value;
            for (int k = 0; k < length; k++) work[first[r] + k] -= value * row[r][k];
        }
        for (int i = 0; i < size; i++) x[i] = work[place[i]];
    }

    private static double dot(double[] a, int atA, double[] b, int atB, int length) {
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        int k = 0;
        for (; k + 3 < length; k += 4) {
            s0 += a[atA + k] * b[atB + k];
            s1 += a[atA + k + 1] * b[atB + k + 1];
            s2 += a[atA + k + 2] * b[atB + k + 2];
            s3 += a[atA + k + 3] * b[atB + k + 3];
        }
        for (; k < length; k++) s0 += a[atA + k] * b[atB + k];
        return (s0 + s1) + (s2 + s3);
    }
}
