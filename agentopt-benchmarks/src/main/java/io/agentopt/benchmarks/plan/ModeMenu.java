package io.agentopt.benchmarks.plan;

import io.agentopt.plan.problem.Mode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * The modes of one operator by a plain roofline: compute-bound prefill and encoders, bandwidth-bound decode whose step is shared by a batch,
 * hosts that are fast everywhere. Tensor parallelism costs efficiency; 8 bits halve the weights where the device has the units.
 *
 * @param market the device kinds, class by class
 * @param random draws efficiencies and which modes are offered
 * @param most modes of one operator
 */
record ModeMenu(List<Market> market, RandomGenerator random, int most) {
    private static final int[] DEGREES = {1, 2, 4, 8};
    private static final int[] BATCHES = {1, 4, 8, 16, 32};
    private static final double STEP_OVERHEAD_SECONDS = 2e-3;
    private static final double DECODE_EFFICIENCY = 0.65;

    /**
     * The modes at one request per second. Loads and KV memory grow with the rate; {@link Sketch} scales them.
     *
     * @param repeat visits one after another (they take time and load)
     * @param wide branches side by side, aggregated into one operator (they take load only)
     */
    List<Mode> modes(Work work, double repeat, double wide) {
        List<List<Mode>> byClass = new ArrayList<>();
        for (int h = 0; h < market.size(); h++) {
            double quality = 0.85 + 0.3 * random.nextDouble();
            List<Mode> here = new ArrayList<>();
            switch (work) {
                case Work.Prefill w -> prefill(here, h, w, quality, repeat, wide);
                case Work.Decode w -> decode(here, h, w, quality, repeat, wide);
                case Work.Encode w -> encode(here, h, w, quality, repeat, wide);
                case Work.Host w -> host(here, h, w, quality, repeat, wide);
                case Work.Mixed w -> mixed(here, h, w, repeat, wide);
            }
            byClass.add(here);
        }
        return pick(byClass);
    }

    /** One mode of every class that has any, then more at random until the most are reached. */
    private List<Mode> pick(List<List<Mode>> byClass) {
        List<Mode> picked = new ArrayList<>();
        List<Mode> rest = new ArrayList<>();
        for (List<Mode> here : byClass) {
            if (!here.isEmpty()) picked.add(here.remove(random.nextInt(here.size())));
            rest.addAll(here);
        }
        while (picked.size() < most && !rest.isEmpty()) picked.add(rest.remove(random.nextInt(rest.size())));
        return picked;
    }

    private void prefill(List<Mode> out, int h, Work.Prefill w, double quality, double repeat, double wide) {
        Market m = market.get(h);
        if (m.endpoint()) {
            double dollars = w.tokens() * (0.05e-6 + 0.012e-6 * w.billions()) * repeat * wide;
            out.add(Mode.hosted(h, "endpoint", repeat * (0.25 + w.tokens() / 30_000), dollars));
            return;
        }
        forWeights(out, m, w.billions(), (degree, bits) -> {
            double speed = m.flops() * (bits == 8 ? m.eightBit() : 1) * 0.5 * quality * Math.pow(degree, 0.85);
            double seconds = 4e-3 + 2e9 * w.billions() * w.tokens() / speed;
            double kv = seconds * repeat * wide * w.tokens() * Work.kvBytesPerToken(w.billions());
            return rented(
                            h,
                            "tp=%d %d-bit".formatted(degree, bits),
                            seconds * repeat,
                            seconds * degree * repeat * wide,
                            kv)
                    .sharing(group(w.model(), bits), weights(w.billions(), bits))
                    .onDevices(degree);
        });
    }

    private void decode(List<Mode> out, int h, Work.Decode w, double quality, double repeat, double wide) {
        Market m = market.get(h);
        if (m.endpoint()) {
            double dollars = w.tokens() * (0.2e-6 + 0.035e-6 * w.billions()) * repeat * wide;
            out.add(Mode.hosted(h, "endpoint", repeat * w.tokens() * (0.006 + 1.2e-4 * w.billions()), dollars));
            return;
        }
        double kvPerToken = Work.kvBytesPerToken(w.billions());
        for (int batch : BATCHES) {
            forWeights(out, m, w.billions(), (degree, bits) -> {
                double bytes = weights(w.billions(), bits) + batch * (w.context() + w.tokens() / 2) * kvPerToken;
                double read = bytes / (m.bytesPerSecond() * DECODE_EFFICIENCY * quality * Math.pow(degree, 0.85));
                double compute = batch * 2e9 * w.billions() / (m.flops() * 0.4 * degree);
                double step = STEP_OVERHEAD_SECONDS + Math.max(read, compute);
                double seconds = w.tokens() * step;
                double kv = seconds * repeat * wide * (w.context() + w.tokens() / 2) * kvPerToken;
                return rented(
                                h,
                                "tp=%d %d-bit batch=%d".formatted(degree, bits, batch),
                                seconds * repeat,
                                seconds * degree / batch * repeat * wide,
                                kv)
                        .sharing(group(w.model(), bits), weights(w.billions(), bits))
                        .onDevices(degree);
            });
        }
    }

