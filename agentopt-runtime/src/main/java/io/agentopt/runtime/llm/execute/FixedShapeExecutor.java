package io.agentopt.runtime.llm.execute;

import io.agentopt.mlir.gpu.GpuApi;
import io.agentopt.mlir.gpu.GpuException;
import io.agentopt.runtime.backend.ort.ElementType;
import io.agentopt.runtime.backend.ort.EpDevice;
import io.agentopt.runtime.backend.ort.NamedProvider;
import io.agentopt.runtime.backend.ort.OrtBinding;
import io.agentopt.runtime.backend.ort.OrtException;
import io.agentopt.runtime.backend.ort.OrtMemory;
import io.agentopt.runtime.backend.ort.OrtRunOptions;
import io.agentopt.runtime.backend.ort.OrtSession;
import io.agentopt.runtime.backend.ort.OrtTensor;
import io.agentopt.runtime.backend.ort.SessionDevice;
import io.agentopt.runtime.backend.ort.SessionSettings;
import io.agentopt.runtime.llm.kv.DeviceKv;
import io.agentopt.runtime.llm.kv.HostKv;
import io.agentopt.runtime.llm.kv.HostTensors;
import io.agentopt.runtime.llm.kv.KvBlock;
import io.agentopt.runtime.llm.kv.KvRows;
import io.agentopt.runtime.llm.kv.KvShape;
import io.agentopt.runtime.llm.pack.ModelPack;
import io.agentopt.runtime.llm.pack.ModelPackException;
import io.agentopt.runtime.llm.pack.PackSession;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A GroupQueryAttention decoder on a provider that makes a program for each set of input shapes and keeps one a session: AMD's
 * MIGraphX. So there are few shapes, each has a session of its own, and all programs are made when the executor opens, which may
 * take minutes: a decode always covers the whole table of rows, and a prompt has one of two widths, a quarter of the capacity or
 * all of it, filled up behind its end.
 *
 * <p>Such a provider writes a run of several tokens to the start of its row, whatever the row holds. So a prompt is filled from
 * its start in one run, and what was known of it is computed again.
 *
 * <p>Caches lie in the device's memory, past and present at once, if the provider says that it has some which HIP's driver
 * gives; else in the host's, and every run takes them to the device and back. Tokens travel with each run, which is over when the
 * provider returns. Scores stay on a device that can choose of them by itself; else they travel too.
 */
public final class FixedShapeExecutor implements DecoderExecutor {
    private static final String AMD = "AMD", MIGRAPHX = "MIGraphXExecutionProvider";
    private static final String DEVICE_ID = "device_id"; // the provider's option
    private static final int AMD_VENDOR_ID = 0x1002; // PCI
    private static final int SHORT_PROMPTS = 4; // the shorter width is this part of the capacity
    private static final int WIDTH_MULTIPLE = 16; // of the shorter width, for the matrix units

    private final DecoderModel model;
    private final Optional<CudaDevice> device; // that the caches lie on
    private final Owned owned;
    private final KvRows kv;
    private final AutoCloseable kvOwner;
    private final CountsInput counts;
    private final OrtTensor ids; // as many as a step or a prompt needs
    private final RunScores scores;
    private final RowBindings steps;
    private final NavigableMap<Integer, RowBindings> prompts = new TreeMap<>(); // by width

