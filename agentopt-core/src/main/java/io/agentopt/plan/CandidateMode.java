package io.agentopt.plan;

import io.agentopt.plan.problem.Mode;

/**
 * A mode of the placement problem and what a plan says about it.
 *
 * @param mode as the solver sees it
 * @param seconds one run
 * @param relativeSpread expected relative error of that
 * @param confidence source of the estimate
 */
record CandidateMode(Mode mode, double seconds, double relativeSpread, String confidence) {}
