package dev.lanewise.core;

/**
 * Which values {@link TensorOps#gridSample} takes.
 *
 * @param kind how values between pixels are found
 * @param outside what stands beyond the image
 * @param alignCorners whether −1 and 1 are the centres of the outermost pixels; otherwise their outer edges
 */
public record GridSampling(Kind kind, Outside outside, boolean alignCorners) {
    /** How values between pixels are found. */
    public enum Kind {
        /** The nearest pixel's, of two the one with an even number. */
        NEAREST,
        /** By straight lines from pixel to pixel. */
        LINEAR,
        /** By cubic curves through the pixels, of sharpness −0.75; for images alone. */
        CUBIC
    }

    /** What stands beyond the image. */
    public enum Outside {
        /** Zeros. */
        ZEROS,
        /** The pixels at the border. */
        BORDER,
        /** The image, reflected as often as need be. */
        REFLECTION
    }

    /** PyTorch's defaults: linear, zeros outside, edges at ±1. */
    public static final GridSampling DEFAULTS = new GridSampling(Kind.LINEAR, Outside.ZEROS, false);

    /** The same with another kind of interpolation. */
    public GridSampling withKind(Kind other) {
        return new GridSampling(other, outside, alignCorners);
    }

    /** The same with something else outside. */
    public GridSampling withOutside(Outside other) {
        return new GridSampling(kind, other, alignCorners);
    }

    /** The same with corners aligned or not. */
    public GridSampling withAlignCorners(boolean on) {
        return new GridSampling(kind, outside, on);
    }
}
