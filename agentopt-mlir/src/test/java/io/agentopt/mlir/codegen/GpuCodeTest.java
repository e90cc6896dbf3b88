package io.agentopt.mlir.codegen;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class GpuCodeTest {
    private static final byte[] IMAGE = {0x7f, 'E', 'L', 'F', 0, (byte) 0xff, '\n'};

    @Test
    void aFileHoldsTheImageAndItsLaunch() {
        GpuCode back = GpuCode.ofBytes(new GpuCode(IMAGE, 1024, 1, 4).toBytes(), "k");
        assertThat(back.image()).isEqualTo(IMAGE);
        assertThat(back.threads()).isEqualTo(1024);
        assertThat(back.rowsPerBlock()).isEqualTo(1);
        assertThat(back.blocksPerRow()).isEqualTo(4);
    }

    @Test
    void blocksCoverTheRowsAndStayInTheGrid() {
        GpuCode code = new GpuCode(IMAGE, 128, 4, 1);
        assertThat(code.blocks(1)).isEqualTo(1);
        assertThat(code.blocks(4)).isEqualTo(1);
        assertThat(code.blocks(5)).isEqualTo(2);
        assertThat(new GpuCode(IMAGE, 256, 1, 4).blocks(3)).isEqualTo(12);
        assertThat(new GpuCode(IMAGE, 256, 1, 8).blocks(Long.MAX_VALUE) % 8).isZero();
        assertThat((long) code.blocks(Long.MAX_VALUE) * 128).isPositive().isLessThanOrEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void aFileWithoutItsLaunchIsRefused() {
        for (String text : new String[] {"", ".version 7.8", "// threads 128", "// threads 128 rows_per_block 4\n"}) {
            assertThatThrownBy(() -> GpuCode.ofBytes(text.getBytes(StandardCharsets.US_ASCII), "softmax"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'softmax' does not begin with how to launch it");
        }
    }

    /** No rows a block once divided by zero. */
    @Test
    void aLaunchThatNoBlockHasIsRefused() {
        for (String launch : new String[] {
            "// threads 0 rows_per_block 1 blocks_per_row 1\n",
            "// threads 128 rows_per_block 0 blocks_per_row 1\n",
            "// threads 1025 rows_per_block 1 blocks_per_row 1\n",
            "// threads 128 rows_per_block 1 blocks_per_row 0\n",
            "// threads 128 rows_per_block 1 blocks_per_row 2000000\n",
            "// threads 99999999999 rows_per_block 1 blocks_per_row 1\n"
        }) {
            assertThatThrownBy(() -> GpuCode.ofBytes(launch.getBytes(StandardCharsets.US_ASCII), "softmax"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("launch");
        }
    }
}
