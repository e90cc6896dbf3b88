package io.agentopt.runtime.dispatch;

import io.agentopt.message.Completion;
import io.agentopt.message.Completion.Finish;
import io.agentopt.message.Embedding;
import io.agentopt.message.Passage;
import io.agentopt.message.Prompt;
import io.agentopt.program.Step;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;

/** Models without models: answers come from a function of the prompt; caches know whether they were consumed. */
public final class ScriptedModels implements ModelRunner {
    private final Function<Prompt, String> script;
    public final List<Cache> caches = Collections.synchronizedList(new ArrayList<>());

    public ScriptedModels(Function<Prompt, String> script) {
        this.script = script;
    }

    public static ScriptedModels none() {
        return new ScriptedModels(p -> {
            throw new AssertionError("no model expected");
        });
    }

    public static final class Cache implements AutoCloseable {
        public final Prompt prompt;
        public final String device;
        public volatile boolean closed;

        Cache(Prompt prompt, String device) {
            this.prompt = prompt;
            this.device = device;
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private Cache open(Prompt prompt, String device, StepContext context) {
        Cache cache = new Cache(prompt, device);
        caches.add(cache);
        context.own(cache);
        return cache;
    }

    private static Cache consume(Object value, StepContext context) {
        Cache cache = (Cache) value;
        if (cache.closed) throw new IllegalStateException("cache was consumed before");
        context.disown(cache);
        cache.close();
        return cache;
    }

    @Override
    public StepRunner.Action prefill(Step.Prefill step) {
        return (in, context) -> {
            Prompt prompt = (Prompt) in.getFirst();
            context.countTokens(prompt.messages().size(), 0);
            return open(prompt, step.device(), context);
        };
    }

    @Override
    public StepRunner.Action kvTransfer(Step.KvTransfer step) {
        return (in, context) -> open(consume(in.getFirst(), context).prompt, step.to(), context);
    }

    @Override
    public StepRunner.Action decode(Step.Decode step) {
        return (in, context) -> {
            Cache cache = consume(in.getFirst(), context);
            String text = script.apply(cache.prompt) + "@" + cache.device;
            String[] words = text.split(" ", -1);
            for (int i = 0; i < words.length; i++) context.token((i == 0 ? "" : " ") + words[i]);
            context.countTokens(0, words.length);
            return new Completion(text, List.of(), cache.prompt.messages().size(), words.length, Finish.STOP);
        };
    }

    @Override
    public StepRunner.Action embed(Step.Embed step) {
        return (in, context) -> new Embedding(new float[] {((String) in.getFirst()).length()});
    }

    @Override
    public StepRunner.Action search(Step.Search step) {
        return (in, context) -> List.of(Passage.of(step.index(), "found " + ((Embedding) in.getFirst()).values()[0]));
    }
}
