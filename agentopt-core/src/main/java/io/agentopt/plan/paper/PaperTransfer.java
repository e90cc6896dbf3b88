package io.agentopt.plan.paper;

/**
 * What moving data between two tasks takes when they are on two classes. Section 3.1 has no such term, since its d_ij knows one end only;
 * the worked example has one.
 *
 * @param fromTask task that produces
 * @param toTask task that waits
 * @param fromClass class of the first
 * @param toClass class of the second
 * @param seconds that it takes
 * @param dollars that it costs
 */
public record PaperTransfer(
        String fromTask, String toTask, String fromClass, String toClass, double seconds, double dollars) {
    public PaperTransfer {
        PaperTask.amount(seconds, "time of the transfer from '" + fromTask + "' to '" + toTask + "'");
        PaperTask.amount(dollars, "price of the transfer from '" + fromTask + "' to '" + toTask + "'");
    }
}
