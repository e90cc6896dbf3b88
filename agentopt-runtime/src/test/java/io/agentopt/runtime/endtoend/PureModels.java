package io.agentopt.runtime.endtoend;

import io.agentopt.kernel.Kernels;
import io.agentopt.kernels.KernelCatalog;
import io.agentopt.message.Audio;
import io.agentopt.message.Completion;
import io.agentopt.message.Completion.Finish;
import io.agentopt.message.Embedding;
import io.agentopt.message.Passage;
import io.agentopt.message.Prompt;
import io.agentopt.message.Tensor;
import io.agentopt.message.Tensors;
import io.agentopt.program.Step;
import io.agentopt.runtime.dispatch.KernelAction;
import io.agentopt.runtime.dispatch.ModelRunner;
import io.agentopt.runtime.dispatch.StepRunner;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Models that answer from their operands alone, on every device the same, and whose KV caches know where they are and whether they are used up. */
final class PureModels implements ModelRunner {
    private static final Kernels KERNELS = Kernels.references(KernelCatalog.all());

    private static final class Cache {
        private final Prompt prompt;
        private final String device;
        private boolean consumed;

        Cache(Prompt prompt, String device) {
            this.prompt = prompt;
            this.device = device;
        }

        synchronized Prompt consumeOn(String where) {
            if (consumed) throw new IllegalStateException("the cache was consumed before");
            if (!device.equals(where)) throw new IllegalStateException("the cache is on " + device + ", not " + where);
            consumed = true;
            return prompt;
        }
    }

    @Override
    public StepRunner.Action prefill(Step.Prefill step) {
        return (in, context) -> new Cache((Prompt) in.getFirst(), step.device());
    }

    @Override
    public StepRunner.Action kvTransfer(Step.KvTransfer step) {
        return (in, context) -> new Cache(((Cache) in.getFirst()).consumeOn(step.from()), step.to());
    }

    @Override
    public StepRunner.Action decode(Step.Decode step) {
        return (in, context) -> new Completion(
                "re: " + ((Cache) in.getFirst()).consumeOn(step.device()).messages(), List.of(), 1, 1, Finish.STOP);
    }

    @Override
    public StepRunner.Action embed(Step.Embed step) {
        return (in, context) -> new Embedding(new float[] {in.getFirst().hashCode() % 100});
    }

    @Override
    public StepRunner.Action endpoint(Step.Endpoint step) {
        return (in, context) ->
                new Completion("re: " + ((Prompt) in.getFirst()).messages(), List.of(), 1, 1, Finish.STOP);
    }

    @Override
    public StepRunner.Action rerank(Step.Rerank step) {
        return (in, context) -> ((List<?>) in.get(1))
                .stream()
                        .sorted(Comparator.comparingInt(p -> (in.getFirst() + p.toString()).hashCode()))
                        .limit(step.k())
                        .toList();
    }

    @Override
    public StepRunner.Action transcribe(Step.Transcribe step) {
        return (in, context) -> step.language() + " " + in.getFirst().hashCode();
    }

    @Override
    public StepRunner.Action synthesize(Step.Synthesize step) {
        return (in, context) ->
                new Audio(new float[] {(in.getFirst().hashCode() ^ step.voice().hashCode()) % 1000}, 8000);
    }

    @Override
    public StepRunner.Action infer(Step.Infer step) {
        return (in, context) -> {
            Map<String, Tensor> out = new TreeMap<>();
            for (String name : step.outputs())
                out.put(name, Tensor.of(new int[] {31 * in.hashCode() + name.hashCode()}));
            return out.size() == 1 ? out.values().iterator().next() : new Tensors(out);
        };
    }

    @Override
    public StepRunner.Action kernel(Step.Kernel step) {
        return KernelAction.of(step, KERNELS);
    }

    @Override
    public StepRunner.Action custom(Step.Custom step) {
        return (in, context) -> in.hashCode();
    }

    @Override
    public StepRunner.Action search(Step.Search step) {
        return (in, context) -> List.of(
                Passage.of("x", "x".repeat(Math.abs((int) ((Embedding) in.getFirst()).values()[0]) % 9)),
                Passage.of("y", "yy"));
    }
}
