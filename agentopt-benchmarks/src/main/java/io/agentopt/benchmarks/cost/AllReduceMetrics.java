package io.agentopt.benchmarks.cost;

import io.agentopt.benchmarks.Metric;
import io.agentopt.cost.importer.VidurProfiles;
import io.agentopt.cost.kernel.CollectiveForm;
import io.agentopt.cost.kernel.KernelMeasurement;
import io.agentopt.cost.kernel.KernelShape.Collective;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** All-reduces within one host, of message sizes that no calibration point has; 200 points for each number of devices. */
final class AllReduceMetrics implements CostMetricGroup {
    private static final int POINTS = 200;
    private static final Map<String, Double> GOALS = Map.of("allreduce.a100_dgx", 7.0);

    @Override
    public String name() {
        return "All-reduce: tested on all rows of a third of the message sizes; calibrated on " + POINTS
                + " points of the others for each number of devices";
    }

    @Override
    public List<Metric> run(DataFolders folders) {
        List<Metric> metrics = new ArrayList<>();
        for (ProfileFiles.Source host : ProfileFiles.vidurHosts(folders)) {
            KernelRows<Collective> rows = KernelRows.read(host, VidurProfiles::allReduces);
            if (rows.uncalibrated()) {
                System.out.println("  allreduce." + host.label() + ": no rows of this host calibrate");
                continue;
            }
            KernelBench bench = new KernelBench("allreduce." + host.label(), folders);
            bench.rejected(rows.test().rejected());
            CollectiveForm form = new CollectiveForm(host.device());
            for (int devices : sizes(rows)) {
                List<KernelMeasurement<Collective>> points = rows.calibrate(s -> within(s, devices));
                List<KernelMeasurement<Collective>> unseen = rows.test(s -> within(s, devices));
                if (!points.isEmpty() && !unseen.isEmpty()) bench.split(form, points, unseen, rows.same(), POINTS);
            }
            bench.metric(GOALS).ifPresent(metrics::add);
        }
        return metrics;
    }

    private static Set<Integer> sizes(KernelRows<Collective> rows) {
        return rows.test().rows().stream().map(m -> m.shape().devices()).collect(Collectors.toCollection(TreeSet::new));
    }

    private static boolean within(Collective shape, int devices) {
        return shape.devices() == devices && shape.devicesPerHost() == devices;
    }
}
