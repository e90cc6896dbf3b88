package io.agentopt.program;

import java.util.List;

/**
 * Steps that run together, once per activation. Steps may use slots of enclosing blocks.
 *
 * @param number unique in its program
 * @param slots size of a frame of this block
 * @param parameters slots that the activation fills
 * @param steps in an order in which each comes after what it uses
 * @param yields slots whose values leave
 */
public record Block(int number, int slots, List<Slot> parameters, List<Step> steps, List<Slot> yields) {
    public Block {
        parameters = List.copyOf(parameters);
        steps = List.copyOf(steps);
        yields = List.copyOf(yields);
    }
}
