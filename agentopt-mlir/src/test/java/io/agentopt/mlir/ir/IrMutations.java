package io.agentopt.mlir.ir;

import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Seeded damage to IR: what a careless editor, a broken disk or a hostile author would do. */
final class IrMutations {
    private static final List<String> TOKENS = List.of(
            "(",
            ")",
            "{",
            "}",
            "[",
            "]",
            "<",
            ">",
            ",",
            ":",
            "=",
            "->",
            "::",
            "?",
            "*",
            "-",
            "+",
            "@",
            "%",
            "^",
            "#",
            "!",
            "%0",
            "%arg0",
            "%0#1",
            "%0:2",
            "%18446744073709551616",
            "^bb0",
            "@every",
            "@\"\"",
            "\"",
            "\"\\00\"",
            "\\",
            "\0",
            "\u00e9",
            "0",
            "-1",
            "1",
            "64",
            "2147483648",
            "9223372036854775808",
            "99999999999999999999999999999999999999",
            "0x",
            "0xFFFFFFFFFFFFFFFFFF",
            "1.0e400",
            "-0.0",
            "0x7FF8000000000000",
            "i1",
            "i0",
            "i33",
            "i1024",
            "i16777215",
            "si8",
            "f32",
            "index",
            "none",
            "unit",
            "true",
            "tensor<4xf32>",
            "tensor<*xf32>",
            "tensor<0xi1>",
            "tensor<?x9223372036854775807x4xi64>",
            "tensor<2x!agent.text>",
            "vector<4xf32>",
            "memref<?xf32>",
            "tuple<>",
            "complex<f32>",
            "!agent.text",
            "!agent.prompt",
            "!agent.audio<0>",
            "!agent.audio<-1>",
            "!agent.image",
            "!agent.embedding<0xf32>",
            "!agent.embedding<?x?x?x?x?xf32>",
            "!agent.kv_cache<\"m\">",
            "!agent.kv_cache",
            "!agent.value<\"\">",
            "!agent",
            "!pair",
            "#map",
            "#agent.sla<>",
            "#agent.estimate<seconds = 1.0>",
            "#agent.estimate<dollars = 0x7FF0000000000000>",
            "dense<1> : tensor<4xi1>",
            "dense<> : tensor<0xf32>",
            "dense<\"0x\"> : tensor<1xi8>",
            "dense<[]>",
            "sparse<0, 1> : tensor<1xi1>",
            "sparse<[[9]], 1> : tensor<1xi8>",
            "array<i1: true>",
            "array<f32>",
            "affine_map<() -> ()>",
            "affine_map<(d0) -> (d0 mod 0)>",
            "affine_map<(d0) -> (d0 floordiv -1)>",
            "affine_set<() : (0 == 0)>",
            "dense_resource<a> : tensor<1xi8>",
            "distinct[0]<1 : i8>",
            "distinct[18446744073709551615]<1 : i8>",
            "strided<[]>",
            "opaque<\"a\", \"b\"> : i1",
            "loc(unknown)",
            "loc(\"a\":0:0)",
            "loc(fused[])",
            "loc(callsite(unknown at unknown))",
            "loc(#loc1)",
            "{-#",
            "#-}",
            "module {",
            "module",
            "agent.yield",
            "agent.graph @x(%a: !agent.text) -> !agent.text {",
            "\"agent.yield\"() : () -> ()",
            "\"builtin.unrealized_conversion_cast\"(%0) : (!agent.text) -> i1",
            "\"agent.loop\"() ({}) : () -> ()",
            "\"agent.graph\"() ({^a:}) : () -> ()",
            "attributes",
            "{a = 1}",
            "{agent.retries = -1}",
            "operandSegmentSizes = array<i32: 1>",
            "<{name = 1}>",
            "<{}>",
            "on",
            "shards",
            "model",
            "irdl.any",
            "irdl.is i1",
            "irdl.base \"!agent.text\"",
            "irdl.base @acme",
            "irdl.dialect @agent {}",
            "irdl.c_pred \"x\"",
            "@acme::@ticket",
            "variadic",
            "// ",
            "\n",
            " ",
            "\t");
    private static final Pattern WORD = Pattern.compile("[%@#!^]?[\\w.$]+");
    private static final Pattern NUMBER = Pattern.compile("\\b\\d+(\\.\\d+(e[+-]\\d+)?)?\\b");

    private final Random random;

    IrMutations(long seed) {
        random = new Random(seed);
    }

    String text(List<String> corpus) {
        String text = corpus.get(random.nextInt(corpus.size()));
        int changes = random.nextBoolean() ? 1 : 2 + random.nextInt(3);
        for (int i = 0; i < changes; i++) text = change(text, corpus);
        return text;
    }

    byte[] bytes(byte[] original) {
        byte[] changed = original.clone();
        int flips = 1 + random.nextInt(8);
        for (int i = 0; i < flips; i++) changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
        return changed;
    }

    private String change(String text, List<String> corpus) {
        if (text.isEmpty()) return token();
        int from = random.nextInt(text.length());
        int to = Math.min(text.length(), from + random.nextInt(random.nextBoolean() ? 8 : 200));
        return switch (random.nextInt(12)) {
            case 0 -> text.substring(0, from) + (char) random.nextInt(128) + text.substring(from + 1);
            case 1 -> text.substring(0, from) + text.substring(to);
            case 2 -> text.substring(0, from) + token() + text.substring(from);
            case 3 -> text.substring(0, from) + " " + token() + " " + text.substring(to);
            case 4 -> text.substring(0, to) + text.substring(from);
            case 5 -> text.substring(0, from);
            case 6 -> text.substring(0, from) + piece(corpus) + text.substring(from);
            case 7 -> replaced(text, WORD, token());
            case 8 -> replaced(text, NUMBER, token());
            case 9 -> replaced(text, WORD, found(text, WORD));
            case 10 -> line(text, false);
            default -> line(text, true);
        };
    }

    private String token() {
        return TOKENS.get(random.nextInt(TOKENS.size()));
    }

    private String piece(List<String> corpus) {
        String other = corpus.get(random.nextInt(corpus.size()));
        int from = random.nextInt(other.length());
        return other.substring(from, Math.min(other.length(), from + random.nextInt(300)));
    }

    private String replaced(String text, Pattern what, String by) {
        Matcher m = what.matcher(text);
        return m.find(random.nextInt(text.length()))
                ? text.substring(0, m.start()) + by + text.substring(m.end())
                : text;
    }

    private String found(String text, Pattern what) {
        Matcher m = what.matcher(text);
        return m.find(random.nextInt(text.length())) ? m.group() : token();
    }

    /** Drops a line, or says it twice. */
    private String line(String text, boolean twice) {
        int at = random.nextInt(text.length());
        int from = text.lastIndexOf('\n', at) + 1;
        int end = text.indexOf('\n', at);
        int to = end < 0 ? text.length() : end + 1;
        if (from > to) return text;
        return text.substring(0, twice ? to : from) + text.substring(twice ? from : to);
    }
}
