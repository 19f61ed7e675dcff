package dev.lanewise.core;

import java.util.List;
import java.util.function.IntPredicate;

/**
 * Transposed convolution of [batch, in, places..] by weights [in, out / groups, size..] and optionally a bias [out]:
 * what a {@link Convolution} from {@code image} to these places gives its images as their gradient.
 *
 * <p>Backward: x' is that convolution of the gradient, w' sums x · gradient over images and places.
 *
 * @param convolution whose gradient it is
 * @param image the sizes of the result along the axes that windows slide along
 */
record TransposedConvolution(Convolution convolution, Shape image) implements FusedOp {
    @Override
    public String name() {
        return "convTranspose";
    }

    @Override
    public long flops(List<Shape> operands, List<Shape> results) {
        return 2L * operands.getFirst().count() * operands.get(1).countFrom(1);
    }

    @Override
    public boolean hasKernels(List<Tensor> operands) {
        return convolution.hasKernels(operands) && !image.isEmpty();
    }

    private Shape resultShape(Shape x, Shape weight) {
        int[] channels = {x.size(0), weight.size(1) * convolution.groups()};
        return Shape.owning(Views.joined(channels, image.toArray()));
    }

    @Override
    public Computed forward(List<Tensor> operands) {
        Elementwise.checkTypes(name(), operands);
        Tensor x = operands.get(0);
        Tensor weight = operands.get(1);
        Shape shape = resultShape(x.shape(), weight.shape());
        return Computed.of(convolution.transposed(x, weight, Convolution.bias(operands), shape));
    }

    @Override
    public boolean keepsOperand(int operand, IntPredicate differentiated) {
        return true; // the bias too: gradients of gradients go through the definition
    }

    @Override
    public void backwardKernel(Saved<Tensor> saved) {
        Tensor gradient = saved.gradient().contiguous();
        saved.give(0, () -> convolution.convolved(gradient, saved.operand(1), null, saved.operandShape(0)));
        saved.give(1, () -> convolution.weightGradient(gradient, saved.operand(0), saved.operandShape(1)));
        Convolution.giveBias(saved, gradient);
    }

    @Override
    public <T extends TensorOps<T>> List<T> composite(List<T> operands) {
        T bias = operands.size() > 2 ? operands.get(2) : null;
        return List.of(Convolutions.convolveTransposed(
                operands.get(0), operands.get(1), bias, convolution.groups(), convolution.axes(), image));
    }
}
