package io.agentopt.program;

import io.agentopt.operator.Custom.Effects;
import io.agentopt.plan.granular.OperatorId;
import java.util.List;
import java.util.Optional;

/**
 * One granular operator of a program. {@code path} is the graph node that it came from, {@code device} the device class that the
 * plan chose.
 */
public sealed interface Step {
    /** {@return the path of the graph node that this step came from} */
    String path();

    /** {@return the slots that it reads directly} */
    List<Slot> operands();

    /** {@return the slot that it fills} */
    Slot result();

    /** {@return the operator of the plan that it runs; a step that runs several, as a whole LLM call, is one of its own} */
    default OperatorId operatorId() {
        return OperatorId.whole(path());
    }

    /** Asks a model, prefill and decode in one: where taking the two apart does not pay. */
    record Generate(String path, String device, String model, int maxTokens, String sampling, Slot prompt, Slot result)
            implements Step {
        @Override
        public List<Slot> operands() {
            return List.of(prompt);
        }
    }

    /** Reads the beginning of several prompts once; what it makes stays as it is, however many prefills use it. */
    record Prefix(String path, String device, String model, Slot prompt, Slot result) implements Step {
        @Override
        public List<Slot> operands() {
            return List.of(prompt);
        }
    }

    /**
     * Reads a prompt into a new KV cache.
     *
     * @param prefix what was made of the prompt's beginning, if that was read already
     */
    record Prefill(String path, String device, String model, Slot prompt, Optional<Slot> prefix, Slot result)
            implements Step {
        /** A prefill that reads the whole prompt. */
        public Prefill(String path, String device, String model, Slot prompt, Slot result) {
            this(path, device, model, prompt, Optional.empty(), result);
        }

        @Override
        public OperatorId operatorId() {
            return OperatorId.prefill(path);
        }

        @Override
        public List<Slot> operands() {
            return prefix.map(p -> List.of(prompt, p)).orElse(List.of(prompt));
        }
    }

    /** Generates from a KV cache, and consumes it. */
    record Decode(String path, String device, String model, int maxTokens, String sampling, Slot cache, Slot result)
            implements Step {
        @Override
        public OperatorId operatorId() {
            return OperatorId.decode(path);
        }

        @Override
        public List<Slot> operands() {
            return List.of(cache);
        }
    }

    /** Moves the valid positions of a KV cache to another device, and consumes the original. */
    record KvTransfer(String path, String from, String to, Slot cache, Slot result) implements Step {
        @Override
        public List<Slot> operands() {
            return List.of(cache);
        }
    }

    /** Moves any other value to another device. */
    record Transfer(String path, String from, String to, Slot value, Slot result) implements Step {
        @Override
        public List<Slot> operands() {
            return List.of(value);
        }
    }

    /** Turns a text into a vector. */
    record Embed(String path, String device, String model, Slot text, Slot result) implements Step {
        @Override
        public List<Slot> operands() {
            return List.of(text);
        }
    }

    /** Finds the passages nearest to a vector. */
    record Search(String path, String device, String index, int k, Slot query, Slot result) implements Step {
        @Override
        public List<Slot> operands() {
            return List.of(query);
        }
    }

    /** Asks a model that somebody else hosts. */
    record Endpoint(String path, String device, String model, int maxTokens, String sampling, Slot prompt, Slot result)
            implements Step {
        @Override
        public List<Slot> operands() {
            return List.of(prompt);
        }
    }

    /** Keeps the passages that a model finds nearest to a query when it reads both together. */
    record Rerank(String path, String device, String model, int k, Slot query, Slot passages, Slot result)
            implements Step {
        @Override
        public List<Slot> operands() {
            return List.of(query, passages);
        }
    }

    /** Turns speech into text. */
    record Transcribe(String path, String device, String model, Optional<String> language, Slot speech, Slot result)
            implements Step {
        @Override
        public List<Slot> operands() {
            return List.of(speech);
        }
    }

    /** Turns text into speech. */
    record Synthesize(String path, String device, String model, Optional<String> voice, Slot text, Slot result)
            implements Step {
        @Override
        public List<Slot> operands() {
            return List.of(text);
        }
    }

    /**
     * Runs a model file.
     *
     * @param inputs names of the model's inputs, one for each operand
     * @param outputs names of the outputs that are wanted: one for a tensor, more for tensors by name
     */
    record Infer(
            String path,
            String device,
            String model,
            List<String> inputs,
            List<String> outputs,
            List<Slot> operands,
            Slot result)
            implements Step {
        public Infer {
            inputs = List.copyOf(inputs);
            outputs = List.copyOf(outputs);
            operands = List.copyOf(operands);
        }
    }

    /**
     * Runs a kernel.
     *
     * @param kernel its specification, such as {@code softmax{columns=8}}
     */
    record Kernel(String path, String device, String kernel, List<Slot> operands, Slot result) implements Step {
        public Kernel {
            operands = List.copyOf(operands);
        }
    }

    /**
     * Runs an operator of the user's own kind.
     *
     * @param operator its name
     * @param effects what it does to the world
     */
    record Custom(String path, String device, String operator, Effects effects, List<Slot> operands, Slot result)
            implements Step {
        public Custom {
            operands = List.copyOf(operands);
        }
    }

    /** Calls a tool. */
    record ToolCall(String path, String device, String tool, boolean idempotent, Slot argument, Slot result)
            implements Step {
        @Override
        public List<Slot> operands() {
            return List.of(argument);
        }
    }

    /**
     * Applies a pure function.
     *
     * @param function path of the first graph node that uses the function
     */
    record Transform(String path, String device, String function, List<Slot> operands, Slot result) implements Step {
        public Transform {
            operands = List.copyOf(operands);
        }
    }

    /**
     * Applies pure functions to each other's results, as one step.
     *
     * @param body transforms; its parameters take the operands, its one yield is the result
     */
    record Fused(String path, String device, List<Slot> operands, Block body, Slot result) implements Step {
        public Fused {
            operands = List.copyOf(operands);
        }
    }

    /** Reads a memory. */
    record MemoryLoad(String path, String device, String memory, Slot key, Slot result) implements Step {
        @Override
        public List<Slot> operands() {
            return List.of(key);
        }
    }

    /** Writes a memory. */
    record MemoryStore(String path, String device, String memory, Slot key, Slot value, Slot result) implements Step {
        @Override
        public List<Slot> operands() {
            return List.of(key, value);
        }
    }

    /** Repeats a block; it yields done, result, next state. */
    record Loop(String path, int max, Slot initial, Block body, Slot result) implements Step {
        @Override
        public List<Slot> operands() {
            return List.of(initial);
        }
    }

    /** Activates one of two blocks. */
    record When(String path, Slot condition, Block then, Block otherwise, Slot result) implements Step {
        @Override
        public List<Slot> operands() {
            return List.of(condition);
        }
    }

    /** Activates a block for each item of a list, in parallel. */
    record ForEach(String path, Slot list, Block body, Slot result) implements Step {
        @Override
        public List<Slot> operands() {
            return List.of(list);
        }
    }

    /** Activates a nested graph's block. */
    record Nested(String path, Slot input, Block body, Slot result) implements Step {
        @Override
        public List<Slot> operands() {
            return List.of(input);
        }
    }
}
