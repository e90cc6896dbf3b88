package io.agentopt.simulate.agent;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * How many calls of one request come to the same servers at the same time: items of a list, and steps of a region that wait for equally many
 * before them. They are a burst, however evenly requests arrive.
 */
final class Siblings {
    private final Function<String, Object> where;
    private final Map<String, Double> together = new HashMap<>();

    private Siblings(Function<String, Object> where) {
        this.where = where;
    }

    /**
     * {@return for each call, by its path, how many come together with it, itself included}
     *
     * @param where names the servers of a call by its path; equal where they are the same
     */
    static Map<String, Double> of(Script script, Function<String, Object> where) {
        Siblings siblings = new Siblings(where);
        siblings.region(script, 1);
        return siblings.together;
    }

    private void region(Script script, double copies) {
        List<Script.Step> steps = script.steps();
        int[] level = new int[steps.size()];
        Map<List<Object>, Integer> groups = new HashMap<>();
        for (int i = 0; i < level.length; i++) {
            for (int before : steps.get(i).after()) level[i] = Math.max(level[i], level[before] + 1);
            if (steps.get(i) instanceof Script.Call c) {
                groups.merge(List.of(level[i], where.apply(c.path())), 1, Integer::sum);
            }
        }
        for (int i = 0; i < level.length; i++) {
            switch (steps.get(i)) {
                case Script.Call c ->
                    together.put(c.path(), copies * groups.getOrDefault(List.of(level[i], where.apply(c.path())), 1));
                case Script.Loop l -> region(l.body(), copies);
                case Script.When w -> {
                    region(w.then(), copies);
                    region(w.otherwise(), copies);
                }
                case Script.Each e -> region(e.body(), copies * Math.max(1, e.expected()));
                case Script.Nested n -> region(n.body(), copies);
            }
        }
    }
}
