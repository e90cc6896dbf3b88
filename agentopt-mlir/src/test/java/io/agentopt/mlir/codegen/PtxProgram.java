package io.agentopt.mlir.codegen;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A PTX kernel as instructions, for {@link PtxMachine}. What LLVM writes is understood, not all that a driver takes. */
final class PtxProgram {
    private static final Pattern ARRAY =
            Pattern.compile("\\.(global|shared|local) \\.align (\\d+) \\.b8 ([\\w$]+)\\[(\\d+)](?: = \\{([^}]*)})?;");
    private static final Pattern SCALAR =
            Pattern.compile("\\.(global|shared|local) \\.align (\\d+) \\.[usbf](\\d+) ([\\w$]+);");
    private static final Pattern PARAMETER = Pattern.compile("\\.param \\.\\w+ .*?(\\w+),?");
    private static final Pattern REGISTERS = Pattern.compile("\\.reg \\.(\\w+) +(%\\w+)<(\\d+)>;");
    /** A register of one instruction, as LLVM writes for the upper half of 64 bits. */
    private static final Pattern SCOPE = Pattern.compile("\\{ \\.reg \\.\\w+ (\\w+); (.*) }");

    private static final Pattern LABEL = Pattern.compile("(\\$?\\w+):");
    private static final Pattern INSTRUCTION = Pattern.compile("(?:@(!?)(%p\\d+) )?([a-z][\\w.:]*)(?: +(.*))?;");

    private static final Pattern CONSTANT = Pattern.compile("-?\\d+U?|0x[0-9a-fA-F]+U?|0[fd][0-9a-fA-F]+");

    /**
     * An operation: {@code name} is its first word, {@code kinds} the others, {@code type} the last. The predicate is a register, or -1; {@code values} are
     * the operands, taken apart.
     */
    record Instruction(
            int predicate,
            boolean negated,
            String name,
            Stop stop,
            List<String> kinds,
            String type,
            List<String> operands,
            List<Operand> values,
            String text) {}

    /** Where a thread waits for others. */
    enum Stop {
        NONE,
        /** For those of its block. */
        BARRIER,
        /** For those of its warp, to exchange numbers. */
        EXCHANGE
    }

    /**
     * What an instruction reads or writes: a register (its index, else -1), a constant, or something with a name. {@code parts} are the terms of an
     * address in brackets, or what is in braces.
     */
    record Operand(String text, int register, boolean isConstant, long constant, List<Operand> parts) {
        boolean isVector() {
            return text.startsWith("{");
        }
    }

    /** An array in memory that all threads, a block's or one has: global, shared or local. */
    record Array(String space, int alignment, int bytes, byte[] initial) {}

    final List<Instruction> instructions = new ArrayList<>();
    final Map<String, Integer> labels = new HashMap<>();
    final Map<String, Integer> registers = new HashMap<>();
    final Map<String, Array> arrays = new LinkedHashMap<>();
    final List<String> parameters = new ArrayList<>();

    PtxProgram(String ptx) {
        for (String raw : ptx.lines().toList()) {
            String line = raw.replaceAll("//.*", "").replaceAll("\\s+", " ").trim();
            if (line.isEmpty() || line.equals("{") || line.equals("}") || line.equals(")")) continue;
            Matcher scope = SCOPE.matcher(line);
            if (scope.matches()) {
                registers.putIfAbsent(scope.group(1), registers.size());
                add(scope.group(2));
            } else if (line.startsWith(".")) declare(line);
            else add(line);
        }
    }

    private void declare(String line) {
        Matcher array = ARRAY.matcher(line), scalar = SCALAR.matcher(line);
        Matcher registers = REGISTERS.matcher(line), parameter = PARAMETER.matcher(line);
        if (array.matches()) {
            int bytes = Integer.parseInt(array.group(4));
            byte[] initial = new byte[bytes];
            if (array.group(5) != null) {
                String[] values = array.group(5).split(", *", -1);
                for (int i = 0; i < values.length; i++) initial[i] = (byte) Integer.parseInt(values[i].trim());
            }
            arrays.put(array.group(3), new Array(array.group(1), Integer.parseInt(array.group(2)), bytes, initial));
        } else if (scalar.matches()) {
            int bytes = Integer.parseInt(scalar.group(3)) / 8;
            arrays.put(
                    scalar.group(4),
                    new Array(scalar.group(1), Integer.parseInt(scalar.group(2)), bytes, new byte[bytes]));
        } else if (registers.matches()) {
            int count = Integer.parseInt(registers.group(3));
            for (int i = 0; i < count; i++) this.registers.put(registers.group(2) + i, this.registers.size());
        } else if (line.startsWith(".param") && parameter.matches()) {
            parameters.add(parameter.group(1));
        } else if (line.matches("\\.(global|shared|local|func|const|extern).*")) {
            throw new IllegalArgumentException("Not understood: " + line);
        }
    }

