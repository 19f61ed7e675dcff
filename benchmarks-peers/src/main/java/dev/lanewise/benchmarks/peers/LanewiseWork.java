package dev.lanewise.benchmarks.peers;

import dev.lanewise.benchmarks.Mlp;
import dev.lanewise.benchmarks.Pointwise;
import dev.lanewise.benchmarks.Product;
import dev.lanewise.core.Tensor;
import java.util.function.Supplier;

/** Lanewise's own. */
record LanewiseWork(Supplier<Tensor> code) implements Work {
    /** A product whose result is a new tensor. */
    static Work product(Product product) {
        Tensor left = product.leftTensor();
        Tensor right = product.rightTensor();
        return new LanewiseWork(() -> left.matmul(right));
    }

    /** A product into memory that is there already. */
    static Work productIntoExisting(Product product) {
        float[] result = new float[product.count() * product.m() * product.n()];
        Runnable kernel = product.into(result);
        return new Work() {
            @Override
            public float[] run() {
                kernel.run();
                return result;
            }

            @Override
            public float[] result() {
                return run();
            }
        };
    }

    /** An elementwise function whose result is a new tensor. */
    static Work pointwise(String function, int count) {
        Pointwise pointwise = new Pointwise(function, count);
        return new LanewiseWork(pointwise::allocating);
    }

    /** A training step, whose result is the loss. */
    static Work trainingStep() {
        Mlp mlp = new Mlp();
        return new LanewiseWork(() -> Tensor.scalar(mlp.step()));
    }

    @Override
    public Tensor run() {
        return code.get();
    }

    @Override
    public float[] result() {
        return run().toFloats();
    }
}
