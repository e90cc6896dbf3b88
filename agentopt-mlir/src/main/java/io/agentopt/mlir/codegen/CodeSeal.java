package io.agentopt.mlir.codegen;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What stands before the code of a kernel. Two lines, for GPUs three, each a comment in PTX, and then the code:
 *
 * <pre>
 * // agentopt code 1 sha256 SUM                     of all that follows this line
 * // triple TRIPLE chip CHIP features FEATURES      none of them with a space in it; FEATURES may be empty
 * // threads 128 rows_per_block 4 blocks_per_row 1
 * </pre>
 *
 * <p>Each seal has one form only: what opens is written again byte for byte.
 *
 * @param launch how a GPU runs it
 */
record CodeSeal(String triple, String chip, String features, Optional<Launch> launch) {
    private static final int FORMAT = 1;
    private static final String START = "// agentopt code ";
    private static final int LONGEST_LINES = 16 << 10;
    private static final Pattern SUM = Pattern.compile(START + "(\\d{1,9})(?: sha256 ([0-9a-f]{64}))?\n");
    private static final String WORD = "[A-Za-z0-9_.-]{1,100}";
    private static final String FEATURES = "(?:\\+" + WORD + "(?:,\\+" + WORD + ")*+)?";
    private static final Pattern TARGET =
            Pattern.compile("// triple (" + WORD + ") chip (" + WORD + ") features (" + FEATURES + ")\n");
    private static final Pattern LAUNCH = Pattern.compile(
            "// threads ([1-9]\\d{0,8}) rows_per_block ([1-9]\\d{0,8}) blocks_per_row ([1-9]\\d{0,8})\n");

    /** A seal, and the code that was behind it. */
    record Opened(CodeSeal seal, byte[] code) {}

    /** @throws IllegalArgumentException when a word of it could not be told from what is around it */
    CodeSeal {
        if (!(triple.matches(WORD) && chip.matches(WORD) && features.matches(FEATURES)))
            throw new IllegalArgumentException("Code cannot be for '" + triple + "', '" + chip + "', '" + features
                    + "': a triple and a chip are single words, features are as +avx2,+fma.");
    }

    byte[] before(byte[] code) {
        String lines = "// triple " + triple + " chip " + chip + " features " + features + "\n"
                + launch.map(Launch::line).orElse("");
        byte[] target = lines.getBytes(StandardCharsets.US_ASCII);
        String sum = sha256(target, 0, target.length, code);
        byte[] start = (START + FORMAT + " sha256 " + sum + "\n").getBytes(StandardCharsets.US_ASCII);
        byte[] file = Arrays.copyOf(start, start.length + target.length + code.length);
        System.arraycopy(target, 0, file, start.length, target.length);
        System.arraycopy(code, 0, file, start.length + target.length, code.length);
        return file;
    }

    /**
     * {@return seal and code}
     *
     * @throws IllegalArgumentException when there is no seal, it is of another format, or the content is not what it was made of
     */
    static Opened open(byte[] file, String name) {
        String lines = new String(file, 0, Math.min(file.length, LONGEST_LINES), StandardCharsets.ISO_8859_1);
        Matcher sum = SUM.matcher(lines);
        if (!sum.lookingAt()) {
            throw new IllegalArgumentException("'" + name + "' is no code of a kernel: it does not begin with '" + START
                    + FORMAT + " sha256 ' and a checksum. Give what a compiler of kernels returned.");
        }
        if (!sum.group(1).equals(Integer.toString(FORMAT)) || sum.group(2) == null) {
            throw new IllegalArgumentException("'" + name + "' is code of format " + sum.group(1)
                    + ", and this version reads format " + FORMAT + ". Compile the kernel again with this version.");
        }
        String actual = sha256(file, sum.end(), file.length - sum.end(), new byte[0]);
        if (!actual.equals(sum.group(2))) {
            throw new IllegalArgumentException("The code '" + name + "' is damaged: the SHA-256 of its "
                    + (file.length - sum.end()) + " bytes is " + actual + ", not " + sum.group(2)
                    + ". Fetch or compile it again.");
        }
        Matcher target = TARGET.matcher(lines).region(sum.end(), lines.length());
        if (!target.lookingAt()) {
            throw new IllegalArgumentException(
                    "The code '" + name
                            + "' does not say what it is for: '// triple nvptx64-nvidia-cuda chip sm_90 features +ptx78', say.");
        }
        Matcher launch = LAUNCH.matcher(lines).region(target.end(), lines.length());
        boolean launched = !target.group(1).equals(CpuTarget.TRIPLE);
        if (launched && !launch.lookingAt()) {
            throw new IllegalArgumentException("The code '" + name
                    + "' does not say how to launch it: '// threads 128 rows_per_block 4 blocks_per_row 1', say.");
        }
        CodeSeal seal = new CodeSeal(
                target.group(1),
                target.group(2),
                target.group(3),
                launched
                        ? Optional.of(new Launch(
                                Integer.parseInt(launch.group(1)),
                                Integer.parseInt(launch.group(2)),
                                Integer.parseInt(launch.group(3))))
                        : Optional.empty());
        return new Opened(seal, Arrays.copyOfRange(file, launched ? launch.end() : target.end(), file.length));
    }

    private static String sha256(byte[] first, int from, int length, byte[] second) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(first, from, length);
            return HexFormat.of().formatHex(digest.digest(second));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every JDK has SHA-256.", e);
        }
    }
}
