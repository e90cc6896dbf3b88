package io.agentopt.plan.paper;

import java.util.List;

/** One assignment of every task to a class. */
public sealed interface PaperOption {
    /** {@return the class of each task, in the order of the tasks} */
    List<String> classes();

    /**
     * An assignment that can run.
     *
     * @param dollars sum of theta c + gamma d, and of the transfers
     * @param taskSeconds t_i of each task
     * @param endToEndSeconds their sum and that of the transfers
     * @param slackSeconds sum of s_i: by how much the SLA is missed
     * @param objective dollars + lambda * slack; infinite where a hard SLA is missed
     */
    record Priced(
            List<String> classes,
            double dollars,
            List<Double> taskSeconds,
            double endToEndSeconds,
            double slackSeconds,
            double objective)
            implements PaperOption {
        public Priced {
            classes = List.copyOf(classes);
            taskSeconds = List.copyOf(taskSeconds);
        }
    }

    /** An assignment that cannot run. */
    record Refused(List<String> classes, String reason) implements PaperOption {
        public Refused {
            classes = List.copyOf(classes);
        }
    }
}
