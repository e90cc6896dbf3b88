package io.agentopt.mlir.pass;

import java.util.ArrayList;
import java.util.List;

/** Splits {@code canonicalize{max-iterations=2},agent.graph(cse,licm)} at its outer commas, so that each pass can be observed. */
final class PassNames {
    private PassNames() {}

    static List<String> split(String passes) {
        List<String> names = new ArrayList<>();
        int depth = 0;
        int start = 0;
        for (int i = 0; i <= passes.length(); i++) {
            char c = i < passes.length() ? passes.charAt(i) : ',';
            if (c == '(' || c == '{') depth++;
            if (c == ')' || c == '}') depth--;
            if (depth < 0 || (i == passes.length() && depth != 0)) {
                throw new IllegalArgumentException("The brackets of the pass pipeline '" + passes + "' do not match.");
            }
            if (c != ',' || depth > 0) continue;
            String name = passes.substring(start, i).strip();
            if (name.isEmpty())
                throw new IllegalArgumentException(
                        "The pass pipeline '" + passes + "' lacks a pass at character " + i + ".");
            names.add(name);
            start = i + 1;
        }
        return names;
    }
}
