package dev.lanewise.benchmarks.peers;

import dev.lanewise.benchmarks.Pointwise;
import dev.lanewise.benchmarks.Product;
import java.util.function.Supplier;
import org.bytedeco.openblas.global.openblas;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;
import org.nd4j.nativeblas.NativeOpsHolder;

/** ND4J's. Results are new arrays. */
record Nd4jWork(Supplier<INDArray> code) implements Work {
    /** A product, the transposition left to the library's own flags. */
    static Work product(Product product) {
        INDArray left = array(product.left(), product.leftShape());
        INDArray right = array(product.right(), product.rightShape());
        boolean leftTransposed = product.leftTransposed();
        boolean rightTransposed = product.rightTransposed();
        return product.batch() == 0
                ? new Nd4jWork(() -> Nd4j.gemm(left, right, leftTransposed, rightTransposed))
                : new Nd4jWork(() -> Nd4j.matmul(left, right, leftTransposed, rightTransposed, false));
    }

    /** An elementwise function. */
    static Work pointwise(String function, int count) {
        Pointwise pointwise = new Pointwise(function, count);
        INDArray x = array(pointwise.x().toFloats(), count);
        INDArray y = array(pointwise.y().toFloats(), count);
        return new Nd4jWork(
                switch (function) {
                    case "add" -> () -> x.add(y);
                    case "mul" -> () -> x.mul(y);
                    case "exp" -> () -> Transforms.exp(x, true);
                    case "tanh" -> () -> Transforms.tanh(x, true);
                    default -> throw new IllegalArgumentException("ND4J has no " + function);
                });
    }

    private static INDArray array(float[] values, int... sizes) {
        INDArray array = Nd4j.create(values, sizes, 'c');
        NativeOpsHolder.getInstance().getDeviceNativeOps().setOmpNumThreads(Work.threads());
        openblas.blas_set_num_threads(Work.threads()); // the one that ND4J multiplies with
        return array;
    }

    @Override
    public Nd4jWork run() {
        code.get().close();
        return this;
    }

    @Override
    public float[] result() {
        try (INDArray result = code.get()) {
            return result.dup('c').data().asFloat(); // products lie column by column
        }
    }
}
