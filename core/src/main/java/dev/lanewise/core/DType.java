package dev.lanewise.core;

/**
 * The type of a tensor's elements.
 *
 * <p>{@link #FLOAT32} is the default: its kernels run on the machine's vector units and give the same bits at every
 * vector width. {@link #FLOAT64} runs on plain scalar loops; it is what the float32 kernels are tested against, and
 * what gradient checks and small exact problems want.
 */
public enum DType {
    /** IEEE 754 single precision, 4 bytes an element. */
    FLOAT32(4),
    /** IEEE 754 double precision, 8 bytes an element. */
    FLOAT64(8);

    private final int bytes;

    DType(int bytes) {
        this.bytes = bytes;
    }

    /** The size of one element in bytes. */
    public int bytes() {
        return bytes;
    }
}
