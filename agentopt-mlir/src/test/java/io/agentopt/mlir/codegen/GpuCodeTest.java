package io.agentopt.mlir.codegen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class GpuCodeTest {
    private static final byte[] IMAGE = {0x7f, 'E', 'L', 'F', 0, (byte) 0xff, '\n'};
    private static final GpuTarget MI300 = new GpuTarget.Amd("gfx942");
    private static final GpuCode CODE = GpuCode.of(MI300, new Launch(1024, 1, 4), IMAGE);

    @Test
    void aFileHoldsTheImageAndItsLaunch() {
        GpuCode back = GpuCode.ofBytes(CODE.toBytes(), "k");
        assertThat(back).isEqualTo(CODE).hasSameHashCodeAs(CODE);
        assertThat(back.image()).isEqualTo(IMAGE);
        assertThat(back.threads()).isEqualTo(1024);
        assertThat(back.rowsPerBlock()).isEqualTo(1);
        assertThat(back.blocksPerRow()).isEqualTo(4);
        assertThat(back.target()).isEqualTo(MI300);
    }

    @Test
    void codeCannotBeChangedFromOutside() {
        CODE.image()[0] = 0;
        CODE.toBytes()[100] = 0;
        assertThat(CODE.image()).isEqualTo(IMAGE);
    }

    @Test
    void theSealIsACommentInPtx() {
        GpuCode ptx = Codes.gpu(new GpuTarget.Nvidia("sm_90"), ".version 7.8\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(new String(ptx.toBytes(), StandardCharsets.US_ASCII).lines())
                .satisfiesExactly(
                        l -> assertThat(l).matches("// agentopt code 1 sha256 [0-9a-f]{64}"),
                        l -> assertThat(l).isEqualTo("// triple nvptx64-nvidia-cuda chip sm_90 features +ptx78"),
                        l -> assertThat(l).isEqualTo("// threads 128 rows_per_block 4 blocks_per_row 1"),
                        l -> assertThat(l).isEqualTo(".version 7.8"));
    }

    @Test
    void blocksCoverTheRowsAndStayInTheGrid() {
        GpuCode code = GpuCode.of(MI300, new Launch(128, 4, 1), IMAGE);
        assertThat(code.blocks(1)).isEqualTo(1);
        assertThat(code.blocks(4)).isEqualTo(1);
        assertThat(code.blocks(5)).isEqualTo(2);
        assertThat(new Launch(256, 1, 4).blocks(3)).isEqualTo(12);
        assertThat(new Launch(256, 1, 8).blocks(Long.MAX_VALUE) % 8).isZero();
        assertThat((long) code.blocks(Long.MAX_VALUE) * 128).isPositive().isLessThanOrEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void damageIsFound() {
        byte[] whole = CODE.toBytes();
        SplittableRandom random = new SplittableRandom(30);
        for (int at = 0; at < whole.length; at++) {
            byte[] flipped = whole.clone();
            flipped[at] ^= (byte) (1 << random.nextInt(8));
            assertThatThrownBy(() -> GpuCode.ofBytes(flipped, "k"))
                    .as("byte %d", at)
                    .isInstanceOf(IllegalArgumentException.class);
            byte[] cut = java.util.Arrays.copyOf(whole, at);
            assertThatThrownBy(() -> GpuCode.ofBytes(cut, "k")).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void whatHasNoSealIsRefused() {
        for (String text : new String[] {"", ".version 7.8", "// threads 128", "// agentopt code"})
            refused(text, "'softmax' is no code of a kernel: it does not begin with '// agentopt code 1 sha256 '");
        refused("// agentopt code 1\n.version", "is code of format 1, and this version reads");
        refused("// agentopt code 2\n.version", "is code of format 2, and this version reads format 1");
        refused(
                "// agentopt code 1 sha256 " + "0".repeat(64) + "\n",
                "'softmax' is damaged: the SHA-256 of its 0 bytes");
    }

    /** No rows a block once divided by zero. */
    @Test
    void aLaunchThatNoBlockHasIsRefused() {
        String target = "// triple nvptx64-nvidia-cuda chip sm_90 features +ptx78\n";
        for (String launch : new String[] {
            "// threads 0 rows_per_block 1 blocks_per_row 1\n",
            "// threads 128 rows_per_block 0 blocks_per_row 1\n",
            "// threads 1025 rows_per_block 1 blocks_per_row 1\n",
            "// threads 128 rows_per_block 1 blocks_per_row 0\n",
            "// threads 128 rows_per_block 1 blocks_per_row 2000000\n",
            "// threads 99999999999 rows_per_block 1 blocks_per_row 1\n",
            ""
        }) refused(sealed(target + launch + "code"), "launch");
    }

    @Test
    void aTargetThatThereIsNotIsRefused() {
        String launch = "// threads 128 rows_per_block 4 blocks_per_row 1\n";
        for (String target : new String[] {
            "// triple nvptx64-nvidia-cuda chip gfx942 features +ptx78\n",
            "// triple nvptx64-nvidia-cuda chip sm_90 features +ptx99\n",
            "// triple sparc chip z80 features \n"
        }) refused(sealed(target + launch + "code"), "which this version compiles nothing for");
        refused(sealed("// triple sparc chip a b features \n" + launch), "does not say what it is for");
        refused(sealed("// triple x86_64-unknown-linux-gnu chip skylake features +avx2\ncode"), "for a processor");
        assertThatThrownBy(() -> CpuCode.ofBytes(CODE.toBytes(), "softmax")).hasMessageContaining("is for a GPU");
    }

    /** As someone seals it who can compute a checksum. */
    private static String sealed(String rest) {
        try {
            byte[] sum =
                    java.security.MessageDigest.getInstance("SHA-256").digest(rest.getBytes(StandardCharsets.US_ASCII));
            return "// agentopt code 1 sha256 " + java.util.HexFormat.of().formatHex(sum) + "\n" + rest;
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void refused(String text, String why) {
        assertThatThrownBy(() -> GpuCode.ofBytes(text.getBytes(StandardCharsets.US_ASCII), "softmax"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(why);
    }
}
