package io.agentopt.runtime.speech;

import io.agentopt.runtime.backend.ort.SessionSettings;

/**
 * How a speech engine is opened.
 *
 * @param session threads, device and other settings of its sessions
 * @param windows of one sound that are heard together, at most; fewer where memory or the model does not allow it
 */
public record SpeechSettings(SessionSettings session, int windows) {
    /** With the shapes of whisper-base a token of 4 windows together costs 0.57 of the processor time of one alone, of 8 windows 0.50. */
    public static final int DEFAULT_WINDOWS = 4;

    public SpeechSettings {
        if (windows < 1)
            throw new IllegalArgumentException("The windows (" + windows + ") of a speech engine must be at least 1.");
    }

    /** {@return settings for a session: up to {@value #DEFAULT_WINDOWS} windows together} */
    public static SpeechSettings of(SessionSettings session) {
        return new SpeechSettings(session, DEFAULT_WINDOWS);
    }

    /** {@return settings for the CPU} */
    public static SpeechSettings cpu(int threads) {
        return of(SessionSettings.cpu(threads));
    }

    /** {@return these settings with another number of windows} */
    public SpeechSettings withWindows(int most) {
        return new SpeechSettings(session, most);
    }
}
