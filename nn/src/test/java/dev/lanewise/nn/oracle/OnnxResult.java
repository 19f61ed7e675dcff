package dev.lanewise.nn.oracle;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What an operation gave: floating-point numbers of a type, or whole numbers. */
record OnnxResult(@Nullable DType dtype, Shape shape, double[] values) {
    /** ONNX's own runner allows 1e-3 and 1e-7; with sums in another order, 1e-5. */
    private static final Close CLOSE = new Close(1e-3, 1e-5);

    static OnnxResult of(Tensor tensor) {
        return new OnnxResult(tensor.dtype(), tensor.shape(), tensor.toDoubles());
    }

    static OnnxResult of(Variable variable) {
        return of(variable.value());
    }

    static OnnxResult of(IntTensor numbers) {
        return new OnnxResult(
                null,
                numbers.shape(),
                Arrays.stream(numbers.toArray()).asDoubleStream().toArray());
    }

    /**
     * Compares type, shape and values. What ONNX has as truth values the library has as whole numbers, or from
     * comparing floating-point numbers as such.
     */
    void check(Golden.Entry expected) {
        boolean sameType = switch (expected.type()) {
            case "float32" -> dtype == DType.FLOAT32;
            case "float64" -> dtype == DType.FLOAT64;
            case "bool" -> true;
            default -> dtype == null;
        };
        if (!sameType || !shape.equals(expected.shape())) {
            throw new AssertionError("%s: %s of shape %s, expected %s of %s"
                    .formatted(
                            expected.name(),
                            dtype == null ? "whole numbers" : dtype,
                            shape,
                            expected.type(),
                            expected.shape()));
        }
        Close close = expected.isFloating() ? CLOSE : new Close(0, 0);
        close.check(expected.name(), values, expected.doubles());
    }
}