    private void add(String line) {
        Matcher label = LABEL.matcher(line), instruction = INSTRUCTION.matcher(line);
        if (label.matches()) {
            labels.put(label.group(1), instructions.size());
            return;
        }
        if (!instruction.matches()) throw new IllegalArgumentException("Not understood: " + line);
        int predicate = instruction.group(2) == null ? -1 : Objects.requireNonNull(registers.get(instruction.group(2)));
        String[] words = instruction.group(3).split("\\.", -1);
        List<String> operands = operands(instruction.group(4));
        Stop stop = switch (words[0]) {
            case "bar" -> Stop.BARRIER;
            case "shfl", "vote" -> Stop.EXCHANGE;
            default -> Stop.NONE;
        };
        instructions.add(new Instruction(
                predicate,
                "!".equals(instruction.group(1)),
                words[0],
                stop,
                List.of(words).subList(1, words.length),
                words[words.length - 1],
                operands,
                operands.stream().map(this::operand).toList(),
                line));
    }

    private Operand operand(String text) {
        String separator = text.startsWith("[") ? "\\+" : text.startsWith("{") ? "," : null;
        if (separator != null) {
            List<Operand> parts = Arrays.stream(
                            text.substring(1, text.length() - 1).split(separator, -1))
                    .map(part -> operand(part.trim()))
                    .toList();
            return new Operand(text, -1, false, 0, parts);
        }
        int register = registers.getOrDefault(text.replaceAll("\\|.*", ""), -1);
        boolean isConstant = register < 0 && CONSTANT.matcher(text).matches();
        return new Operand(text, register, isConstant, isConstant ? constant(text) : 0, List.of());
    }

    /**
     * {@return accesses wider than the alignment that an array they may address was declared with} LLVM widens some once it has raised an alignment, which
     * the declaration does not say where it is printed before.
     */
    List<String> widerThanAligned() {
        Map<String, Set<String>> reached = new HashMap<>();
        int before;
        do { // Registers are written again in loops, so until nothing is new.
            before = reached.values().stream().mapToInt(Set::size).sum();
            for (Instruction i : instructions) {
                if (i.operands().size() < 2 || List.of("ld", "st").contains(i.name())) continue;
                Set<String> from = new TreeSet<>();
                for (String operand : i.operands().subList(1, i.operands().size()))
                    from.addAll(arraysOf(operand, reached));
                if (!from.isEmpty())
                    reached.computeIfAbsent(i.operands().getFirst(), _ -> new TreeSet<>())
                            .addAll(from);
            }
        } while (reached.values().stream().mapToInt(Set::size).sum() > before);
        List<String> wide = new ArrayList<>();
        for (Instruction i : instructions) {
            boolean stores = i.name().equals("st");
            if (!stores && !i.name().equals("ld")) continue;
            String address = i.operands().get(stores ? 0 : 1),
                    value = i.operands().get(stores ? 1 : 0);
            int values = (int) value.chars().filter(c -> c == ',').count() + 1;
            int bytes = values * Integer.parseInt(i.kinds().getLast().substring(1)) / 8;
            Set<String> reachable = arraysOf(address.substring(1, address.length() - 1), reached);
            arrays.forEach((name, array) -> {
                // Names of registers are a function's own, so an access to another space is not to this array.
                boolean same = i.kinds().contains(array.space());
                if (same && reachable.contains(name) && array.alignment() < bytes) wide.add(name + ": " + i.text());
            });
        }
        return wide;
    }

    private Set<String> arraysOf(String operand, Map<String, Set<String>> reached) {
        Set<String> all = new TreeSet<>();
        for (String term : operand.split("\\+", -1)) {
            if (arrays.containsKey(term)) all.add(term);
            all.addAll(reached.getOrDefault(term, Set.of()));
        }
        return all;
    }

    /** {@return the bits of a number as PTX writes it} */
    private static long constant(String text) {
        if (text.startsWith("0f") || text.startsWith("0d")) return Long.parseUnsignedLong(text.substring(2), 16);
        String digits = text.replaceAll("U$", "");
        return digits.startsWith("0x") ? Long.parseUnsignedLong(digits.substring(2), 16) : Long.parseLong(digits);
    }

    /** Commas within braces and brackets do not separate operands. */
    private static List<String> operands(String text) {
        List<String> all = new ArrayList<>();
        if (text == null) return all;
        int depth = 0, start = 0;
        for (int i = 0; i <= text.length(); i++) {
            char c = i == text.length() ? ',' : text.charAt(i);
            if (c == '{' || c == '[') depth++;
            if (c == '}' || c == ']') depth--;
            if (c == ',' && depth == 0) {
                all.add(text.substring(start, i).trim());
                start = i + 1;
            }
        }
        return all;
    }
}
