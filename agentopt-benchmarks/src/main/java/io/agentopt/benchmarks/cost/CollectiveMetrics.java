package io.agentopt.benchmarks.cost;

import io.agentopt.benchmarks.Metric;
import io.agentopt.cost.CollectiveKind;
import io.agentopt.cost.Topology;
import io.agentopt.cost.importer.AiconfiguratorProfiles;
import io.agentopt.cost.importer.ImportedRows;
import io.agentopt.cost.importer.VidurProfiles;
import io.agentopt.cost.kernel.CollectiveForm;
import io.agentopt.cost.kernel.KernelMeasurement;
import io.agentopt.cost.kernel.KernelShape.Collective;
import io.agentopt.hardware.DeviceCatalog;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * Exchanges, other than the all-reduces of {@link AllReduceMetrics}, of message sizes that no calibration point has. Each number of devices, and each number per host, is calibrated by itself, on at most
 * 200 points.
 */
final class CollectiveMetrics implements CostMetricGroup {
    private static final int POINTS = 200;
    private static final double PCIE_4 = 31e9; // one way, as the catalog has it for devices on such a link
    private static final String NETWORK = "vidur/network/";
    private static final String TABLES = "aiconfigurator/";

    /** One metric: where its rows are, which of them count, and how the devices are joined. */
    private record Set(
            String name,
            String file,
            Function<Path, ImportedRows<KernelMeasurement<Collective>>> importer,
            Predicate<Collective> only,
            CollectiveForm form) {}

    @Override
    public String name() {
        return "Exchanges between devices: tested on all rows of a third of the message sizes; calibrated on " + POINTS
                + " points of the others for each number of devices and number per host";
    }

    @Override
    public List<Metric> run(DataFolders folders) {
        return sets().stream().flatMap(set -> run(folders, set).stream()).toList();
    }

    private static List<Set> sets() {
        DeviceCatalog devices = DeviceCatalog.packaged();
        CollectiveForm a100 = new CollectiveForm(devices.find("A100"));
        OptionalDouble scaleOut = devices.find("A100").scaleOutBytesPerSecond();
        CollectiveForm pairs = new CollectiveForm(devices.find("A100"), new Topology(2, 300e9, 4, PCIE_4, scaleOut));
        CollectiveForm a40 = new CollectiveForm(
                devices.find("A40"), Topology.uniform(8, PCIE_4, scaleOut)); // two that are no pair: 4 GB/s
        Predicate<Collective> across = s -> s.devices() > s.devicesPerHost();
        List<Set> sets = new ArrayList<>();
        String dgx = NETWORK + "a100_dgx/all_reduce.csv.gz";
        sets.add(new Set("allreduce.a100_dgx_across_hosts", dgx, VidurProfiles::allReduces, across, a100));
        sets.add(sendReceive("a100_dgx", "a100_dgx", a100));
        sets.add(sendReceive("a100_pairwise", "a100_pairwise_nvlink", pairs));
        sets.add(sendReceive("a40_pairwise", "a40_pairwise_nvlink", a40));
        tables(sets, "a100", "a100_sxm", "1.0.0", "0.14.0", a100);
        tables(sets, "h100", "h100_sxm", "1.2.0rc5", "0.19.0", new CollectiveForm(devices.find("H100")));
        return sets;
    }

    private static Set sendReceive(String name, String folder, CollectiveForm form) {
        return new Set(
                "sendrecv." + name,
                NETWORK + folder + "/send_recv.csv.gz",
                VidurProfiles::sendReceives,
                s -> true,
                form);
    }

    private static void tables(
            List<Set> sets, String name, String system, String trtllm, String vllm, CollectiveForm form) {
        String nccl = TABLES + system + "_comm_nccl_2.27.3_nccl_perf.csv.gz";
        for (CollectiveKind kind : CollectiveKind.values()) {
            if (kind == CollectiveKind.SEND_RECV) continue;
            sets.add(table("nccl_" + kind.id().replace('-', '_') + "." + name, nccl, "NCCL", kind, form));
        }
        String engine = TABLES + system + "_comm_vllm_" + vllm + "_custom_allreduce_perf.csv.gz";
        CollectiveKind sum = CollectiveKind.ALL_REDUCE;
        sets.add(table("allreduce_vllm_graph." + name, engine, "vLLM_custom_graph", sum, form));
        sets.add(table("allreduce_vllm_eager." + name, engine, "vLLM_custom_eager", sum, form));
        String other = TABLES + system + "_comm_trtllm_" + trtllm + "_custom_allreduce_perf.csv.gz";
        sets.add(table("allreduce_trtllm." + name, other, "TRTLLM", sum, form));
    }

    private static Set table(String name, String file, String kernel, CollectiveKind kind, CollectiveForm form) {
        return new Set(name, file, path -> AiconfiguratorProfiles.collectives(path, kernel, kind), s -> true, form);
    }

    private static Optional<Metric> run(DataFolders folders, Set set) {
        Optional<Path> calibrate = folders.calibrationFile(set.file), test = folders.testFile(set.file);
        if (calibrate.isEmpty() || test.isEmpty()) {
            System.out.println("  " + set.name + ": no file");
            return Optional.empty();
        }
        ImportedRows<KernelMeasurement<Collective>> seen = set.importer.apply(calibrate.get());
        ImportedRows<KernelMeasurement<Collective>> unseen =
                calibrate.equals(test) ? seen : set.importer.apply(test.get());
        KernelBench bench = new KernelBench(set.name, folders);
        unseen.rejected().forEach((reason, count) -> {
            if (!reason.startsWith("another")) bench.rejected(java.util.Map.of(reason, count));
        });
        record Group(int devices, int perHost) {}
        Function<KernelMeasurement<Collective>, Group> group =
                m -> new Group(m.shape().devices(), m.shape().devicesPerHost());
        List<Group> groups = unseen.rows().stream()
                .filter(m -> set.only.test(m.shape()))
                .map(group)
                .distinct()
                .toList();
        if (groups.isEmpty()) {
            System.out.println("  " + set.name + ": no rows");
            return Optional.empty();
        }
        for (Group g : groups) {
            List<KernelMeasurement<Collective>> points =
                    seen.rows().stream().filter(m -> group.apply(m).equals(g)).toList();
            List<KernelMeasurement<Collective>> rows =
                    unseen.rows().stream().filter(m -> group.apply(m).equals(g)).toList();
            if (!points.isEmpty()) bench.splitByShape(set.form, points, rows, POINTS);
        }
        return Optional.of(bench.metric());
    }
}
