package io.agentopt.internal;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Finds the names that a misspelt one was probably meant to be. */
public final class Nearest {
    private static final int MOST = 3;

    private Nearest() {}

    /** {@return up to three known names, nearest first: those that contain the name, then by edit distance} */
    public static List<String> to(String name, Collection<String> known) {
        String wanted = name.toLowerCase(Locale.ROOT);
        Comparator<String> byDistance = Comparator.comparingInt(k -> score(wanted, k.toLowerCase(Locale.ROOT)));
        return known.stream()
                .sorted(byDistance.thenComparing(Comparator.naturalOrder()))
                .limit(MOST)
                .toList();
    }

    private static int score(String wanted, String candidate) {
        int distance = distance(wanted, candidate);
        boolean partial = candidate.contains(wanted) || wanted.contains(candidate);
        return partial ? distance - 1000 : distance;
    }

    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) row[j] = j;
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int substituted = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(substituted, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[b.length()];
    }
}
