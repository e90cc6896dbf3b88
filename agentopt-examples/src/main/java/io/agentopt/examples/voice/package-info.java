/**
 * Step 6 of 6: an agent that hears and speaks, {@link io.agentopt.examples.voice.VoiceAgent}: speech to text, a language model, text to speech, and an operator
 * of its own kind between them.
 */
@NullMarked
package io.agentopt.examples.voice;

import org.jspecify.annotations.NullMarked;
