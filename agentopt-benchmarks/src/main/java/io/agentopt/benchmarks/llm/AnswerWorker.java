package io.agentopt.benchmarks.llm;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * One library in a process of its own. Lines {@code PROMPT-TOKENS ANSWER-TOKENS SEED} are answered by
 * {@code SECONDS-TO-FIRST SECONDS-PER-TOKEN TOKEN,TOKEN...}.
 */
final class AnswerWorker {
    private AnswerWorker() {}

    /**
     * Runs as a process of its own.
     *
     * @param args ours or llama.cpp, its model, its context, its threads
     */
    public static void main(String[] args) throws IOException {
        Path model = Path.of(args[1]);
        int context = Integer.parseInt(args[2]), threads = Integer.parseInt(args[3]);
        try (Contestant contestant = args[0].equals("ours")
                        ? new OurContestant(model, threads)
                        : new LlamaCppContestant(model, context, threads);
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            ChildJvm.say("ready");
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                long[] n = Arrays.stream(line.split(" ", -1))
                        .mapToLong(Long::parseLong)
                        .toArray();
                Contestant.Answer a = contestant.answer(Requests.prompt((int) n[0], n[2]), (int) n[1]);
                ChildJvm.say(a.firstSeconds() + " " + a.stepSeconds() + " "
                        + Arrays.stream(a.tokens()).mapToObj(Integer::toString).collect(Collectors.joining(",")));
            }
        }
    }
}
