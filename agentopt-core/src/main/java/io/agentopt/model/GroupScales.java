package io.agentopt.model;

/**
 * What quantised weights store beside themselves: a scale, and maybe a zero point, for each group of weights. MX formats (OCP
 * Microscaling 1.0): 8 bits for 32 weights, so that 4-bit weights take 4.25 bits. A 16-bit scale and a 16-bit zero point for 64 weights make
 * it 4.5.
 *
 * @param groupSize weights that share a scale; 0 without groups
 * @param scaleBits bits of a scale
 * @param zeroBits bits of a zero point, 0 if symmetric
 */
public record GroupScales(int groupSize, int scaleBits, int zeroBits) {
    /** No scales, or so few that they do not count. */
    public static final GroupScales NONE = new GroupScales(0, 0, 0);

    public GroupScales {
        boolean none = groupSize == 0 && scaleBits == 0 && zeroBits == 0;
        if (!none && (groupSize < 1 || scaleBits < 1 || zeroBits < 0)) {
            throw new IllegalArgumentException("Scales of " + scaleBits + " bits and zero points of " + zeroBits
                    + " bits for groups of " + groupSize
                    + " weights are inconsistent: group and scale must be positive, the zero point not negative.");
        }
    }

    /** {@return bytes that a weight takes more: (scale + zero point) / 8 / group} */
    public double bytesPerWeight() {
        return groupSize == 0 ? 0 : (scaleBits + zeroBits) / 8.0 / groupSize;
    }
}
