package io.agentopt.runtime.speech;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.backend.ort.OrtSession;
import io.agentopt.runtime.backend.ort.OrtTensor;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The decoder over windows that were encoded together, in step: each run gives every window one token more. Keys and values of cross-attention come
 * from the first run and stay; those of the windows' own tokens are the last run's outputs and the next one's inputs, handed on without a copy.
 */
final class WindowDecoder implements AutoCloseable {
    private final SpeechSessions sessions;
    private final OrtTensor encoded;
    private final int windows;
    private final Map<String, OrtTensor> own = new HashMap<>(); // by input name
    private final Map<String, OrtTensor> cross = new HashMap<>();
    private int held; // tokens of each window

    /** @param encoded the encoder's output, which this then owns */
    WindowDecoder(SpeechSessions sessions, OrtTensor encoded, int windows) {
        this.sessions = sessions;
        this.encoded = encoded;
        this.windows = windows;
    }

    /** {@return a copy of what was encoded of some windows, in that order; the caller closes it} */
    OrtTensor encoded(List<Integer> some) {
        long[] shape = encoded.shape();
        shape[0] = some.size();
        OrtTensor copy = OrtTensor.allocate(encoded.type(), shape);
        long bytes = encoded.data().byteSize() / windows;
        for (int i = 0; i < some.size(); i++)
            MemorySegment.copy(encoded.data(), some.get(i) * bytes, copy.data(), i * bytes, bytes);
        return copy;
    }

    /** {@return tokens that each window holds} */
    int held() {
        return held;
    }

    /** {@return scores [windows, tokens, vocabulary] of a prompt, the same for every window; the caller closes them} */
    OrtTensor first(int[] prompt, OrtRunOptions options) {
        OrtSession session = sessions.first();
        Map<String, OrtTensor> inputs = new HashMap<>(Map.of(SpeechSessions.ENCODED, encoded));
        List<OrtTensor> made = new ArrayList<>();
        try {
            int[] ids = new int[windows * prompt.length];
            for (int i = 0; i < ids.length; i++) ids[i] = prompt[i % prompt.length];
            common(session, inputs, made, ids, prompt.length);
            if (sessions.merged()) {
                inputs.put(SpeechSessions.SWITCH, kept(made, flag(false)));
                for (String side : List.of("decoder", "encoder")) {
                    for (String name : sessions.past(side)) inputs.put(name, kept(made, nothing(session, name)));
                }
            }
            Map<String, OrtTensor> outputs = session.run(inputs, options);
            keep(outputs, "encoder", cross);
            keep(outputs, "decoder", own);
            held = prompt.length;
            return scores(outputs);
        } finally {
            made.forEach(OrtTensor::close);
        }
    }

    /** {@return scores [windows, 1, vocabulary] behind one more token of each window; the caller closes them} */
    OrtTensor next(int[] tokens, OrtRunOptions options) {
        OrtSession session = sessions.next();
        Map<String, OrtTensor> inputs = new HashMap<>(own);
        inputs.putAll(cross);
        if (session.inputs().containsKey(SpeechSessions.ENCODED)) inputs.put(SpeechSessions.ENCODED, encoded);
        List<OrtTensor> made = new ArrayList<>();
        try {
            common(session, inputs, made, tokens, 1);
            if (sessions.merged()) inputs.put(SpeechSessions.SWITCH, kept(made, flag(true)));
            Map<String, OrtTensor> outputs = session.run(inputs, options);
            keep(outputs, "decoder", own);
            held++;
            return scores(outputs);
        } finally {
            made.forEach(OrtTensor::close);
        }
    }

    private void common(OrtSession session, Map<String, OrtTensor> inputs, List<OrtTensor> made, int[] ids, int each) {
        OrtTensor tokens = kept(made, OrtTensor.allocate(ElementType.INT64, windows, each));
        for (int i = 0; i < ids.length; i++) tokens.data().setAtIndex(JAVA_LONG, i, ids[i]);
        inputs.put(SpeechSessions.IDS, tokens);
        if (!session.inputs().containsKey(SpeechSessions.POSITIONS)) return;
        OrtTensor positions = kept(made, OrtTensor.allocate(ElementType.INT64, each));
        long from = each == 1 && !own.isEmpty() ? held : 0;
        for (int i = 0; i < each; i++) positions.data().setAtIndex(JAVA_LONG, i, from + i);
        inputs.put(SpeechSessions.POSITIONS, positions);
    }

    private static OrtTensor kept(List<OrtTensor> made, OrtTensor tensor) {
        made.add(tensor);
        return tensor;
    }

    private static OrtTensor flag(boolean value) {
        OrtTensor flag = OrtTensor.allocate(ElementType.BOOL, 1);
        flag.data().set(JAVA_BYTE, 0, (byte) (value ? 1 : 0));
        return flag;
    }

    /** One position of zeros, which the graph without a cache does not look at; none at all some exports refuse. */
    private OrtTensor nothing(OrtSession session, String name) {
        var tower = sessions.pack().spec().decoder();
        ElementType type = Objects.requireNonNull(session.inputs().get(name)).type();
        return OrtTensor.allocate(type, windows, tower.heads(), 1, tower.headDim());
    }

    /** Takes caches out of a run's outputs, in place of the ones before. */
    private void keep(Map<String, OrtTensor> outputs, String side, Map<String, OrtTensor> into) {
        List<String> past = sessions.past(side), present = sessions.present(side);
        for (int i = 0; i < past.size(); i++) {
            OrtTensor old = into.put(past.get(i), Objects.requireNonNull(outputs.remove(present.get(i))));
            if (old != null) old.close();
        }
    }

    /** Takes the scores out of a run's outputs and frees what nobody took, such as a cached run's second copy of cross-attention. */
    private static OrtTensor scores(Map<String, OrtTensor> outputs) {
        OrtTensor scores = Objects.requireNonNull(outputs.remove(SpeechSessions.LOGITS));
        outputs.values().forEach(OrtTensor::close);
        return scores;
    }

    @Override
    public void close() {
        own.values().forEach(OrtTensor::close);
        cross.values().forEach(OrtTensor::close);
        encoded.close();
    }
}
