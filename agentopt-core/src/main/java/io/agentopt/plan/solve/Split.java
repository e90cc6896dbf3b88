package io.agentopt.plan.solve;

/** Two parts of a domain that together hold all of it. */
sealed interface Split {
    /** The class or operator that is split. */
    int index();

    /** How much of the current solution lies in the first part, 0 to 1. */
    double fraction();

    /** Dollars per hour at stake, roughly. */
    double weight();

    /** {@return whether a mode of the operator is in the first part} */
    boolean first(int mode);

    /** Narrows a domain to one part. */
    default void apply(Domain domain, boolean toFirst) {
        boolean[] allowed = domain.allowed[index()];
        for (int j = 0; j < allowed.length; j++) allowed[j] &= first(j) == toFirst;
    }

    /** More than {@code below} devices of a class, or at most that. */
    record Count(CompiledProblem p, int index, long below, double fraction, double weight) implements Split {
        @Override
        public boolean first(int mode) {
            return true;
        }

        @Override
        public void apply(Domain domain, boolean toFirst) {
            if (toFirst) domain.least[index] = Math.max(domain.least[index], below + 1);
            else domain.most[index] = Math.min(domain.most[index], below);
        }
    }

    /** An operator on a class, or not. */
    record OfClass(CompiledProblem p, int index, int deviceClass, double fraction, double weight) implements Split {
        @Override
        public boolean first(int mode) {
            return p.modeClass[index][mode] == deviceClass;
        }
    }

    /** An operator in a mode of at most so many nanoseconds, or a slower one. */
    record Time(CompiledProblem p, int index, long most, double fraction, double weight) implements Split {
        @Override
        public boolean first(int mode) {
            return p.time[index][mode] <= most;
        }
    }

    /** An operator in one mode, or another. */
    record OneMode(int index, int mode) implements Split {
        @Override
        public double fraction() {
            return 0.5;
        }

        @Override
        public double weight() {
            return 0;
        }

        @Override
        public boolean first(int each) {
            return each == mode;
        }
    }
}
