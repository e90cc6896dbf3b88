package io.agentopt.examples.demo;

import io.agentopt.examples.Doctor;
import io.agentopt.examples.support.Evaluation;
import io.agentopt.examples.support.HeldOut;
import io.agentopt.examples.support.HeldOut.Question;
import io.agentopt.examples.support.Reply;
import io.agentopt.examples.support.SupportAgent;
import io.agentopt.examples.support.SupportAgent.Lengths;
import io.agentopt.graph.AgentGraph;
import io.agentopt.graph.Outline;
import io.agentopt.hardware.Fleet;
import io.agentopt.message.ToolCall;
import io.agentopt.plan.Plan;
import io.agentopt.plan.Planner;
import io.agentopt.runtime.Agent;
import io.agentopt.runtime.AgentOptions;
import io.agentopt.runtime.AgentRuntime;
import io.agentopt.runtime.calibrate.Calibrator;
import io.agentopt.runtime.calibrate.ConsoleProgress;
import io.agentopt.runtime.calibrate.DeviceCalibration;
import io.agentopt.runtime.calibrate.Refit;
import io.agentopt.runtime.device.Devices;
import io.agentopt.runtime.llm.pack.ModelPackException;
import io.agentopt.runtime.llm.pack.ModelStore;
import io.agentopt.runtime.observe.RunTrace;
import io.agentopt.workload.Percentile;
import io.agentopt.workload.Sla;
import io.agentopt.workload.Workload;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;

/** Plans the demonstration agent for this machine and for a rented fleet, lowers it, and lets it answer: {@code ./build demo}. */
public final class Demo {
    static final String LLM = "support-1";
    static final String EMBEDDER = "support-embed";
    private static final int QUESTIONS = 20;
    private static final Duration CALIBRATION = Duration.ofSeconds(20);

    private Demo() {}

    /**
     * Runs the demonstration.
     *
     * @param args the folder of model packs, {@code models} if absent
     */
    public static void main(String[] args) {
        try {
            show(args);
        } catch (ModelPackException | UncheckedIOException e) {
            System.err.println(
                    e.getMessage() + " Give ./build demo the folder of the model packs, or nothing for models/.");
            System.exit(2);
        }
    }

    private static void show(String[] args) {
        ModelStore models = ModelStore.of(Path.of(args.length > 0 ? args[0] : "models"));
        HeldOut heldOut = HeldOut.read(Path.of(args.length > 0 ? args[0] : "models", LLM, "heldout"));
        AgentGraph<String, Reply> graph =
                SupportAgent.declare(LLM, EMBEDDER, heldOut.policies(), heldOut.shop(), Lengths.DEMO);

        title("1. Devices of this machine");
        System.out.println("compiler  " + Doctor.compiler());
        System.out.print(Doctor.devices());

        title("2. The agent");
        System.out.print(Outline.of(graph));

        title("3. The plan on this machine");
        DeviceCalibration machine = Calibrator.standard()
                .budget(CALIBRATION)
                .progress(ConsoleProgress.standard())
                .calibrate(Devices.detect().getFirst(), models, List.of(LLM, EMBEDDER));
        System.out.print(machine.report());
        Plan<String, Reply> plan = Planner.minimizeCost()
                .models(models.catalog())
                .costModel(machine.costModel())
                .plan(
                        graph,
                        Workload.poisson(1),
                        Sla.endToEnd(Percentile.P95, Duration.ofSeconds(1)),
                        Fleet.of(machine.device()));
        System.out.println();
        System.out.print(plan.explain());

        title("4. The same agent with " + RentedFleet.LLM + " on rented devices");
        RentedFleet rented = new RentedFleet(heldOut, EMBEDDER, models.catalog());
        Plan<String, Reply> mixed = rented.mixed();
        System.out.print(mixed.explain());
        System.out.println();
        System.out.print(rented.comparison(mixed));

        title("5. Its loop in the agent dialect, lowered for the rented fleet");
        System.out.print(IrExcerpt.of(rented.graph(), mixed.placement()));

        title("6. Questions that the model has not seen, answered on this machine");
        RunTrace trace = new RunTrace();
        try (Agent<String, Reply> agent = AgentRuntime.load(plan, models, AgentOptions.DEFAULTS.withListener(trace))) {
            answer(
                    agent,
                    heldOut.questions()
                            .subList(0, Math.min(QUESTIONS, heldOut.questions().size())));
            title("7. Predicted against measured");
            System.out.print(agent.report());
        }
        Refit refit = Refit.of(
                trace.steps(),
                plan,
                machine.device(),
                models.catalog(),
                machine.costModel(),
                LocalDate.now(ZoneId.systemDefault()));
        System.out.println("Learning from these runs: " + refit.report() + ".");
    }

    private static void answer(Agent<String, Reply> agent, List<Question> questions) {
        Evaluation evaluation = new Evaluation();
        for (Question question : questions) {
            Reply reply = agent.run(question.text());
            evaluation.add(question, reply);
            boolean right = question.rightCalls(reply) && question.rightAnswer(reply);
            System.out.println((right ? "  ok    " : "  wrong ") + question.text());
            for (ToolCall call : reply.calls())
                System.out.println("          calls " + call.name() + " " + call.arguments());
            System.out.println("          " + reply.text());
        }
        System.out.println("  " + evaluation);
    }

    private static void title(String text) {
        System.out.println();
        System.out.println(text);
        System.out.println("-".repeat(text.length()));
    }
}
