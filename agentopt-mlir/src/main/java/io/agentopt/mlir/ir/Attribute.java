package io.agentopt.mlir.ir;

import io.agentopt.mlir.ffi.Attributes;
import io.agentopt.mlir.ffi.Attributes.Raw;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** An attribute's value in Java. */
public sealed interface Attribute {
    /** Present or not: its presence is the value. */
    record Unit() implements Attribute {}

    /** An integer of up to 64 bits; set as i64. */
    record Whole(long value) implements Attribute {}

    /** A floating-point number; set as f64. */
    record Real(double value) implements Attribute {}

    /** A string. */
    record Text(String value) implements Attribute {}

    /** A truth value. */
    record Flag(boolean value) implements Attribute {}

    /** A type. */
    record OfType(Type value) implements Attribute {}

    /** An array of strings. */
    record Texts(List<String> values) implements Attribute {
        public Texts {
            values = List.copyOf(values);
        }
    }

    /**
     * {@code #agent.estimate}: what a cost model says of one run of an op where it is placed. Ranges are the verifier's to check.
     *
     * @param seconds mean time
     * @param dollars share of the price of its devices
     * @param spread one standard deviation of the time, as a share of it
     * @param confidence measured, imported, transferred or generic
     */
    record Estimate(OptionalDouble seconds, OptionalDouble dollars, OptionalDouble spread, Optional<String> confidence)
            implements Attribute {
        public Estimate {
            for (OptionalDouble number : List.of(seconds, dollars, spread)) {
                if (number.isPresent() && Double.isNaN(number.getAsDouble()))
                    throw new IllegalArgumentException("An estimate holds NaN. Leave out what is not known.");
            }
        }

        /** An estimate of time alone. */
        public static Estimate ofSeconds(double seconds) {
            return new Estimate(
                    OptionalDouble.of(seconds), OptionalDouble.empty(), OptionalDouble.empty(), Optional.empty());
        }
    }

    /** Anything else, in its textual form. */
    record Other(String printed) implements Attribute {}

    /** {@return a reference to a symbol of the module} */
    static Attribute symbol(String name) {
        return new Other("@" + Literals.quoted(name));
    }

    /** {@return the Java value of a native attribute} */
    static Attribute of(MlirContext context, long handle) {
        return switch (Attributes.read(handle)) {
            case Raw.Unit _ -> new Unit();
            case Raw.Whole(long value) -> new Whole(value);
            case Raw.Real(double value) -> new Real(value);
            case Raw.Text(String value) -> new Text(value);
            case Raw.Bool(boolean value) -> new Flag(value);
            case Raw.OfType(long type) -> new OfType(context.type(type));
            case Raw.Estimate(double seconds, double dollars, double spread, String confidence) ->
                new Estimate(
                        known(seconds),
                        known(dollars),
                        known(spread),
                        confidence.isEmpty() ? Optional.empty() : Optional.of(confidence));
            case Raw.Other(String printed) ->
                Literals.strings(printed).<Attribute>map(Texts::new).orElseGet(() -> new Other(printed));
        };
    }

    /**
     * {@return the native attribute of a Java value}
     *
     * @throws MlirException when the value is {@link Other} and its text is no attribute of the context, or an estimate that the verifier refuses
     */
    static long handle(MlirContext context, Attribute attribute) {
        long session = context.session();
        return switch (attribute) {
            case Unit _ -> Attributes.unit(session);
            case Whole(long value) -> Attributes.integer(session, value);
            case Real(double value) -> Attributes.real(session, value);
            case Text(String value) -> Attributes.string(session, value);
            case Flag(boolean value) -> Attributes.bool(session, value);
            case OfType(Type value) -> Attributes.ofType(value.handle(context));
            case Estimate e ->
                context.checkedHandle(
                        Attributes.estimate(
                                session,
                                e.seconds().orElse(Double.NaN),
                                e.dollars().orElse(Double.NaN),
                                e.spread().orElse(Double.NaN),
                                e.confidence().orElse("")),
                        e);
            case Texts(List<String> values) -> context.attributeHandle(Literals.array(values));
            case Other(String printed) -> context.attributeHandle(printed);
        };
    }

    private static OptionalDouble known(double number) {
        return Double.isNaN(number) ? OptionalDouble.empty() : OptionalDouble.of(number);
    }
}
