/**
 * Step 6 of 6: the cost study of arXiv 2507.19635, section 5, as a program: what {@code ./build tco} runs. {@link
 * io.agentopt.examples.tco.TcoStudy} is the program, {@link io.agentopt.examples.tco.StageSearch} sizes one phase on one device, {@link
 * io.agentopt.examples.tco.Study} pairs the phases and prices them, {@link io.agentopt.examples.tco.Verdicts} judges the paper's sentences.
 */
@NullMarked
package io.agentopt.examples.tco;

import org.jspecify.annotations.NullMarked;
