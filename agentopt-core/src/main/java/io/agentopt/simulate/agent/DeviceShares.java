package io.agentopt.simulate.agent;

import java.util.Arrays;

/**
 * Who on a class of devices gets which. A plan says how many devices a class has and how busy each operator keeps them, not which device is whose.
 *
 * <p>Each tenant (the servers of a model; embeddings and searches together) gets devices of its own where that leaves nobody busier than
 * {@link #BUSIEST}: as many as one server needs, then one server more for whoever is busiest. Where devices are too few, all share all of them;
 * {@link SharedSpeeds} says how fast each then is.
 *
 * @param servers of each tenant
 * @param shared whether the devices are shared
 */
record DeviceShares(int[] servers, boolean shared) {
    static final double BUSIEST = 0.9;

    /**
     * Divides devices.
     *
     * @param devices of the class
     * @param degree devices that one server of a tenant needs
     * @param load busy devices of each tenant
     */
    static DeviceShares of(int devices, int[] degree, double[] load) {
        int[] servers = new int[degree.length];
        Arrays.fill(servers, 1);
        int left = devices - Arrays.stream(degree).sum();
        while (left >= 0) {
            int busiest = -1;
            for (int i = 0; i < degree.length; i++) {
                boolean fits = degree[i] <= left;
                if (fits && (busiest < 0 || busy(load, servers, degree, i) > busy(load, servers, degree, busiest)))
                    busiest = i;
            }
            if (busiest < 0) break;
            servers[busiest]++;
            left -= degree[busiest];
        }
        boolean enough = left >= 0;
        for (int i = 0; i < degree.length && degree.length > 1; i++)
            enough &= busy(load, servers, degree, i) <= BUSIEST;
        if (enough) return new DeviceShares(servers, false);
        for (int i = 0; i < degree.length; i++) servers[i] = Math.max(1, devices / degree[i]);
        return new DeviceShares(servers, true);
    }

    private static double busy(double[] load, int[] servers, int[] degree, int i) {
        return load[i] / ((double) servers[i] * degree[i]);
    }
}
