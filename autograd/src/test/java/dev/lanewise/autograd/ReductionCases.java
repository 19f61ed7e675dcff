package dev.lanewise.autograd;

import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Cases for the methods that reduce axes, and for running sums and products. */
final class ReductionCases extends CaseList {
    static List<OpCase> all() {
        var all = new ReductionCases();
        all.sums();
        all.products();
        all.statistics();
        all.scalars();
        return all.cases;
    }

    private void sums() {
        reduction("sum", "Sum", x -> x::sum, Naive::sum);
        reduction("mean", "Sum", x -> x::mean, e -> Naive.sum(e) / e.length);
        oneWithEmpty("sum", "Sum", x -> x.sum(1), x -> Naive.reshape(Naive.reduce(Naive::sum, x, 1), 2, 4), X);
        oneWithEmpty("sum", "Sum", x -> x.sum(), x -> Tensor.scalar(X.dtype(), Naive.sum(x.toDoubles())), X);
        one("mean", "Sum", x -> x.mean(-1), x -> Naive.reshape(Naive.reduce(e -> Naive.sum(e) / 4, x, 2), 2, 3), X);
        one("mean", "Sum", x -> x.mean(), x -> Tensor.scalar(X.dtype(), Naive.sum(x.toDoubles()) / 24), X);
        reduction("amax", "Extreme", x -> x::amax, Naive::largest);
        reduction("amin", "Extreme", x -> x::amin, e -> Arrays.stream(e).min().orElseThrow());
        running("cumSum", "CumSum", x -> x::cumSum, Naive::sum);
        running("cumMax", "Gather", x -> x::cumMax, Naive::largest);
        running("cumMin", "Gather", x -> x::cumMin, e -> Arrays.stream(e).min().orElseThrow());
    }

    private void products() {
        ToDoubleFunction<double[]> product = e -> Arrays.stream(e).reduce(1, (a, b) -> a * b);
        reduction("prod", "Elementwise:mul", x -> x::prod, product);
        oneWithEmpty("prod", "", x -> x.prod(1), x -> Naive.reshape(Naive.reduce(product, x, 1), 2, 4), X);
        oneWithEmpty("prod", "", x -> x.prod(), x -> Tensor.scalar(X.dtype(), product.applyAsDouble(x.toDoubles())), X);
        // With one zero in a line only its own gradient is not 0; with two all are, but not all second ones.
        Tensor zeros = Naive.tensor(Shape.of(3, 5), i -> i[1] < i[0] ? 0 : 0.5 + i[1]);
        one("prod", "", x -> x.prod(1), x -> Naive.reshape(Naive.reduce(product, x, 1), 3), zeros);
        running("cumProd", "CumMulAdd", x -> x::cumProd, product);
        one("cumProd", "CumMulAdd", x -> x.cumProd(1), x -> running(product, x, 1), zeros);
        ToDoubleFunction<double[]> logSumExp = e -> {
            double largest = Naive.largest(e);
            return largest
                    + Math.log(Arrays.stream(e).map(v -> Math.exp(v - largest)).sum());
        };
        running("logCumSumExp", "Elementwise:logAddExp", x -> x::logCumSumExp, logSumExp);
        // Far apart, and equal.
        Tensor far = Tensor.of(new double[] {1, -50, 3, 3});
        one("logCumSumExp", "Elementwise:logAddExp", x -> x.logCumSumExp(0), x -> running(logSumExp, x, 0), far);
    }

