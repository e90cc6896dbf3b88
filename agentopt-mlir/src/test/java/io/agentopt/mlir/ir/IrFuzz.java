package io.agentopt.mlir.ir;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Gives damaged IR to a context. Each case either is refused by an {@link MlirException} or is a module that prints, optimises and survives bytecode;
 * anything else is an error, and the end of the process is one too: the case that caused it is then in one of the files. Several threads work, each in
 * contexts of its own.
 *
 * <p>By hand: {@code java -cp ... io.agentopt.mlir.ir.IrFuzz CASES FIRST_SEED}.
 */
final class IrFuzz {
    /** How many cases were valid, how many were refused, and what the slowest took and was. */
    record Outcome(int valid, int refused, long slowestMillis, long slowestSeed) {
        private Outcome and(Outcome other) {
            boolean slower = other.slowestMillis > slowestMillis;
            return new Outcome(
                    valid + other.valid,
                    refused + other.refused,
                    slower ? other.slowestMillis : slowestMillis,
                    slower ? other.slowestSeed : slowestSeed);
        }
    }

    private static final int CASES_PER_CONTEXT = 200;
    private static final int THREADS = Math.min(4, Runtime.getRuntime().availableProcessors());

    private final MappedByteBuffer current;

    private IrFuzz(MappedByteBuffer current) {
        this.current = current;
    }

    /**
     * {@return the outcome of so many cases}
     *
     * @param current where each thread keeps its case; the thread's number is added to the name
     */
    static Outcome run(int cases, long firstSeed, Path current)
            throws IOException, InterruptedException, ExecutionException {
        Files.createDirectories(current.getParent());
        try (ExecutorService threads = Executors.newFixedThreadPool(THREADS)) {
            List<Future<Outcome>> parts = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                int first = thread * CASES_PER_CONTEXT;
                Path own = current.resolveSibling(current.getFileName() + "-" + thread);
                parts.add(threads.submit(() -> part(first, cases, firstSeed, own)));
            }
            Outcome all = new Outcome(0, 0, 0, firstSeed);
            for (Future<Outcome> part : parts) all = all.and(part.get());
            return all;
        }
    }

    private static Outcome part(int first, int cases, long firstSeed, Path current) throws IOException {
        try (FileChannel file = FileChannel.open(
                current, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return new IrFuzz(file.map(FileChannel.MapMode.READ_WRITE, 0, 1 << 16)).run(first, cases, firstSeed);
        }
    }

    private Outcome run(int first, int cases, long firstSeed) {
        int valid = 0;
        int refused = 0;
        long slowest = 0;
        long slowestSeed = firstSeed;
        for (int done = first; done < cases; done += THREADS * CASES_PER_CONTEXT) {
            try (MlirContext context = MlirContext.create()) {
                byte[] bytecode = context.parse(IrCorpus.EVERY_OP, "corpus").bytecode();
                for (int i = done; i < Math.min(cases, done + CASES_PER_CONTEXT); i++) {
                    IrMutations damage = new IrMutations(firstSeed + i);
                    long start = System.nanoTime();
                    boolean good = switch (i % 8) {
                        case 0 -> isRead(context, damage.bytes(bytecode), bytecode);
                        case 1 -> isLoaded(damage.text(List.of(IrCorpus.KINDS)));
                        default -> isModule(context, damage.text(IrCorpus.agents()));
                    };
                    if (good) valid++;
                    else refused++;
                    long millis = (System.nanoTime() - start) / 1_000_000;
                    if (millis > slowest) {
                        slowest = millis;
                        slowestSeed = firstSeed + i;
                    }
                }
            }
        }
        return new Outcome(valid, refused, slowest, slowestSeed);
    }

    private boolean isModule(MlirContext context, String text) {
        note(text.getBytes(StandardCharsets.UTF_8));
        MlirModule module;
        try {
            module = context.parse(text, "case");
        } catch (MlirException e) {
            return explained(e, text);
        }
        try (module) {
            String printed = module.print();
            try (MlirModule copy = context.read(module.bytecode(), "copy")) {
                if (!copy.print().equals(printed)) throw new AssertionError("Bytecode changed the module:\n" + text);
            }
            module.run("canonicalize,cse,loop-invariant-code-motion,symbol-dce");
            return true;
        } catch (MlirException e) {
            throw new AssertionError("What was valid is so no more:\n" + text, e);
        }
    }

    private boolean isLoaded(String text) {
        note(text.getBytes(StandardCharsets.UTF_8));
        try (MlirContext context = MlirContext.create()) {
            context.load(OperatorKinds.ofIrdl(text, "kinds"));
            try (MlirModule module = context.parse(
                    "%0 = \"acme.redact\"() : () -> !agent.text  \"acme.scope\"(%0) ({}) : (!agent.text) -> ()",
                    "use")) {
                return module.print().contains("acme");
            } catch (MlirException e) {
                return !explained(e, text);
            }
        } catch (MlirException e) {
            return explained(e, text);
        }
    }

    private boolean isRead(MlirContext context, byte[] damaged, byte[] original) {
        note(damaged);
        try (MlirModule module = context.read(damaged, "case")) {
            if (!Arrays.equals(damaged, original)) throw new AssertionError("Damaged bytecode was read.");
            return module.print().contains("@every");
        } catch (MlirException e) {
            return false;
        }
    }

    /** {@return false, when a reason was given} */
    private static boolean explained(MlirException e, String text) {
        String message = String.valueOf(e.getMessage());
        if (message.endsWith("valid module.") || message.endsWith("for this context."))
            throw new AssertionError("No reason was given for refusing:\n" + text, e);
        return false;
    }

    private void note(byte[] content) {
        int length = Math.min(content.length, current.capacity() - 4);
        current.putInt(0, length);
        current.put(4, content, 0, length);
    }

    public static void main(String[] args) throws IOException, InterruptedException, ExecutionException {
        int cases = Integer.parseInt(args[0]);
        Path current = Path.of(args.length > 2 ? args[2] : "target/fuzz/current");
        System.out.println(run(cases, Long.parseLong(args[1]), current));
    }
}
