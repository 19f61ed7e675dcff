package dev.lanewise.core;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.function.IntConsumer;
import java.util.function.IntFunction;

/** Prints tensors as NumPy does: nested brackets, columns aligned, the middle of long axes left out. */
final class Printer {
    /** Above this number of elements the middle of each axis is left out (NumPy's {@code threshold}). */
    private static final int THRESHOLD = 1000;
    /** How many elements stand at each end of a shortened axis (NumPy's {@code edgeitems}). */
    private static final int EDGE = 3;
    /** The longest line before it is broken (NumPy's {@code linewidth}). */
    private static final int LINE_WIDTH = 75;
    /** Digits behind the point at the most (NumPy's {@code precision}). */
    private static final int PRECISION = 8;

    private Printer() {}

    static String print(Tensor tensor) {
        Tensor dense = tensor.contiguous();
        Shape shape = dense.shape();
        boolean single = dense.dtype() == DType.FLOAT32;
        IntFunction<Number> element =
                single ? i -> dense.floats()[dense.offset() + i] : i -> dense.doubles()[dense.offset() + i];
        if (shape.rank() == 0) {
            return number(element.apply(0), single);
        }
        if (shape.isEmpty()) {
            return "[]";
        }
        var format = NumberFormat.of(shape, element, single);
        return print(shape, i -> format.text(element.apply(i)));
    }

    static String print(Shape shape, IntFunction<String> element) {
        if (shape.isEmpty()) {
            return "[]";
        }
        int[] width = {0};
        boolean shorten = shape.count() > THRESHOLD;
        forEachShown(
                shape,
                shorten,
                0,
                0,
                i -> width[0] = Math.max(width[0], element.apply(i).length()));
        StringBuilder out = new StringBuilder();
        if (shape.rank() == 0) {
            return element.apply(0);
        }
        append(
                out,
                shape,
                shorten,
                0,
                0,
                i -> " ".repeat(width[0] - element.apply(i).length()) + element.apply(i));
        return out.toString();
    }

    private static void forEachShown(Shape shape, boolean shorten, int axis, int start, IntConsumer action) {
        if (axis == shape.rank()) {
            action.accept(start);
            return;
        }
        int size = shape.size(axis);
        int block = blockCount(shape, axis);
        boolean cut = shorten && size > 2 * EDGE;
        for (int i = 0; i < size; i++) {
            if (cut && i == EDGE) {
                i = size - EDGE;
            }
            forEachShown(shape, shorten, axis + 1, start + i * block, action);
        }
    }

    private static int blockCount(Shape shape, int axis) {
        int block = 1;
        for (int inner = axis + 1; inner < shape.rank(); inner++) {
            block *= shape.size(inner);
        }
        return block;
    }

    private static void append(
            StringBuilder out, Shape shape, boolean shorten, int axis, int start, IntFunction<String> text) {
        int size = shape.size(axis);
        int block = blockCount(shape, axis);
        boolean cut = shorten && size > 2 * EDGE;
        boolean last = axis == shape.rank() - 1;
        String indent = " ".repeat(axis + 1);
        out.append('[');
        int lineStart = out.length() - axis - 1;
        for (int i = 0; i < size; i++) {
            boolean gap = cut && i == EDGE;
            if (gap) {
                i = size - EDGE;
            }
            if (last) {
                for (String word :
                        gap ? new String[] {"...", text.apply(start + i)} : new String[] {text.apply(start + i)}) {
                    boolean first = out.charAt(out.length() - 1) == '[';
                    if (!first && out.length() - lineStart + 1 + word.length() >= LINE_WIDTH) {
                        int end = out.length();
                        while (out.charAt(end - 1) == ' ') {
                            end--;
                        }
                        out.setLength(end);
                        out.append('\n');
                        lineStart = out.length();
                        out.append(indent);
                    } else if (!first) {
                        out.append(' ');
                    }
                    out.append(word);
                }
            } else {
                String separator = "\n".repeat(shape.rank() - axis - 1) + indent;
                if (gap) {
                    out.append(separator).append("...");
                }
                if (i > 0) {
                    out.append(separator);
                }
                append(out, shape, shorten, axis + 1, start + i * block, text);
            }
        }
        out.append(']');
    }