    private void statistics() {
        ToDoubleFunction<double[]> variance = e -> {
            double mean = Naive.sum(e) / e.length;
            return Arrays.stream(e).map(v -> (v - mean) * (v - mean)).sum() / e.length;
        };
        reduction("var", "", x -> axes -> x.var(axes, 0), variance);
        reduction(
                "std",
                "",
                x -> axes -> x.std(axes, 1),
                e -> Math.sqrt(variance.applyAsDouble(e) * e.length / (e.length - 1)));
        one(
                "var",
                "",
                x -> x.var(1),
                x -> Naive.reshape(Naive.reduce(e -> variance.applyAsDouble(e) * 1.5, x, 1), 2, 4),
                X);
        one(
                "std",
                "",
                x -> x.std(1),
                x -> Naive.reshape(Naive.reduce(e -> Math.sqrt(variance.applyAsDouble(e) * 1.5), x, 1), 2, 4),
                X);
        for (int axis = 0; axis < 3; axis++) {
            int along = axis;
            int[] rest = X.shape().without(axis).toArray();
            one(
                    "max",
                    "Gather",
                    x -> x.max(along),
                    x -> Naive.reshape(Naive.reduce(Naive::largest, x, along), rest),
                    X);
            one(
                    "min",
                    "Gather",
                    x -> x.min(along),
                    x -> Naive.reshape(
                            Naive.reduce(
                                    e -> -Naive.largest(
                                            Arrays.stream(e).map(v -> -v).toArray()),
                                    x,
                                    along),
                            rest),
                    X);
        }
        for (double p : new double[] {1, 2, 3, 1.5, 0.5, -1, -2.5}) {
            reduction(
                    "norm",
                    "",
                    x -> axes -> x.norm(p, axes),
                    e -> Math.pow(
                            Arrays.stream(e).map(v -> Math.pow(Math.abs(v), p)).sum(), 1 / p));
        }
        reduction("norm", "", x -> axes -> x.norm(0, axes), e -> e.length);
        reduction(
                "norm",
                "",
                x -> axes -> x.norm(Double.NEGATIVE_INFINITY, axes),
                e -> Arrays.stream(e).map(Math::abs).min().orElseThrow());
        reduction(
                "logSumExp",
                "",
                x -> x::logSumExp,
                e -> Math.log(Arrays.stream(e).map(Math::exp).sum()));
        reduction(
                "norm1", "", x -> x::norm1, e -> Arrays.stream(e).map(Math::abs).sum());
        reduction(
                "norm2",
                "",
                x -> x::norm2,
                e -> Math.sqrt(Arrays.stream(e).map(v -> v * v).sum()));
        reduction(
                "normInf",
                "",
                x -> x::normInf,
                e -> Arrays.stream(e).map(Math::abs).max().orElseThrow());
    }

    /** Along axis 0 or −1 of a scalar lies its one element. */
    private void scalars() {
        Tensor number = Tensor.scalar(X.dtype(), 1.5);
        Tensor one = Tensor.scalar(X.dtype(), 1);
        IntTensor first = IntTensor.of(0).reshape();
        one("cumSum", "CumSum", x -> x.cumSum(0), x -> x, number);
        one("cumProd", "", x -> x.square().cumProd(-1), x -> x.mul(x), number);
        one("max", "Gather", x -> x.max(0), x -> x, number);
        one("sort", "Gather", x -> x.sort(-1, true), x -> x, number);
        one("median", "Gather", x -> x.median(0), x -> x, number);
        one("softmax", "Softmax", x -> x.softmax(0), x -> one, number);
        one("logSoftmax", "LogSoftmax", x -> x.logSoftmax(-1), x -> one.sub(one), number);
        one("gather", "Gather", x -> x.gather(0, first), x -> x, number);
        one("indexSelect", "IndexSelect", x -> x.indexSelect(0, IntTensor.of(0)), x -> x, number);
        one("scatterAdd", "ScatterAdd", x -> x.scatterAdd(0, first, x.square()), x -> x.add(x.mul(x)), number);
        one("indexAdd", "IndexAdd", x -> x.indexAdd(0, IntTensor.of(0), x.square()), x -> x.add(x.mul(x)), number);
        one("unfold", "Unfold", x -> x.unfold(0, 1, 1), x -> x.reshape(1), number);
    }
}
