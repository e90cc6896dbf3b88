package io.agentopt.mlir.dialect;

import static io.agentopt.mlir.dialect.AgentDialect.*;

import io.agentopt.mlir.ir.Op;
import io.agentopt.mlir.ir.OpBuilder;
import io.agentopt.mlir.ir.Type;
import io.agentopt.mlir.ir.Value;

/** Creates the speech ops of the agent dialect. A language or a voice is set on the op that comes back. */
public final class SpeechOps {
    private SpeechOps() {}

    /** Speech as text. */
    public static Op transcribe(OpBuilder b, Value speech, String model, String name) {
        return b.op(TRANSCRIBE)
                .operands(speech)
                .attribute(MODEL, model)
                .results(new AgentTypes(b.context()).text())
                .name(name)
                .create();
    }

    /** Text, a completion or a token stream as speech. */
    public static Op synthesize(OpBuilder b, Value words, String model, Type speech, String name) {
        return b.op(SYNTHESIZE)
                .operands(words)
                .attribute(MODEL, model)
                .results(speech)
                .name(name)
                .create();
    }
}
