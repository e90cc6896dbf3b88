package io.agentopt.benchmarks.cost;

import io.agentopt.benchmarks.Metric;
import io.agentopt.cost.importer.Imported;
import io.agentopt.cost.importer.VidurProfiles;
import io.agentopt.cost.kernel.AllReduceForm;
import io.agentopt.cost.kernel.KernelMeasurement;
import io.agentopt.cost.kernel.KernelShape.AllReduce;
import io.agentopt.hardware.DeviceCatalog;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** All-reduces within one host, of message sizes that no calibration point has; 200 points for each number of devices. */
final class AllReduceMetrics implements CostMetricGroup {
    private static final int POINTS = 200;
    private static final String FILE = "vidur/network/a100_dgx/all_reduce.csv.gz";
    private static final String SET = "allreduce.a100_dgx";

    @Override
    public String name() {
        return "All-reduce: tested on all rows of a third of the message sizes; calibrated on " + POINTS
                + " points of the others for each number of devices";
    }

    @Override
    public List<Metric> run(DataFolders folders) {
        Optional<Path> calibrate = folders.calibrationFile(FILE), test = folders.testFile(FILE);
        if (calibrate.isEmpty() || test.isEmpty()) {
            System.out.println("  " + SET + ": no file");
            return List.of();
        }
        Imported<AllReduce> seen = VidurProfiles.allReduces(calibrate.get());
        Imported<AllReduce> unseen = VidurProfiles.allReduces(test.get());
        KernelBench bench = new KernelBench(SET);
        bench.rejected(unseen.rejected());
        AllReduceForm form = new AllReduceForm(DeviceCatalog.packaged().find("A100"));
        for (int devices : new int[] {2, 4, 8}) {
            List<KernelMeasurement<AllReduce>> points = within(seen, devices), rows = within(unseen, devices);
            if (!points.isEmpty() && !rows.isEmpty()) bench.splitByShape(form, points, rows, POINTS);
        }
        return List.of(bench.metric(7));
    }

    private static List<KernelMeasurement<AllReduce>> within(Imported<AllReduce> imported, int devices) {
        return imported.rows().stream()
                .filter(m -> m.shape().devices() == devices && m.shape().devicesPerHost() == devices)
                .toList();
    }
}