    /** A single number: the shortest digits that tell it from its neighbours. */
    private static String number(Number value, boolean single) {
        double d = value.doubleValue();
        if (!Double.isFinite(d)) {
            return notFinite(d);
        }
        BigDecimal digits = shortest(value, single);
        double magnitude = Math.abs(d);
        if (d != 0 && (magnitude < 1e-4 || magnitude >= (single ? 1e6 : 1e16))) {
            return scientific(digits, digits.precision() - 1, "");
        }
        String sign = digits.signum() == 0 && 1 / d < 0 ? "-" : "";
        return sign
                + digits.setScale(Math.max(1, digits.scale()), RoundingMode.UNNECESSARY)
                        .toPlainString();
    }

    private static String notFinite(double value) {
        return Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
    }

    /** The shortest decimal number that only this element of its type is nearest to, without trailing zeros. */
    private static BigDecimal shortest(Number value, boolean single) {
        return new BigDecimal(single ? Float.toString(value.floatValue()) : Double.toString(value.doubleValue()))
                .stripTrailingZeros();
    }

    /** A number as d.ddde±xx with the given number of digits behind the point, or {@code point} if there are none. */
    private static String scientific(BigDecimal number, int digits, String point) {
        BigDecimal rounded = number.round(new MathContext(digits + 1, RoundingMode.HALF_EVEN));
        int exponent = rounded.signum() == 0 ? 0 : rounded.precision() - rounded.scale() - 1;
        String mantissa = rounded.movePointLeft(exponent)
                .setScale(digits, RoundingMode.UNNECESSARY)
                .toPlainString();
        return mantissa
                + (digits == 0 ? point : "")
                + String.format(Locale.ROOT, "e%s%02d", exponent < 0 ? "-" : "+", Math.abs(exponent));
    }

    /**
     * How all numbers of one tensor are written: with a point at one place, or in scientific notation where they differ
     * too much.
     *
     * @param digits behind the point
     */
    private record NumberFormat(boolean scientific, int digits, boolean single) {
        static NumberFormat of(Shape shape, IntFunction<Number> element, boolean single) {
            double[] range = {Double.POSITIVE_INFINITY, 0};
            int[] digits = {0, 0}; // fixed, scientific
            forEachShown(shape, shape.count() > THRESHOLD, 0, 0, i -> {
                Number value = element.apply(i);
                double magnitude = Math.abs(value.doubleValue());
                if (!Double.isFinite(magnitude)) {
                    return;
                }
                if (magnitude != 0) {
                    range[0] = Math.min(range[0], magnitude);
                    range[1] = Math.max(range[1], magnitude);
                }
                digits[0] = Math.max(digits[0], Math.max(0, fixed(value, single).scale()));
                BigDecimal significant = shortest(value, single)
                        .round(new MathContext(PRECISION + 1, RoundingMode.HALF_EVEN))
                        .stripTrailingZeros();
                digits[1] = Math.max(digits[1], significant.precision() - 1);
            });
            // NumPy's rule for leaving the fixed notation; its bounds are of the elements' type.
            double low = single ? (double) 1e-4f : 1e-4;
            double ratio = single ? (float) range[1] / (float) range[0] : range[1] / range[0];
            boolean scientific = range[1] > 0 && (range[1] >= 1e8 || range[0] < low || ratio > 1000);
            return new NumberFormat(scientific, scientific ? digits[1] : digits[0], single);
        }

        String text(Number value) {
            double d = value.doubleValue();
            if (!Double.isFinite(d)) {
                return notFinite(d);
            }
            String sign = d == 0 && 1 / d < 0 ? "-" : "";
            if (scientific) {
                BigDecimal shortest = shortest(value, single);
                // Where the shortest form has fewer digits than the column, the exact value's follow.
                boolean exact = shortest.precision() <= digits;
                return sign + Printer.scientific(exact ? new BigDecimal(d) : shortest, digits, ".");
            }
            BigDecimal number = fixed(value, single);
            String text = number.setScale(Math.max(0, number.scale()), RoundingMode.UNNECESSARY)
                    .toPlainString();
            String minus = number.signum() == 0 && d < 0 ? "-" : sign; // rounded to nothing, the sign stays
            String withPoint = minus + text + (number.scale() <= 0 ? "." : "");
            // Where the shortest form has fewer digits than the column, blanks follow.
            return withPoint + " ".repeat(digits - Math.max(0, number.scale()));
        }

        private static BigDecimal fixed(Number value, boolean single) {
            BigDecimal digits = shortest(value, single);
            return digits.setScale(Math.min(PRECISION, digits.scale()), RoundingMode.HALF_EVEN)
                    .stripTrailingZeros();
        }
    }
}
