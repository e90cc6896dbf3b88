package io.agentopt.plan.queueing;

/**
 * Equal servers with one queue, first come first served (G/G/k): an embedder, a search, a tool with few connections.
 *
 * <pre>
 * a = rate * service;  rho = a / k;  z = max(1, ca2)
 * W = C(k/z, a/z) / (k - a) * service * (ca2 + cs2) / 2 * (1 + g (1 - min(1, cs2)))
 * g = min(.24, (1 - rho)(k - 1)(sqrt(4 + 5 k) - 2) / (16 rho k))
 * </pre>
 *
 * The middle is Allen and Cunneen's (Probability, Statistics and Queueing Theory, 1990). It is too small for bursts over several servers
 * (20 to 70 % at ca2 = 2, k = 16): a burst of z behaves like one customer of z servers, so servers and load are counted in bursts
 * (Hayward). The last factor is that of steady service (Cosmetatos 1975, the bound Whitt's of 1993). Exact for M/M/k and M/G/1. Range:
 * any k up to {@link ErlangC#MOST_SERVERS}, rho below 1, ca2 and cs2 checked against simulation up to 4 and 2.
 *
 * @param servers k, at least 1
 * @param arrivalsPerSecond rate, at least 0
 * @param serviceSeconds mean, s, at least 0
 * @param arrivalCv2 ca2: variance of the gaps between arrivals over their squared mean; 1 for independent arrivals
 * @param serviceCv2 cs2: the same of service times; 0 where all are equal
 */
public record MultiServerQueue(
        int servers, double arrivalsPerSecond, double serviceSeconds, double arrivalCv2, double serviceCv2) {
    private static final double MOST_STEADY = 0.24;

    public MultiServerQueue {
        Validity.inRange(servers, 1, ErlangC.MOST_SERVERS, "number of servers");
        Validity.notNegative(arrivalsPerSecond, "arrival rate");
        Validity.notNegative(serviceSeconds, "mean service time");
        Validity.notNegative(arrivalCv2, "arrival cv2");
        Validity.notNegative(serviceCv2, "service cv2");
    }

    /** {@return independent arrivals and exponential service: M/M/k} */
    public static MultiServerQueue exponential(int servers, double arrivalsPerSecond, double serviceSeconds) {
        return new MultiServerQueue(servers, arrivalsPerSecond, serviceSeconds, 1, 1);
    }

    /** {@return work over what the servers can do} */
    public double utilisation() {
        return arrivalsPerSecond * serviceSeconds / servers;
    }

    /** {@return the wait before service, on the safe side for bursts; see the class for the equation} */
    public Waiting waiting() {
        return waiting(Math.max(1, arrivalCv2), steadiness());
    }

    /** {@return the wait by Allen and Cunneen's equation alone: smaller than the truth for bursts over several servers} */
    public Waiting allenCunneen() {
        return waiting(1, 1);
    }

    private Waiting waiting(double burst, double steadiness) {
        double load = arrivalsPerSecond * serviceSeconds;
        if (load == 0) return new Waiting.Stable(0, 0, 0);
        if (load >= servers) {
            return Waiting.Saturated.of(utilisation(), servers, "A load of " + arrivalsPerSecond + " customers/s");
        }
        double waits = ErlangC.waitProbability(servers / burst, load / burst);
        double mean = waits / (servers - load) * serviceSeconds * (arrivalCv2 + serviceCv2) / 2 * steadiness;
        return new Waiting.Stable(mean, waits, utilisation());
    }

    private double steadiness() {
        double rho = utilisation();
        if (rho == 0) return 1;
        double k = servers;
        double g = Math.min(MOST_STEADY, (1 - rho) * (k - 1) * (Math.sqrt(4 + 5 * k) - 2) / (16 * rho * k));
        return 1 + Math.max(0, g) * (1 - Math.min(1, serviceCv2));
    }
}
