package io.agentopt.mlir.codegen;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Small changes of a text: numbers, operations and types exchanged, lines moved, doubled and left out. */
final class KernelMutation {
    private static final String[] NUMBERS = {
        "0",
        "1",
        "-1",
        "2",
        "3",
        "7",
        "64",
        "1023",
        "1024",
        "1025",
        "65536",
        "4294967296",
        "9223372036854775807",
        "1048576"
    };
    private static final String[] TYPES = {"f32", "f64", "f16", "bf16", "i1", "i8", "i32", "i64", "index"};
    private static final String[][] OPERATIONS = {
        {"addf", "subf", "mulf", "divf", "remf", "maximumf", "minimumf", "maxnumf", "minnumf"},
        {"addi", "subi", "muli", "divsi", "divui", "remsi", "remui", "shli", "shrsi", "andi", "xori", "ceildivsi"},
        {"sqrt", "exp", "exp2", "log", "log2", "tanh", "erf", "sin", "rsqrt", "ceil", "absf", "cbrt", "tan", "acos"},
        {"<add>", "<mul>", "<maximumf>", "<minnumf>", "<and>", "<maxui>"},
        {"olt", "ogt", "une", "ueq", "ord", "uno", "false", "true"},
        {"\"parallel\"", "\"reduction\"", "\"window\""},
        {"sge", "slt", "ult", "eq", "ne", "ugt"}
    };

    private KernelMutation() {}

    static String of(String source, List<String> pieces, SplittableRandom random) {
        String text = source;
        for (int n = 1 + (random.nextInt(4) == 0 ? random.nextInt(5) : 0); n > 0; n--) {
            text = switch (random.nextInt(8)) {
                case 0, 1 -> words(text, "\\b\\d+\\b", NUMBERS, random);
                case 2 -> words(text, "\\b(f32|f64|f16|bf16|i1|i8|i32|i64|index)\\b", TYPES, random);
                case 3, 4 -> operation(text, random);
                case 5, 6 -> lines(text, random);
                default -> piece(text, pieces, random);
            };
        }
        return text;
    }

    private static String operation(String text, SplittableRandom random) {
        String[] family = OPERATIONS[random.nextInt(OPERATIONS.length)];
        List<String> quoted = new ArrayList<>();
        for (String one : family) quoted.add(java.util.regex.Pattern.quote(one));
        return words(text, "(?<![a-z_])(" + String.join("|", quoted) + ")(?![a-z_0-9])", family, random);
    }

    /** One place, and now and then all that read the same: a type that changes in one place alone is refused by the parser. */
    private static String words(String text, String regex, String[] with, SplittableRandom random) {
        var matcher = java.util.regex.Pattern.compile(regex).matcher(text);
        List<int[]> places = new ArrayList<>();
        while (matcher.find()) places.add(new int[] {matcher.start(), matcher.end()});
        if (places.isEmpty()) return text;
        int[] place = places.get(random.nextInt(places.size()));
        String now = with[random.nextInt(with.length)];
        String old = text.substring(place[0], place[1]);
        if (random.nextInt(2) == 0)
            return text.replaceAll("(?<![A-Za-z0-9_.])" + java.util.regex.Pattern.quote(old) + "(?![A-Za-z0-9_])", now);
        return text.substring(0, place[0]) + now + text.substring(place[1]);
    }

    private static String lines(String text, SplittableRandom random) {
        List<String> lines = new ArrayList<>(text.lines().toList());
        int at = random.nextInt(lines.size()), other = random.nextInt(lines.size());
        switch (random.nextInt(3)) {
            case 0 -> lines.remove(at);
            case 1 -> lines.add(other, lines.get(at));
            default -> lines.set(at, lines.set(other, lines.get(at)));
        }
        return String.join("\n", lines) + "\n";
    }

    private static String piece(String text, List<String> pieces, SplittableRandom random) {
        int at = random.nextInt(text.length());
        int until = Math.min(text.length(), at + random.nextInt(6));
        return text.substring(0, at) + pieces.get(random.nextInt(pieces.size())) + text.substring(until);
    }
}
