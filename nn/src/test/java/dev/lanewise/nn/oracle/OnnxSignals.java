package dev.lanewise.nn.oracle;

import dev.lanewise.core.DType;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.util.ArrayList;
import java.util.List;

/** ONNX's Fourier transforms, as products with the matrices of their definition. */
final class OnnxSignals {
    private OnnxSignals() {}

    static void fill(OnnxTable table) {
        table.tensor("DFT", c -> {
            boolean old = c.version() < 20; // the axis was an attribute then
            int axis = c.shape(0).axis(old ? c.whole("axis", 1) : c.number(2, -2));
            int length = c.has(1) ? c.number(1, 0) : 0;
            return transformed(c.x(), axis, length, c.flag("inverse"), c.flag("onesided"));
        });
        table.tensor("STFT", c -> {
            int step = c.number(1, 1);
            int size = c.has(3) ? c.number(3, 1) : c.shape(2).size(0);
            Tensor x = c.x(); // (batch, n, 1 or 2)
            List<Tensor> frames = new ArrayList<>();
            for (int from = 0; from + size <= x.shape().size(1); from += step) {
                Tensor frame = x.slice(1, from, from + size);
                frames.add(c.has(2) ? frame.mul(c.x(2).reshape(size, 1)) : frame);
            }
            return transformed(Tensor.stack(1, frames), 2, 0, false, c.whole("onesided", 1) == 1);
        });
    }

    /** The cosines or sines of 2π · row · column / n. */
    private static Tensor waves(int rows, int columns, int n, boolean cosines) {
        double[] values = new double[rows * columns];
        for (int i = 0; i < values.length; i++) {
            double angle = 2 * Math.PI * ((long) (i / columns) * (i % columns) % n) / n;
            values[i] = cosines ? StrictMath.cos(angle) : StrictMath.sin(angle);
        }
        return Tensor.of(values, rows, columns);
    }

    /** The transform along an axis of a tensor whose last axis has real, and perhaps imaginary parts. */
    private static Tensor transformed(Tensor given, int axis, int length, boolean inverse, boolean onesided) {
        Tensor x = given.to(DType.FLOAT64).transpose(axis, -2); // (.., n, parts)
        int parts = x.shape().size(-1);
        int there = x.shape().size(-2);
        int n = length > 0 ? length : inverse && onesided ? 2 * (there - 1) : there;
        int used = inverse && onesided ? n / 2 + 1 : n;
        x = used <= there ? x.slice(-2, 0, used) : x.pad(-2, 0, used - there);
        Tensor real = x.select(-1, 0).unsqueeze(-1);
        Tensor imaginary = parts == 2 ? x.select(-1, 1).unsqueeze(-1) : real.mul(0);
        if (inverse && onesided) { // what was left out is the conjugate of what is there
            int left = n - used;
            real = mirrored(real, left, 1);
            imaginary = mirrored(imaginary, left, -1);
        }
        int rows = !inverse && onesided ? n / 2 + 1 : n;
        Tensor cosines = waves(rows, n, n, true);
        Tensor sines = waves(rows, n, n, false).mul(inverse ? 1 : -1);
        Tensor first = cosines.matmul(real).sub(sines.matmul(imaginary));
        Tensor second = cosines.matmul(imaginary).add(sines.matmul(real));
        Tensor result = inverse && onesided ? first : Tensor.concat(-1, List.of(first, second));
        return (inverse ? result.div(n) : result).transpose(axis, -2).to(given.dtype());
    }

    private static Tensor mirrored(Tensor half, int left, double sign) {
        IntTensor order = IntTensor.arange(left).map(i -> left - i);
        Shape shape = half.shape();
        return left == 0
                ? half
                : Tensor.concat(
                        -2,
                        List.of(half, half.indexSelect(shape.rank() - 2, order).mul(sign)));
    }
}
