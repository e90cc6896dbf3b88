package io.agentopt.runtime.dispatch;

import io.agentopt.operator.Custom.Effects;
import io.agentopt.program.Block;
import io.agentopt.program.Program;
import io.agentopt.program.Program.Origin;
import io.agentopt.program.Slot;
import io.agentopt.program.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Draws programs over integers: every kind of control step, captured values, memories, tools with and without side effects, custom operators. */
final class RandomProgram {
    private final Random random;
    private int blocks;
    private int names;

    private RandomProgram(long seed) {
        random = new Random(seed);
    }

    static Program draw(long seed) {
        RandomProgram r = new RandomProgram(seed);
        return new Program("random" + seed, r.new Body(0, List.of(), 1, true).build(1, false), Origin.DIRECT);
    }

    /** One block being drawn; {@code effects} says whether it may have any: items of a for-each may not, they have no order. */
    private final class Body {
        private final int number = blocks++;
        private final int depth;
        private final boolean effects;
        private final List<Slot> parameters = new ArrayList<>();
        private final List<Slot> visible;
        private final List<Step> steps = new ArrayList<>();
        private int slots;

        Body(int depth, List<Slot> outer, int parameterCount, boolean effects) {
            this.depth = depth;
            this.effects = effects;
            visible = new ArrayList<>(outer);
            for (int i = 0; i < parameterCount; i++) {
                Slot p = slot();
                parameters.add(p);
                visible.add(p);
            }
        }

        Block build(int yields, boolean flagFirst) {
            int count = 1 + random.nextInt(depth == 0 ? 14 : 5);
            for (int i = 0; i < count; i++) add();
            List<Slot> out = new ArrayList<>();
            if (flagFirst) out.add(transform("flag"));
            while (out.size() < yields) out.add(pick());
            return new Block(number, slots, parameters, steps, out);
        }

        private Slot slot() {
            return new Slot(number, slots++);
        }

        private Slot pick() {
            return visible.get(random.nextInt(visible.size()));
        }

        private String name(String kind) {
            return kind + "#" + names++;
        }

        private Slot transform(String kind) {
            List<Slot> operands = new ArrayList<>();
            for (int i = random.nextInt(3); i >= 0; i--) operands.add(pick());
            String name = name(kind);
            Slot result = slot();
            steps.add(new Step.Transform(name, "cpu", name, operands, result));
            return result;
        }

        private void add() {
            switch (random.nextInt(depth < 3 ? 11 : 7)) {
                case 0, 1 -> visible.add(transform("int"));
                case 2, 3 -> leaf(new Step.ToolCall(name("pure"), "cpu", "tool", true, pick(), slot()));
                case 4 -> {
                    if (random.nextBoolean())
                        leaf(new Step.ToolCall(name("tool"), "cpu", "tool", !effects, pick(), slot()));
                    else
                        leaf(new Step.Custom(
                                name("custom"),
                                "cpu",
                                "a.b",
                                effects ? Effects.OUTSIDE : Effects.IDEMPOTENT,
                                List.of(pick(), pick()),
                                slot()));
                }
                case 5 -> {
                    if (effects)
                        leaf(new Step.MemoryStore(
                                name("store"), "cpu", "m" + random.nextInt(2), pick(), pick(), slot()));
                }
                case 6 -> {
                    if (effects)
                        leaf(new Step.MemoryLoad(name("load"), "cpu", "m" + random.nextInt(2), pick(), slot()));
                }
                case 7 ->
                    leaf(new Step.Loop(
                            name("loop"), 40, pick(), inner(1, effects).build(3, true), slot()));
                case 8 -> {
                    Slot flag = transform("flag");
                    leaf(new Step.When(
                            name("when"),
                            flag,
                            inner(0, effects).build(1, false),
                            inner(0, effects).build(1, false),
                            slot()));
                }
                case 9 -> {
                    Slot list = transform("list");
                    leaf(new Step.ForEach(name("each"), list, inner(1, false).build(1, false), slot()));
                }
                case 10 -> {
                    Body body = new Body(depth + 1, List.of(), 1, effects);
                    leaf(new Step.Nested(name("nested"), pick(), body.build(1, false), slot()));
                }
                default -> throw new AssertionError();
            }
        }

        private Body inner(int parameterCount, boolean innerEffects) {
            return new Body(depth + 1, visible, parameterCount, innerEffects);
        }

        private void leaf(Step step) {
            steps.add(step);
            visible.add(step.result());
        }
    }
}
