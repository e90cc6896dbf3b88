package io.agentopt.runtime.llm;

import io.agentopt.runtime.llm.sample.LogProbs;
import java.util.Optional;

/**
 * A token of an answer.
 *
 * @param index from 0
 * @param id of the token, the stop token included
 * @param text that this token settles; the texts of all tokens make the answer
 * @param logProbs if they were asked for
 */
public record GeneratedToken(int index, int id, String text, Optional<LogProbs> logProbs) {}
