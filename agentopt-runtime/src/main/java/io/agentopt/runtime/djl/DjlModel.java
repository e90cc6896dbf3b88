package io.agentopt.runtime.djl;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDManager;
import ai.djl.repository.zoo.Criteria;
import ai.djl.repository.zoo.ModelNotFoundException;
import ai.djl.repository.zoo.ZooModel;
import io.agentopt.internal.Uninterruptibly;
import io.agentopt.runtime.text.DjlDefaults;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * A model of any DJL engine, for any number of threads. Predictors of DJL serve one thread at a time and run native code, so each has a platform thread here and
 * callers await it. A caller that is interrupted returns at once; a prediction that has begun then ends unheard, since DJL cannot stop it.
 *
 * @param <I> what predictors take
 * @param <O> what they give
 */
public final class DjlModel<I, O> implements AutoCloseable {
    private final String name;
    private final Model model;
    private final List<Predictor<I, O>> predictors;
    private final BlockingQueue<Predictor<I, O>> idle;
    private final ExecutorService threads;
    private final AtomicBoolean closed = new AtomicBoolean();

    private DjlModel(Model model, List<Predictor<I, O>> predictors) {
        this.model = model;
        name = model.getName();
        this.predictors = List.copyOf(predictors);
        idle = new ArrayBlockingQueue<>(predictors.size(), false, predictors);
        threads = Executors.newFixedThreadPool(
                predictors.size(),
                Thread.ofPlatform()
                        .daemon()
                        .name("agentopt-djl-" + name + "-", 0)
                        .factory());
    }

    /**
     * Loads a model, with downloads and reports of DJL off unless the user turned them on ({@link DjlDefaults}).
     *
     * @param criteria what to load; asked for after those settings are made, so make them in there
     * @param predictors that may run at once, at least 1
     * @throws IllegalArgumentException if it cannot be loaded
     */
    public static <I, O> DjlModel<I, O> open(Supplier<Criteria<I, O>> criteria, int predictors) {
        DjlDefaults.apply();
        try {
            return of(criteria.get().loadModel(), predictors);
        } catch (IOException | ModelNotFoundException | MalformedModelException e) {
            throw new IllegalArgumentException(
                    "The DJL model cannot be loaded: " + e.getMessage()
                            + ". Check its path, its engine's library on the class path, and that nothing must be downloaded; DJL goes to the network"
                            + " only with -Dai.djl.offline=false.",
                    e);
        }
    }

    /**
     * {@return a model that is loaded already, closed with this}
     *
     * @param predictors that may run at once, at least 1
     */
    public static <I, O> DjlModel<I, O> of(ZooModel<I, O> model, int predictors) {
        if (predictors < 1)
            throw new IllegalArgumentException(
                    "The predictors (" + predictors + ") of model '" + model.getName() + "' must be at least 1.");
        List<Predictor<I, O>> made = new ArrayList<>();
        try {
            for (int i = 0; i < predictors; i++) made.add(model.newPredictor());
        } catch (RuntimeException e) {
            made.forEach(Predictor::close);
            throw e;
        }
        return new DjlModel<>(model, made);
    }

    /** {@return a model by the one predictor that was made of it; both are closed with this} */
    public static <I, O> DjlModel<I, O> of(Model model, Predictor<I, O> predictor) {
        return new DjlModel<>(model, List.of(predictor));
    }

    /** {@return the model's name} */
    public String name() {
        return name;
    }

    /** {@return what the model makes of an input; errors as in {@link #predict(List)}} */
    public O predict(I input) throws InterruptedException {
        return use(p -> p.predict(input));
    }

    /**
     * {@return what the model makes of inputs that run together}
     *
     * @throws IllegalStateException if it fails, or this is closed; the message names the model
     */
    public List<O> predict(List<I> inputs) throws InterruptedException {
        List<O> outputs = use(p -> p.batchPredict(inputs));
        if (outputs.size() != inputs.size())
            throw new IllegalStateException("The model '" + name + "' gave " + outputs.size() + " answers to "
                    + inputs.size() + " inputs. Its translator cannot run batches.");
        return outputs;
    }

    /** A use of a predictor, on a thread that it has for itself. */
    @FunctionalInterface
    interface Use<I, O, T> {
        T with(Predictor<I, O> predictor) throws Exception;
    }

    <T> T use(Use<I, O, T> use) throws InterruptedException {
        Future<T> future;
        try {
            future = threads.submit(() -> {
                Predictor<I, O> mine = idle.take(); // there is one for each thread
                try {
                    return use.with(mine);
                } finally {
                    idle.add(mine);
                }
            });
        } catch (RejectedExecutionException e) {
            throw new IllegalStateException(
                    "The model '" + name + "' is closed. Close it after the agents that use it.", e);
        }
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("The model '" + name + "' of DJL failed: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            future.cancel(false);
            throw e;
        }
    }

    /** {@return where arrays for this model are made} */
    NDManager arrays() {
        return model.getNDManager();
    }

    /** Ends the predictions that have begun or wait, and frees the model. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) return; // some engines' models close once
        threads.shutdown();
        Uninterruptibly.await(() -> {
            while (!threads.awaitTermination(1, TimeUnit.HOURS)) {}
            predictors.forEach(Predictor::close); // in here, so that engines close undisturbed by an interrupt
            model.close();
            return model;
        });
    }

    @Override
    public String toString() {
        return "DjlModel[" + name + "]";
    }
}
