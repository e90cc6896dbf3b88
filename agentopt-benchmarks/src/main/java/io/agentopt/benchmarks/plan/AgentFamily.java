package io.agentopt.benchmarks.plan;

import io.agentopt.plan.problem.Mode;
import io.agentopt.plan.problem.PlacementProblem;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Seeded families of placement problems shaped like agents, 8 to 60 operators, 3 to 8 device classes. Fan-out over identical branches is one
 * operator with the load of all of them, as the planner aggregates it.
 */
enum AgentFamily {
    /** Retrieval before generation: 8 to 14 operators. */
    RAG {
        @Override
        void draw(Sketch s) {
            double billions = model(s.random);
            double context = 1500 + s.random.nextInt(6000);
            int embed = s.add("embed", new Work.Encode(0, 0.4, 40));
            int[] stores = new int[1 + s.random.nextInt(4)];
            int rerank = s.add("rerank", new Work.Encode(1, 0.6, 400), 1, 20);
            for (int k = 0; k < stores.length; k++) {
                stores[k] = s.add("search" + k, new Work.Host(0.02 + 0.08 * s.random.nextDouble()));
                s.flow(8e3, embed, stores[k]);
                s.flow(5e5, stores[k], rerank);
            }
            int prompt = s.add("prompt", new Work.Host(0.002));
            s.flow(5e5, rerank, prompt);
            int answer = llm(s, "answer", 2, billions, context, 200 + s.random.nextInt(500), 1, prompt);
            int guard = llm(s, "guard", 3, 8, 800, 12, 1, answer);
            int format = s.add("format", new Work.Host(0.003));
            s.flow(4e3, guard, format);
        }
    },

    /** Speech in, speech out, with tools in between: 14 to 20 operators. */
    VOICE {
        @Override
        void draw(Sketch s) {
            int vad = s.add("vad", new Work.Host(0.01));
            int hear = s.add("transcribe", new Work.Encode(0, 1.5, 1500));
            s.flow(2e6, vad, hear);
            int prompt = s.add("prompt", new Work.Host(0.002));
            for (int k = 0; k < 3 + s.random.nextInt(3); k++) {
                int context = s.add("context" + k, new Work.Host(0.01 + 0.1 * s.random.nextDouble()));
                s.flow(1e4, hear, context, prompt);
            }
            int decide = llm(s, "decide", 1, 8, 1500, 40, 1, prompt);
            int join = s.add("join", new Work.Host(0.002));
            for (int k = 0; k < 2 + s.random.nextInt(3); k++) {
                int tool = s.add("tool" + k, new Work.Host(0.05 + 0.2 * s.random.nextDouble()));
                s.flow(1e4, decide, tool, join);
            }
            int reply = llm(s, "reply", 2, model(s.random), 2500, 80 + s.random.nextInt(120), 1, join);
            int speak = s.add("synthesize", new Work.Encode(3, 0.9, 2000));
            int send = s.add("send", new Work.Host(0.003));
            s.flow(3e3, reply, speak);
            s.flow(2e6, speak, send);
        }
    },

    /** Thought, tool, observation, again: 21 to 59 operators. */
    REACT {
        @Override
        void draw(Sketch s) {
            double billions = model(s.random);
            int turns = 5 + s.random.nextInt(10);
            int last = s.add("question", new Work.Host(0.002));
            for (int t = 0; t < turns; t++) {
                double seen = 0.9 * Math.pow(0.9, t); // later turns are reached less often
                int thought = llm(s, "think" + t, 0, billions, 1000 + 700 * t, 60 + s.random.nextInt(80), seen, last);
                int tool = s.add("tool" + t, new Work.Host(0.03 + 0.4 * s.random.nextDouble()), 1, seen);
                s.flow(2e4, thought, tool);
                last = tool;
                if (t % 4 == 1) {
                    int check = s.add("embed" + t, new Work.Encode(1, 0.4, 300), 1, seen);
                    s.flow(2e4, tool, check);
                    last = check;
                }
            }
        }
    },

    /** Several models answer, a judge weighs, several rounds: 15 to 55 operators. */
    DEBATE {
        @Override
        void draw(Sketch s) {
            int debaters = 2 + s.random.nextInt(4);
            int rounds = 2 + s.random.nextInt(debaters > 3 ? 2 : 4);
            double[] billions = new double[debaters];
            for (int d = 0; d < debaters; d++) billions[d] = model(s.random);
            int last = s.add("question", new Work.Host(0.002));
            for (int r = 0; r < rounds; r++) {
                int[] answers = new int[debaters];
                for (int d = 0; d < debaters; d++) {
                    double tokens = 150 + s.random.nextInt(250);
                    answers[d] = llm(s, "debater" + r + "." + d, d, billions[d], 700 + 900 * r, tokens, 1, last);
                }
                last = llm(s, "judge" + r, debaters, 70, 400.0 * debaters + 700, 120, 1, answers);
            }
        }
    },