    private FixedShapeExecutor(
            ModelPack pack,
            ModelPack.Decoder layout,
            SessionSettings settings,
            Optional<CudaDevice> device,
            int rows,
            int capacity,
            HostTensors memory,
            Owned owned) {
        this.device = device;
        this.owned = owned;
        ModelPack.Counts lengths = DecoderModel.lengths(pack, layout);
        OrtSession session = owned.add(PackSession.open(pack, settings));
        DecoderNames names = DecoderNames.check(pack, layout, session);
        model = new DecoderModel(pack, layout, lengths, lengths.lastIndex().orElseThrow(), names);
        KvShape shape = names.shape();
        DecoderNames.CacheView view;
        if (device.isPresent()) {
            CudaDevice gpu = device.get();
            DeviceKv caches = new DeviceKv(shape, rows, capacity, gpu.context(), gpu.stream(), gpu.memory());
            kv = caches;
            kvOwner = caches;
            view = caches::view;
        } else {
            HostKv caches = owned.add(new HostKv(shape, rows, capacity, memory));
            kv = caches;
            kvOwner = caches;
            view = caches::view;
        }
        counts = new CountsInput(lengths, session, rows, memory, owned);
        ids = owned.add(memory.reserve(names.ids(), Math.max(rows, capacity)));
        boolean single = names.scores() == ElementType.FLOAT32; // what the device's kernel reads
        Optional<DeviceScores> there =
                single ? device.flatMap(d -> DeviceScores.on(d, rows, vocab())) : Optional.empty();
        scores = there.isPresent() ? there.get() : new HostScores(rows, vocab(), names.scores(), memory, owned);
        steps = owned.add(new RowBindings(session, view, names));
        for (int width : widths(capacity)) {
            OrtSession own = owned.add(PackSession.open(pack, settings));
            prompts.put(width, owned.add(new RowBindings(own, view, names)));
        }
        makePrograms();
    }

    /** {@return whether a device's provider makes programs for fixed shapes: AMD's on a GPU, however it is called, or the one inside ONNX Runtime} */
    static boolean suits(SessionDevice where) {
        return switch (where) {
            case EpDevice d ->
                d.hardware() == EpDevice.Hardware.GPU && d.vendor().equals(AMD);
            case NamedProvider named -> named.provider().equals(MIGRAPHX);
        };
    }

    /**
     * Loads a model, and makes its programs.
     *
     * @param settings with the device
     * @param rows of the cache table
     * @param capacity positions of a row
     * @param memory where inputs, scores and caches on the host come from
     * @throws ModelPackException if the pack has a defect, model.json names no lengths of rows, or the provider makes no program
     * @throws OutOfMemoryError if the caches find no room
     */
    static FixedShapeExecutor open(
            ModelPack pack,
            ModelPack.Decoder layout,
            SessionSettings settings,
            SessionDevice where,
            int rows,
            int capacity,
            HostTensors memory) {
        Optional<CudaDevice> device = deviceOf(where);
        Owned owned = new Owned();
        try {
            SessionSettings there =
                    device.map(d -> onCardOf(d, where, settings)).orElse(settings);
            return new FixedShapeExecutor(pack, layout, there, device, rows, capacity, memory, owned);
        } catch (RuntimeException | Error e) {
            owned.closeAfter(e);
            device.ifPresent(d -> Closing.all(List.of(d), e)); // with the caches on it
            throw e;
        }
    }

    /** {@return the GPU that has the provider's memory; empty if that is the host's, or is no memory of HIP's} */
    private static Optional<CudaDevice> deviceOf(SessionDevice where) {
        if (!(where instanceof EpDevice gpu)) return Optional.empty();
        Optional<OrtMemory> found = OrtMemory.find(gpu);
        if (found.isEmpty()) return Optional.empty();
        try (OrtMemory memory = found.get()) {
            boolean ofHip = !memory.isHost() && memory.vendorId() == AMD_VENDOR_ID;
            return ofHip ? Optional.of(CudaDevice.of(gpu, GpuApi.HIP, memory.device())) : Optional.empty();
        }
    }

    /** {@return settings whose sessions run on the card of the caches}  The provider goes by an option, not by its device. */
    static SessionSettings onCardOf(CudaDevice device, SessionDevice where, SessionSettings settings) {
        String number = Integer.toString(device.context().device().number());
        if (!(where instanceof EpDevice gpu)
                || gpu.options().getOrDefault(DEVICE_ID, "0").equals(number)) return settings;
        return settings.on(gpu.with(Map.of(DEVICE_ID, number)));
    }

    /** {@return the widths of prompts} */
    static List<Integer> widths(int capacity) {
        int quarter = Math.ceilDiv(Math.ceilDiv(capacity, SHORT_PROMPTS), WIDTH_MULTIPLE) * WIDTH_MULTIPLE;
        return quarter < capacity ? List.of(quarter, capacity) : List.of(capacity);
    }

