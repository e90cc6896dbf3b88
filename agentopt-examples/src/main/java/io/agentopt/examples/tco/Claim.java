package io.agentopt.examples.tco;

/** A sentence of the paper that numbers can test. */
interface Claim {
    /** {@return what the study says about it} */
    Verdict judge(Study study);
}