    private void encode(List<Mode> out, int h, Work.Encode w, double quality, double repeat, double wide) {
        Market m = market.get(h);
        if (m.endpoint()) {
            out.add(Mode.hosted(h, "endpoint", repeat * 0.06, w.tokens() * 0.02e-6 * repeat * wide));
            return;
        }
        for (int batch : new int[] {1, 4, 16}) {
            double alone = 1.5e-3 + 2e9 * w.billions() * w.tokens() / (m.flops() * 0.35 * quality);
            double together = alone * Math.pow(batch, 0.4);
            out.add(rented(h, "batch=" + batch, together * repeat, together / batch * repeat * wide, 2e8 * batch)
                    .sharing(group(w.model(), 16), weights(w.billions(), 16)));
        }
    }

    private void host(List<Mode> out, int h, Work.Host w, double quality, double repeat, double wide) {
        Market m = market.get(h);
        if (m.endpoint()) return;
        double seconds = w.seconds() * (m.cpu() ? 1 : 1.1) * quality;
        // An accelerator comes with fewer cores, so that the same work takes more of a device.
        double share = m.cpu() ? 1.0 / 32 : 1.0 / 12;
        out.add(rented(h, "1 core", seconds * repeat, seconds * share * repeat * wide, 3e8));
        out.add(rented(h, "4 cores", seconds * 0.4 * repeat, seconds * 0.4 * 4 * share * repeat * wide, 4e8));
    }

    private void mixed(List<Mode> out, int h, Work.Mixed w, double repeat, double wide) {
        Market m = market.get(h);
        double suits = Math.exp(0.35 * random.nextGaussian());
        if (m.endpoint()) {
            if (w.group() >= 0)
                out.add(Mode.hosted(
                        h,
                        "endpoint",
                        repeat * (0.05 + w.seconds() / 1.5),
                        w.seconds() * 6e-4 * suits * repeat * wide));
            return;
        }
        double speed = suits * Math.pow(m.dollarsPerHour() / 2.5, 1.1);
        for (int degree : DEGREES) {
            for (int batch : BATCHES) {
                double alone = w.seconds() / speed / Math.pow(degree, 0.8);
                double seconds = alone * Math.pow(batch, 0.25);
                double load = alone * degree / Math.pow(batch, 0.6);
                Mode mode = rented(
                                h,
                                "tp=%d batch=%d".formatted(degree, batch),
                                seconds * repeat,
                                load * repeat * wide,
                                seconds * batch * 2e9 * random.nextDouble())
                        .onDevices(degree);
                boolean fits = w.groupBytes() <= degree * m.memoryBytes();
                if (fits) out.add(w.group() < 0 ? mode : mode.sharing(w.group(), (long) w.groupBytes()));
            }
        }
    }

    /** A mode by tensor-parallel degree and bits of a weight. */
    private interface ByShape {
        Mode mode(int degree, int bits);
    }

    private static void forWeights(List<Mode> out, Market m, double billions, ByShape shape) {
        if (m.cpu() && billions > 4) return;
        for (int bits : new int[] {16, 8}) {
            if (bits == 8 && m.eightBit() == 1) continue;
            for (int degree : DEGREES) {
                if (m.cpu() && degree > 1) continue;
                if (weights(billions, bits) <= 0.85 * degree * m.memoryBytes()) out.add(shape.mode(degree, bits));
            }
        }
    }

    private static Mode rented(int h, String label, double seconds, double load, double memoryBytes) {
        return Mode.rented(h, label.toLowerCase(Locale.ROOT), seconds, load, (long) memoryBytes);
    }

    private static int group(int model, int bits) {
        return 2 * model + (bits == 8 ? 1 : 0);
    }

    private static long weights(double billions, int bits) {
        return (long) (billions * 1e9 * bits / 8);
    }
}
