package dev.lanewise.examples;

import dev.lanewise.autograd.Gradients;
import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.optim.Sgd;
import java.util.Arrays;

/**
 * Linear regression by gradient descent: a {@link Linear} layer, the mean squared error, its gradient by autograd, and
 * {@link Sgd}, over all rows at once and in FLOAT64.
 *
 * <p>Features and target are standardised first, to mean 0 and deviation 1; else an area of 150 and a price of 500,000
 * would need steps of quite different length. What was learnt is then rewritten for the original units.
 *
 * <p>How fast it gets there depends on how much the features tell the same. The mean squared error is a bowl whose
 * curvatures are twice the eigenvalues of the features' correlation matrix, and, along the bias, 2. With the largest,
 * L, and the smallest, m, Nesterov's momentum with the rate 1/L and the momentum (√κ − 1)/(√κ + 1), κ = L/m, takes some
 * √κ steps to divide the error by e (Nesterov, "Introductory Lectures on Convex Optimization", 2.2); plain descent
 * takes κ. Income, its square and its cube tell nearly the same: a κ of thousands.
 */
final class Descent {
    /**
     * When to stop: once the loss is certainly within this share of the least there is. The certainty comes from the
     * bowl's shape: the loss is above its minimum by at most |gradient|²/(2m).
     */
    private static final double TOLERANCE = 1e-14;

    /** Of a standardised target: where all of it is explained there is no loss left to take a share of. */
    private static final double NO_LOSS = 1e-24;

    private final Observations data;
    private final double[] means;
    private final double[] deviations;
    private final double targetMean;
    private final double targetDeviation;
    private final double[][] standardised;
    private final double largestCurvature;
    private final double smallestCurvature;

    /** What comes of a descent; {@code certain} if it stopped because there was nothing left to gain. */
    record Result(LinearModel model, long steps, boolean certain) {}

    /** Told of each step, from 0, what the model then is. */
    interface Watcher {
        void see(long step, LinearModel model);
    }

    /** Prepares a descent on the given rows. */
    Descent(Observations data) {
        this.data = data;
        int features = data.features();
        this.means = new double[features];
        this.deviations = new double[features];
        this.standardised = new double[features][];
        for (int j = 0; j < features; j++) {
            means[j] = Observations.mean(data.column(j));
            deviations[j] = deviation(data.column(j), means[j]);
            standardised[j] = standardise(data.column(j), means[j], deviations[j]);
        }
        this.targetMean = Observations.mean(data.target());
        this.targetDeviation = deviation(data.target(), targetMean);
        Spectrum spectrum = Spectrum.of(correlations());
        this.largestCurvature = 2 * Math.max(spectrum.largest(), 1);
        double negligible = Math.ulp(spectrum.largest()); // the true value of a smaller one is lost in rounding
        this.smallestCurvature = 2 * Math.clamp(spectrum.smallest(), negligible, 1);
    }

    /** κ: how much the bowl is steeper along its steepest line than along its flattest. */
    double condition() {
        return largestCurvature / smallestCurvature;
    }

    /** The rate that is best with {@link #bestMomentum}. */
    double bestRate() {
        return 1 / largestCurvature;
    }

    /** The momentum that is best with {@link #bestRate}. */
    double bestMomentum() {
        double root = Math.sqrt(condition());
        return (root - 1) / (root + 1);
    }

    /** About how many steps it will take: what is left of the error shrinks by the same share in each. */
    long estimatedSteps(double rate, double momentum) {
        double flat = rate * smallestCurvature;
        double share = momentum == 0 ? flat : Math.sqrt(flat);
        return (long) Math.ceil(Math.log(1 / TOLERANCE) / (2 * share)); // the loss is the error squared
    }

    /** Goes down until there is nothing left to gain, or for the given number of steps. */
    Result run(double rate, double momentum, long mostSteps, Rng rng, Watcher watcher) {
        var layer = new Linear(data.features(), 1);
        layer.init(rng, DType.FLOAT64);
        Sgd.Config config = Sgd.Config.of(rate);
        var optimizer = new Sgd(layer.parameters(), momentum == 0 ? config : config.withMomentum(momentum, true));
        Variable features = Variable.constantOf(featureTensor()); // (rows, features)
        Tensor target = Tensor.of(
                DType.FLOAT64, Shape.of(data.rows(), 1), standardise(data.target(), targetMean, targetDeviation));

        for (long step = 0; ; step++) {
            Variable loss = Losses.mse(layer.forward(features), target); // (rows, 1) each
            Gradients gradients = loss.backward();
            double above = gradients.norm() * gradients.norm() / (2 * smallestCurvature);
            if (!Double.isFinite(loss.item()) || !Double.isFinite(above)) {
                throw Problem.usage(
                        "--learning-rate %s --momentum %s: the loss grew beyond all bounds in %d steps; take a rate below %.3g"
                                .formatted(rate, momentum, step, 2 / largestCurvature));
            }
            LinearModel model = original(layer);
            watcher.see(step, model);
            boolean certain = above <= TOLERANCE * loss.item() + NO_LOSS;
            if (certain || step == mostSteps) {
                return new Result(model, step, certain);
            }
            optimizer.step(gradients);
        }
    }

    private Tensor featureTensor() {
        int features = data.features();
        return Tensor.fill(
                DType.FLOAT64, Shape.of(data.rows(), features), i -> standardised[i % features][i / features]);
    }

    /** The layer's weights and bias, rewritten from standardised numbers to those of the data. */
    private LinearModel original(Linear layer) {
        double[] weights = layer.weight().value().value().toDoubles();
        double bias = layer.parameters().getLast().value().item();
        double intercept = targetMean + targetDeviation * bias;
        double[] coefficients = new double[weights.length];
        for (int j = 0; j < weights.length; j++) {
            coefficients[j] = weights[j] * targetDeviation / deviations[j];
            intercept -= coefficients[j] * means[j];
        }
        return new LinearModel(intercept, coefficients);
    }

    private double[][] correlations() {
        double[][] matrix = new double[standardised.length][standardised.length];
        for (int i = 0; i < matrix.length; i++) {
            for (int j = 0; j <= i; j++) {
                double sum = 0;
                for (int row = 0; row < data.rows(); row++) {
                    sum += standardised[i][row] * standardised[j][row];
                }
                matrix[i][j] = sum / data.rows();
                matrix[j][i] = matrix[i][j];
            }
        }
        return matrix;
    }

    private static double[] standardise(double[] values, double mean, double deviation) {
        return Arrays.stream(values).map(value -> (value - mean) / deviation).toArray();
    }

    private static double deviation(double[] values, double mean) {
        return Math.sqrt(Arrays.stream(values)
                .map(value -> (value - mean) * (value - mean))
                .average()
                .orElseThrow());
    }
}
