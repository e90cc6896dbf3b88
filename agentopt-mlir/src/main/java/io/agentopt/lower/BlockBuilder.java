package io.agentopt.lower;

import io.agentopt.program.Block;
import io.agentopt.program.Slot;
import io.agentopt.program.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;

/**
 * Collects the steps of one block, and keeps track of which device holds each value, so that a use elsewhere gets a transfer.
 *
 * <p>The rule, shared with the MLIR pass {@code InsertTransfers}: a step's result is on the step's device; a parameter is where
 * the value that enters is; a use on another device takes a copy, made once a block.
 */
final class BlockBuilder {
    private final int number;
    private final IntSupplier blockNumbers;
    private final Map<Slot, String> devices;
    private final List<Slot> parameters = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();
    private final Map<Slot, Map<String, Slot>> copies = new HashMap<>();
    private int slots;

    BlockBuilder(IntSupplier blockNumbers, Map<Slot, String> devices) {
        this.number = blockNumbers.getAsInt();
        this.blockNumbers = blockNumbers;
        this.devices = devices;
    }

    BlockBuilder inner() {
        return new BlockBuilder(blockNumbers, devices);
    }

    Slot parameter(String device) {
        Slot slot = slot(device);
        parameters.add(slot);
        return slot;
    }

    /** A new slot of this block whose value will be on a device. */
    Slot slot(String device) {
        Slot slot = new Slot(number, slots++);
        devices.put(slot, device);
        return slot;
    }

    String deviceOf(Slot slot) {
        String device = devices.get(slot);
        if (device == null) throw new IllegalStateException("No device is known for slot " + slot);
        return device;
    }

    Slot add(Step step) {
        steps.add(step);
        return step.result();
    }

    /** {@return a slot with the value on a device: the slot itself, or that of a transfer} */
    Slot on(String device, Slot value, String path) {
        String from = deviceOf(value);
        if (from.equals(device)) return value;
        return copies.computeIfAbsent(value, v -> new HashMap<>())
                .computeIfAbsent(device, to -> add(new Step.Transfer(path, from, to, value, slot(to))));
    }

    Block build(List<Slot> yields) {
        return new Block(number, slots, parameters, steps, yields);
    }
}
