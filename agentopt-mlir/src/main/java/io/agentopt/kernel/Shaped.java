package io.agentopt.kernel;

/** A dense array as a kernel takes one: what its elements are and how many, wherever they lie. */
public interface Shaped {
    ElementType type();

    /** {@return the number of dimensions} */
    int rank();

    /** {@return the length of a dimension, counted from the outermost} */
    long dimension(int index);
}
