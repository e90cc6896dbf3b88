package io.agentopt.mlir.ir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.agentopt.mlir.ffi.RequiresMlir;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Bytes that are no bytecode of this version. MLIR's reader sees none of them. */
@RequiresMlir
class SealedBytecodeTest {
    private final MlirContext context = MlirContext.create();
    private final byte[] good = context.parse(
                    "agent.graph @g(%in: !agent.text) -> !agent.text { agent.yield %in : !agent.text }", "g")
            .bytecode();

    @AfterEach
    void close() {
        context.close();
    }

    @Test
    void anUnchangedModuleIsRead() {
        assertThat(context.read(good, "whole").print()).contains("@g");
    }

    @Test
    void bytecodeMayBeCutOffAnywhere() {
        for (int length = 0; length < good.length; length++)
            refused(
                    Arrays.copyOf(good, length),
                    length < 4 ? "is no bytecode" : length < 40 ? "is cut off" : "is damaged");
        refused(Arrays.copyOf(good, good.length + 1), "is damaged");
    }

    @Test
    void anyBitMayBeWrong() {
        for (int bit = 0; bit < 8 * good.length; bit++) {
            byte[] flipped = good.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            refused(flipped, bit < 32 ? "is no bytecode" : bit < 64 ? "was written by version" : "is damaged");
        }
    }

    @Test
    void aNewerVersionIsNamed() {
        byte[] newer = good.clone();
        ByteBuffer.wrap(newer).putInt(4, SealedBytecode.DIALECT_VERSION + 1);
        assertThatThrownBy(() -> context.read(newer, "plan"))
                .isInstanceOf(MlirException.class)
                .hasMessage("'plan' was written by version 2 of the agent dialect; this is version 1."
                        + " Read it with the agentopt-mlir that wrote it, or lower the graph again.");
    }

    @Test
    void textAndBareBytecodeAreRefused() {
        refused("module {}".getBytes(StandardCharsets.UTF_8), "is no bytecode of the agent dialect");
        refused(Arrays.copyOfRange(good, 40, good.length), "is no bytecode of the agent dialect");
    }

    @Test
    void whatIsSealedButNoBytecodeIsRefusedByMlir() {
        refused(SealedBytecode.seal(new byte[0]), "holds no MLIR bytecode");
        refused(SealedBytecode.seal("module {}".getBytes(StandardCharsets.UTF_8)), "holds no MLIR bytecode");
        refused(SealedBytecode.seal(Arrays.copyOfRange(good, 40, 60)), "is not a valid module");
    }

    private void refused(byte[] bytes, String reason) {
        assertThatThrownBy(() -> context.read(bytes, "case"))
                .isInstanceOf(MlirException.class)
                .hasMessageStartingWith("'case' " + reason);
    }
}
