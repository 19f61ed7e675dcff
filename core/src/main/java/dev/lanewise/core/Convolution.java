package dev.lanewise.core;

import dev.lanewise.core.kernel.ConvolutionKernel;
import dev.lanewise.core.kernel.ConvolutionSizes;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Convolution of images [batch, in, ..] by weights [out, in / groups, size..] and optionally a bias [out].
 *
 * <p>Backward: x' is the transposed convolution of the gradient by the same weights, w' sums gradient · x over images
 * and places, b' sums the gradient over both.
 */
record Convolution(int groups, List<Sliding> axes) implements FusedOp {
    @Override
    public String name() {
        return "conv";
    }

    @Override
    public long flops(List<Shape> operands, List<Shape> results) {
        return 2L * results.getFirst().count() * operands.get(1).countFrom(1);
    }

    @Override
    public boolean hasKernels(List<Tensor> operands) {
        Shape weight = operands.get(1).shape();
        return FusedOp.super.hasKernels(operands)
                && !operands.getFirst().shape().isEmpty()
                && !weight.isEmpty();
    }

    /** [batch, out, places..] of images [batch, in, ..] and weights. */
    static Shape resultShape(Shape images, Shape weight, List<Sliding> axes) {
        int[] sizes = images.toArray();
        sizes[1] = weight.size(0);
        for (int axis = 0; axis < axes.size(); axis++) {
            sizes[axis + 2] = axes.get(axis).windows(sizes[axis + 2], weight.size(axis + 2));
        }
        return Shape.owning(sizes);
    }

    /** The sizes of the convolution that makes results of images by weights. */
    ConvolutionSizes sizes(Shape images, Shape weight, Shape results) {
        return new ConvolutionSizes(
                images.size(0),
                groups,
                weight.size(1),
                weight.size(0) / groups,
                spatial(images),
                spatial(weight),
                spatial(results),
                each(Sliding::stride),
                each(Sliding::before),
                each(Sliding::dilation));
    }

    private static int[] spatial(Shape shape) {
        return Arrays.copyOfRange(shape.toArray(), 2, shape.rank());
    }

    private int[] each(ToIntFunction<Sliding> number) {
        return axes.stream().mapToInt(number).toArray();
    }

    @Override
    public Computed forward(List<Tensor> operands) {
        Elementwise.checkTypes(name(), operands);
        Tensor x = operands.get(0);
        Tensor weight = operands.get(1);
        return Computed.of(convolved(x, weight, bias(operands), resultShape(x.shape(), weight.shape(), axes)));
    }

    static @Nullable Tensor bias(List<Tensor> operands) {
        return operands.size() > 2 ? operands.get(2) : null;
    }

    /** The convolution of images by weights. */
    Tensor convolved(Tensor images, Tensor weight, @Nullable Tensor bias, Shape results) {
        Tensor x = images.contiguous();
        Tensor w = weight.contiguous();
        Tensor result = Tensor.toBeWritten(DType.FLOAT32, results);
        ConvolutionKernel.forward(
                sizes(x.shape(), w.shape(), results),
                x.floats(),
                x.offset(),
                w.floats(),
                w.offset(),
                bias == null ? null : bias.toFloats(),
                result.floats());
        return result;
    }

    /** The gradient of images of a shape, given that of the results: the transposed convolution. */
    Tensor transposed(Tensor gradient, Tensor weight, @Nullable Tensor bias, Shape images) {
        Tensor g = gradient.contiguous();
        Tensor w = weight.contiguous();
        Tensor result = Tensor.toBeWritten(DType.FLOAT32, images);
        ConvolutionKernel.transposed(
                sizes(images, w.shape(), g.shape()),
                g.floats(),
                g.offset(),
                w.floats(),
                w.offset(),
                bias == null ? null : bias.toFloats(),
                result.floats());
        return result;
    }

    /** The gradient of weights of a shape, given images and the gradient of the results. */
    Tensor weightGradient(Tensor images, Tensor gradient, Shape weight) {
        Tensor x = images.contiguous();
        Tensor g = gradient.contiguous();
        Tensor result = Tensor.toBeWritten(DType.FLOAT32, weight);
        ConvolutionKernel.weightGradient(
                sizes(x.shape(), weight, g.shape()), x.floats(), x.offset(), g.floats(), g.offset(), result.floats());
        return result;
    }

    @Override
    public boolean keepsOperand(int operand, IntPredicate differentiated) {
        return true; // the bias too: gradients of gradients go through the definition
    }

    @Override
    public void backwardKernel(Saved<Tensor> saved) {
        Tensor gradient = saved.gradient().contiguous();
        saved.give(0, () -> transposed(gradient, saved.operand(1), null, saved.operandShape(0)));
        saved.give(1, () -> weightGradient(saved.operand(0), gradient, saved.operandShape(1)));
        giveBias(saved, gradient);
    }

    static void giveBias(Saved<Tensor> saved, Tensor gradient) {
        if (saved.operandCount() > 2) {
            IntStream all = IntStream.range(0, gradient.shape().rank());
            Axes allButChannels = Axes.of(all.filter(axis -> axis != 1).toArray());
            saved.give(2, () -> gradient.sum(allButChannels));
        }
    }

    @Override
    public <T extends TensorOps<T>> List<T> composite(List<T> operands) {
        T bias = operands.size() > 2 ? operands.get(2) : null;
        return List.of(Convolutions.convolve(operands.get(0), operands.get(1), bias, groups, axes));
    }
}
