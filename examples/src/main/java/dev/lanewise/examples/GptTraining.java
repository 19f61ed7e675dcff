package dev.lanewise.examples;

import dev.lanewise.autograd.Gradients;
import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.nn.Parameter;
import dev.lanewise.nn.Pass;
import dev.lanewise.nn.optim.AdamW;
import dev.lanewise.nn.optim.Optimizer;
import dev.lanewise.nn.optim.Schedule;
import dev.lanewise.nn.transformer.Gpt;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;

/** The training of a GPT on a text: batches, loss, gradients, steps, and now and then an evaluation. */
final class GptTraining {
    /**
     * The last evaluation is of the whole validation part, in windows one behind the other; of so many windows, evenly
     * spread, where there are more: two hundred thousand characters at a context of 64 tell the loss to some 0.005.
     */
    private static final int MOST_WINDOWS = 3000;

    /**
     * How to train.
     *
     * @param clip the largest norm of the gradients; 0 for no limit
     * @param evaluationInterval steps from one evaluation to the next
     * @param evaluationBatches random batches that make an evaluation
     */
    record Recipe(
            int batch,
            long steps,
            double learningRate,
            double minLearningRate,
            long warmup,
            double beta1,
            double beta2,
            double weightDecay,
            double clip,
            long evaluationInterval,
            int evaluationBatches) {}

    /** How well the model does: losses in nats a character, and the speed since the evaluation before. */
    record Evaluation(long step, double trainingLoss, double validationLoss, double tokensPerSecond) {}

    /** The end: the last evaluation, and the time since the start, evaluations included. */
    record Result(Evaluation last, double seconds) {}

    private final Gpt model;
    private final Corpus corpus;
    private final Recipe recipe;
    private final Rng rng;
    private final int context;
    private final Optimizer optimizer;

    GptTraining(Gpt model, Corpus corpus, Recipe recipe, Rng rng) {
        this.model = model;
        this.corpus = corpus;
        this.recipe = recipe;
        this.rng = rng;
        this.context = model.config().context();
        this.optimizer = new AdamW(
                model.parameters(),
                AdamW.Config.defaults()
                        // A training shorter than its warm-up ends during the rise.
                        .withLearningRate(Schedule.warmupCosine(
                                recipe.learningRate,
                                recipe.minLearningRate,
                                recipe.warmup,
                                Math.max(recipe.warmup, recipe.steps)))
                        .withBetas(recipe.beta1, recipe.beta2)
                        .withWeightDecay(recipe.weightDecay, Gpt::decays));
    }

    /**
     * Trains.
     *
     * @param progress told of each step
     * @param watcher told of each evaluation
     */
    Result run(Progress progress, Consumer<Evaluation> watcher) {
        long start = System.nanoTime();
        long trainingNanos = 0; // since the last evaluation
        long evaluated = 0; // the step of the last evaluation
        for (long step = 0; ; step++) {
            boolean last = step == recipe.steps;
            if (last || step % recipe.evaluationInterval == 0) {
                double tokens = (double) (step - evaluated) * recipe.batch * context;
                Evaluation evaluation = new Evaluation(
                        step,
                        estimate("training", corpus.training()),
                        last ? lossOfAll(corpus.validation()) : estimate("validation", corpus.validation()),
                        trainingNanos == 0 ? 0 : tokens / trainingNanos * 1e9);
                checkFinite(evaluation.trainingLoss, step);
                checkFinite(evaluation.validationLoss, step);
                watcher.accept(evaluation);
                if (last) {
                    return new Result(evaluation, (System.nanoTime() - start) / 1e9);
                }
                trainingNanos = 0;
                evaluated = step;
            }
            long begun = System.nanoTime();
            double loss = step(step);
            trainingNanos += System.nanoTime() - begun;
            progress.status("loss %.3f".formatted(loss));
            progress.step();
        }
    }

    /** One step; the numbers that it draws depend on the seed and the step alone. */
    private double step(long step) {
        int[] starts = starts(rng.stream("batches").stream(step), corpus.training());
        Corpus.Batch batch = Corpus.batch(corpus.training(), starts, context);
        Pass pass = Pass.training(rng.stream("dropout"), step);
        Variable loss = model.loss(batch.inputs(), batch.targets(), pass);
        checkFinite(loss.item(), step);
        Gradients gradients = loss.backward();
        optimizer.step(recipe.clip > 0 ? gradients.clipByNorm(recipe.clip) : gradients);
        return loss.item();
    }

    private void checkFinite(double loss, long step) {
        if (!Double.isFinite(loss)) {
            throw Problem.failure(
                    "The loss is %s at step %d: the training diverged; a lower --learning-rate than %s may help, or a --clip"
                            .formatted(loss, step, recipe.learningRate));
        }
    }

    /** Where a batch's windows begin. A window takes one character more than the context: the last one's successor. */
    private int[] starts(Rng random, int[] part) {
        return random.integers(Shape.of(recipe.batch), part.length - context).toArray();
    }

    /**
     * The loss of random batches, the same at each evaluation, so that the curves show the model's changes and not the
     * batches'.
     */
    private double estimate(String name, int[] part) {
        double sum = 0;
        for (int i = 0; i < recipe.evaluationBatches; i++) {
            sum += loss(part, starts(rng.stream("evaluation").stream(name).stream(i), part));
        }
        return sum / recipe.evaluationBatches;
    }

    /** The loss of windows one behind the other. */
    private double lossOfAll(int[] part) {
        int windows = (part.length - 1) / context;
        int taken = Math.min(windows, MOST_WINDOWS);
        int[] starts = new int[taken];
        Arrays.setAll(starts, i -> (int) ((long) i * windows / taken) * context);
        double sum = 0;
        for (int from = 0; from < taken; from += recipe.batch) {
            int to = Math.min(from + recipe.batch, taken);
            sum += loss(part, Arrays.copyOfRange(starts, from, to)) * (to - from);
        }
        return sum / taken;
    }

    private double loss(int[] part, int[] starts) {
        Corpus.Batch batch = Corpus.batch(part, starts, context);
        return Variable.withoutGradients(() -> model.loss(batch.inputs(), batch.targets(), Pass.inference()))
                .item();
    }

    /**
     * The SHA-256 of all weights, in the order of the model's parameters, as little-endian floats: two trainings came
     * to the same weights, to the last bit, if and only if they have the same.
     */
    static String sha256(List<Parameter> parameters) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has SHA-256", e);
        }
        for (Parameter parameter : parameters) {
            float[] values = parameter.value().value().toFloats();
            ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            for (float value : values) {
                bytes.putInt(Float.floatToIntBits(value));
            }
            digest.update(bytes.array());
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
