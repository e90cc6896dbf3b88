/**
 * Step 5 of 6: speech recognition in process: a {@link io.agentopt.runtime.speech.TranscribeEngine} turns sound into text with an encoder-decoder of
 * Whisper's kind, window by window.
 */
@NullMarked
package io.agentopt.runtime.speech;

import org.jspecify.annotations.NullMarked;
