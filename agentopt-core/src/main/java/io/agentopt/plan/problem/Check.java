package io.agentopt.plan.problem;

/** Range checks of the problem's numbers, with messages that name the number, its value, its owner and what is allowed. */
final class Check {
    private Check() {}

    static void name(String name, String what) {
        if (name.isBlank()) throw new IllegalArgumentException(what + " needs a name; it is blank.");
    }

    static void range(double value, double least, double most, String what, String owner) {
        if (!(value >= least && value <= most)) {
            throw new IllegalArgumentException("The " + what + " (" + value + ") of " + owner + " must be between "
                    + least + " and " + most + ". Check its unit.");
        }
    }

    static void range(long value, long least, long most, String what, String owner) {
        if (value < least || value > most) {
            throw new IllegalArgumentException("The " + what + " (" + value + ") of " + owner + " must be between "
                    + least + " and " + most + ". Check its unit.");
        }
    }

    static void index(int value, int size, String what, String owner) {
        if (value < 0 || value >= size) {
            throw new IllegalArgumentException("The " + what + " (" + value + ") of " + owner
                    + " does not exist: there are " + size + ", counted from 0.");
        }
    }
}