    // What a run leaves in the rows lies behind what they hold, which is nothing.
    private void makePrograms() {
        try (OrtRunOptions options = OrtRunOptions.create()) {
            DecodeStep step = new DecodeStep(new int[] {0}, new int[1], new int[kv.rows()]);
            makeProgram("steps of " + kv.rows() + " rows", () -> decode(step, options));
            for (int width : prompts.keySet()) {
                makeProgram("prompts of " + width + " tokens", () -> prefill(0, new int[width], 0, width, options));
            }
        }
    }

    private void makeProgram(String what, Runnable run) {
        try {
            run.run();
        } catch (OrtException e) {
            throw new ModelPackException(
                    "The provider made no program of model '" + model.pack().id() + "' for " + what + ": "
                            + e.getMessage() + " Each program holds the model's weights; there are "
                            + (1 + prompts.size())
                            + ". Open it with fewer slots or a smaller context, or run it on another device.",
                    e);
        }
    }

    @Override
    public KvRows kv() {
        return kv;
    }

    @Override
    public int vocab() {
        return model.vocab();
    }

    @Override
    public int widestStep() {
        return kv.rows();
    }

    @Override
    public boolean fillsPromptsWhole() {
        return true;
    }

    /** Fills the row from its start, also with what it holds already. */
    @Override
    public void prefill(int row, int[] tokens, int from, int to, OrtRunOptions options) {
        device.ifPresent(d -> d.check(model));
        Map.Entry<Integer, RowBindings> program = prompts.ceilingEntry(to);
        if (program == null) {
            throw new IndexOutOfBoundsException(
                    "A prompt of " + to + " tokens does not fit in a row of " + kv.capacity() + " positions.");
        }
        int width = program.getKey();
        for (int i = 0; i < width; i++) ids.set(i, i < to ? tokens[i] : 0);
        OrtBinding binding = program.getValue().rows(row, 1);
        counts.padded(binding, width, to - 1);
        try {
            scores.prompt(row, room -> run(binding, 1, width, room, options));
        } catch (RuntimeException e) {
            throw failure(e);
        }
    }

    @Override
    public void decode(DecodeStep wanted, OrtRunOptions options) {
        device.ifPresent(d -> d.check(model));
        int rows = kv.rows();
        int[] held = Arrays.copyOf(wanted.held(), rows);
        List<KvBlock> kept = new ArrayList<>();
        List<Integer> full = new ArrayList<>();
        try {
            for (int r = 0, i = 0; r < rows; r++) {
                boolean asked = i < wanted.rows().length && wanted.rows()[i] == r;
                if (!asked && held[r] == kv.capacity()) { // no room for a token that nobody reads
                    kept.add(kv.save(r, --held[r], kv.capacity()));
                    full.add(r);
                }
                ids.set(r, asked ? wanted.tokens()[i++] : 0);
            }
            OrtBinding binding = steps.rows(0, rows);
            counts.step(binding, 0, rows, held);
            try {
                scores.step(wanted.rows(), room -> run(binding, rows, 1, room, options));
            } finally {
                for (int i = 0; i < kept.size(); i++) kv.restore(kept.get(i), full.get(i), kv.capacity() - 1);
            }
        } catch (RuntimeException e) {
            throw failure(e);
        } finally {
            kept.forEach(KvBlock::close);
        }
    }

    private void run(OrtBinding binding, int batch, int width, OrtTensor room, OrtRunOptions options) {
        try (OrtTensor input = ids.view(0, batch, width)) {
            binding.bindInput(model.names().inputIds(), input);
            binding.bindOutput(model.names().logits(), room);
            device.ifPresent(d -> d.stream().synchronize()); // runs have a stream of their own: copies of caches first
            binding.run(options);
        }
    }

    private RuntimeException failure(RuntimeException e) {
        return device.isPresent() ? device.get().failure(model, e) : e;
    }

    @Override
    public MemorySegment scores(int row) {
        device.ifPresent(d -> d.check(model));
        try {
            return scores.of(row);
        } catch (GpuException e) {
            throw failure(e);
        }
    }

    @Override
    public void scores(int row, MemorySegment values) {
        scores.set(row, values);
    }

    @Override
    public int best(int row) {
        return scores.best(row);
    }

    @Override
    public void close() {
        List<AutoCloseable> all = new ArrayList<>(List.of(owned, scores, kvOwner)); // sessions and tensors first
        device.ifPresent(all::add);
        Closing.all(all);
    }
}