    /** A document split, mapped on many branches of a few kinds, reduced: 14 to 44 operators. */
    MAP_REDUCE {
        @Override
        void draw(Sketch s) {
            int kinds = 2 + s.random.nextInt(7);
            int split = s.add("split", new Work.Host(0.05));
            int[] parts = new int[kinds];
            for (int k = 0; k < kinds; k++) {
                int wide = 1 + s.random.nextInt(30);
                int fetch = s.add("fetch" + k, new Work.Host(0.05 + 0.1 * s.random.nextDouble()), 1, wide);
                s.flow(2e6, split, fetch);
                int map = llm(s, "map" + k, k % 3, k % 3 == 0 ? 8 : 14, 1500, 80 + s.random.nextInt(200), wide, fetch);
                parts[k] = s.add("check" + k, new Work.Encode(5, 0.6, 500), 1, wide);
                s.flow(5e3, map, parts[k]);
            }
            llm(s, "reduce", 4, model(s.random), 3000, 300 + s.random.nextInt(400), 1, parts);
        }
    },

    /** Random layers of mixed operators: 20 to 60. */
    LAYERED {
        @Override
        void draw(Sketch s) {
            layers(s, 20 + s.random.nextInt(41), 1e6);
        }
    },

    /** The same with transfers as heavy as the work: 15 to 50. */
    TRANSFER_HEAVY {
        @Override
        void draw(Sketch s) {
            layers(s, 15 + s.random.nextInt(36), 4e8);
        }
    };

    /** Adds operators and edges. */
    abstract void draw(Sketch sketch);

    /** {@return the problem of a seed} */
    PlacementProblem problem(long seed) {
        SplittableRandom shape =
                new SplittableRandom(seed * 31 + List.of(values()).indexOf(this));
        int classes = 3 + shape.nextInt(6);
        int modes = classes + 3 + shape.nextInt(6);
        Sketch sketch = new Sketch(shape.nextLong(), classes, modes, this == TRANSFER_HEAVY ? 0.4 : 1);
        draw(sketch);
        String name = name().toLowerCase(Locale.ROOT).replace('_', '-') + "-" + sketch.size() + "-" + seed;
        return sketch.problem(name, Limits.draw(sketch.random));
    }

    /** {@return a layered problem of {@code operators} x {@code modes} over eight classes} */
    static PlacementProblem large(int operators, int modes, long seed) {
        Sketch sketch = new Sketch(seed, 8, modes, 1);
        layers(sketch, operators, 1e6);
        return sketch.problem(
                "layered-" + operators + "x" + modes + "-" + seed, new Limits(2.0 * operators, 0.3, false));
    }

    private static double model(SplittableRandom random) {
        return new double[] {8, 14, 32, 70}[random.nextInt(4)];
    }

    /** Prefill and decode after {@code before}; {@return the decode} */
    private static int llm(
            Sketch s,
            String name,
            int model,
            double billions,
            double context,
            double tokens,
            double wide,
            int... before) {
        int prefill = s.add(name + ".prefill", new Work.Prefill(10 + model, billions, context), 1, wide);
        int decode = s.add(name + ".decode", new Work.Decode(10 + model, billions, tokens, context), 1, wide);
        for (int each : before) s.flow(1e4, each, prefill);
        s.kv(prefill, decode, context, billions);
        if (s.firstToken().isEmpty() && name.matches("answer|reply")) s.firstToken(prefill);
        return decode;
    }

    private static void layers(Sketch s, int n, double bytes) {
        int width = Math.max(2, (int) Math.sqrt(n));
        for (int i = 0; i < n; i++) {
            boolean shares = s.random.nextInt(4) == 0;
            int group = shares ? s.random.nextInt(6) : -1;
            double seconds = 0.1 * Math.exp(0.9 * s.random.nextGaussian());
            List<Mode> modes = s.modes(new Work.Mixed(seconds, group, shares ? 6e9 * (1 + group) : 0), 1, 1);
            s.add("op" + i, modes);
            int layer = i / width;
            boolean joined = layer == 0;
            for (int k = Math.max(0, (layer - 1) * width); k < layer * width; k++) {
                if (s.random.nextInt(width) < 2 || (!joined && k == layer * width - 1)) {
                    s.flow(bytes * Math.exp(s.random.nextGaussian()), k, i);
                    joined = true;
                }
            }
        }
    }
}
