package dev.lanewise.nn.oracle;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Axes;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Dropout;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.Pass;
import dev.lanewise.nn.Reduction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;

/** ONNX's normalisations, softmax, losses, dropout. */
final class OnnxNetworks {
    private OnnxNetworks() {}

    static void fill(OnnxTable table) {
        softmaxes(table);
        norms(table);
        losses(table);
        table.all("Dropout", OnnxNetworks::dropout);
    }

    /** A shape as a matrix: the axes before one, and those from it on. Softmax before version 13 is over the latter. */
    static int[] flat(Shape shape, int axis) {
        int rows = 1;
        for (int i = 0; i < axis; i++) {
            rows *= shape.size(i);
        }
        return new int[] {rows, rows == 0 ? 0 : shape.count() / rows};
    }

    private static void softmaxes(OnnxTable table) {
        softmax(table, "Softmax", (x, axis) -> x.softmax(axis));
        softmax(table, "LogSoftmax", (x, axis) -> x.logSoftmax(axis));
    }

    private static void softmax(OnnxTable table, String op, BiFunction<Tensor, Integer, Tensor> function) {
        table.tensor(op, c -> {
            if (c.version() >= 13) {
                return function.apply(c.x(), c.whole("axis", -1));
            }
            int axis = c.shape(0).axis(c.whole("axis", 1));
            Tensor rows = c.x().reshape(flat(c.shape(0), axis));
            return function.apply(rows, 1).reshape(c.shape(0).toArray());
        });
    }

    private static void norms(OnnxTable table) {
        table.all("BatchNormalization", c -> {
            double epsilon = c.real("epsilon", 1e-5);
            if (!c.flag("training_mode") && (c.version() >= 7 || c.flag("is_test"))) {
                return List.of(OnnxResult.of(c.x().batchNorm(c.x(3), c.x(4), c.x(1), c.x(2), epsilon)));
            }
            List<Tensor> batch = c.x().channelStatistics();
            double momentum = c.real("momentum", 0.9); // the part that stays, and the variance is the biased one
            List<OnnxResult> results = new ArrayList<>();
            results.add(OnnxResult.of(c.x().batchNorm(batch.get(0), batch.get(1), c.x(1), c.x(2), epsilon)));
            for (int i = 0; i < 2; i++) {
                results.add(OnnxResult.of(batch.get(i).lerp(c.x(3 + i), momentum)));
            }
            return results.subList(0, c.resultCount());
        });
        table.tensor(
                "InstanceNormalization",
                c -> c.x().groupNorm(c.shape(0).size(1), c.x(1), c.x(2), c.real("epsilon", 1e-5)));
        table.tensor("GroupNormalization", c -> {
            int groups = c.whole("num_groups", 1);
            int each = c.shape(0).size(1) / groups;
            boolean byGroup = c.version() < 21; // a scale for each group, later for each channel
            Tensor scale = byGroup ? c.x(1).repeatInterleave(0, each) : c.x(1);
            Tensor bias = byGroup ? c.x(2).repeatInterleave(0, each) : c.x(2);
            return c.x().groupNorm(groups, scale, bias, c.real("epsilon", 1e-5));
        });
        table.all("LayerNormalization", c -> {
            int axis = c.shape(0).axis(c.whole("axis", -1));
            int count = c.shape(0).rank() - axis;
            double epsilon = c.real("epsilon", 1e-5);
            int[] last = new int[count];
            Arrays.setAll(last, i -> axis + i);
            Axes axes = Axes.of(last).kept();
            List<OnnxResult> results = new ArrayList<>();
            results.add(OnnxResult.of(c.x().layerNorm(count, c.x(1), c.orNull(2), epsilon)));
            results.add(OnnxResult.of(c.x().mean(axes)));
            results.add(OnnxResult.of(c.x().var(axes, 0).add(epsilon).rsqrt()));
            return results.subList(0, c.resultCount());
        });
        table.tensor("RMSNormalization", c -> {
            int axis = c.shape(0).axis(c.whole("axis", -1));
            return c.x().rmsNorm(c.shape(0).rank() - axis, c.x(1), c.real("epsilon", 1e-5));
        });
        table.tensor("LpNormalization", c -> c.x().normalize(c.whole("p", 2), c.whole("axis", -1), 1e-30));
        table.tensor("MeanVarianceNormalization", c -> {
            Axes axes = Axes.of(c.list("axes") == null ? new int[] {0, 2, 3} : c.list("axes"))
                    .kept();
            return c.x().sub(c.x().mean(axes)).div(c.x().std(axes, 0).add(1e-9));
        });
        table.tensor("LRN", c -> {
            if (c.whole("size", 1) % 2 == 0) {
                throw new OpCall.Uncovered("an even number of channels, of which ONNX has one more behind");
            }
            return c.x().localResponseNorm(
                            c.whole("size", 1), c.real("alpha", 1e-4), c.real("beta", 0.75), c.real("bias", 1));
        });
    }

    /** The classes, the second axis, as the last one: as the library's losses want them. */
    private static Variable classesLast(Variable x) {
        int rank = x.shape().rank();
        int[] order = new int[rank];
        Arrays.setAll(order, i -> i == 0 ? 0 : i == rank - 1 ? 1 : i + 1);
        return x.permute(order);
    }

    private static Losses.CrossEntropyConfig config(OnnxCall c) {
        Losses.CrossEntropyConfig config = Losses.CrossEntropyConfig.DEFAULTS
                .withIgnored(c.whole("ignore_index", Integer.MIN_VALUE))
                .withReduction(Reduction.valueOf(c.text("reduction", "mean").toUpperCase(Locale.ROOT)));
        return c.has(2) ? config.withWeights(c.x(2)) : config;
    }

    private static void losses(OnnxTable table) {
        table.one(
                "NegativeLogLikelihoodLoss",
                c -> OnnxResult.of(Losses.negativeLogLikelihood(classesLast(c.variable(0)), c.ints(1), config(c))));
        table.all("SoftmaxCrossEntropyLoss", c -> {
            Variable scores = c.variable(0);
            List<OnnxResult> results = new ArrayList<>();
            results.add(OnnxResult.of(Losses.crossEntropy(classesLast(scores), c.ints(1), config(c))));
            results.add(OnnxResult.of(scores.logSoftmax(1)));
            return results.subList(0, c.resultCount());
        });
    }

    private static List<OnnxResult> dropout(OnnxCall c) {
        double ratio = c.has(1) ? c.scalar(1) : c.real("ratio", 0.5);
        boolean training = c.has(2) && c.ints(2).get(0) != 0;
        Dropout layer = new Dropout(ratio);
        Pass pass = training ? Pass.training(Rng.of(0), 0) : Pass.inference();
        Variable result = layer.forward(c.variable(0), pass);
        List<OnnxResult> results = new ArrayList<>(List.of(OnnxResult.of(result)));
        if (c.resultCount() > 1) {
            if (layer.isActive(pass)) {
                throw new OpCall.Uncovered("which elements were dropped");
            }
            results.add(OnnxResult.of(IntTensor.full(c.shape(0), 1)));
        }
        return results;
    }
}
