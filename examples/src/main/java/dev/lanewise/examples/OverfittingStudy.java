package dev.lanewise.examples;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.nn.Activation;
import dev.lanewise.nn.Dropout;
import dev.lanewise.nn.Flatten;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.Pass;
import dev.lanewise.nn.Sequential;
import dev.lanewise.nn.data.Dataset;
import dev.lanewise.nn.optim.AdamW;
import dev.lanewise.nn.train.Accuracy;
import dev.lanewise.nn.train.EarlyStopping;
import dev.lanewise.nn.train.Epoch;
import dev.lanewise.nn.train.History;
import dev.lanewise.nn.train.Listener;
import dev.lanewise.nn.train.Trainer;
import dev.lanewise.nn.train.Watch;
import org.jspecify.annotations.Nullable;

/**
 * One model trained on few examples, some of them wrong, again and again with another remedy against learning them by
 * heart. All trainings have the same examples, in the same order, and begin with the same weights.
 */
final class OverfittingStudy {
    /** Far more than it learns from, so that chance hides nothing. */
    static final int VALIDATION_EXAMPLES = 2000;

    private static final int HIDDEN = 256; // many times more weights than there are examples
    private static final int EVALUATED_AT_ONCE = 500;
    /** The name of the examples that it learns from, when it is asked how well it knows them. */
    private static final String LEARNT = "learnt";

    private final DigitImages training;
    private final DigitImages validation;
    private final IntTensor validationTruth; // what the validation pictures really show
    private final double noise;
    private final Rng rng;

    /**
     * A study.
     *
     * @param examples to learn from
     * @param noise the share of labels that are wrong, both of what is learnt and of what it is validated with
     */
    OverfittingStudy(int examples, double noise, Rng rng) {
        DigitImages right = DrawnDigits.draw(VALIDATION_EXAMPLES, rng.stream("validation"));
        this.noise = noise;
        this.rng = rng;
        training = mislabelled(DrawnDigits.draw(examples, rng.stream("training")), noise, rng.stream("training noise"));
        validation = mislabelled(right, noise, rng.stream("validation noise"));
        validationTruth = right.labels();
    }

    /** Gives a share of the pictures, each by chance, one of the nine labels that are wrong. */
    private static DigitImages mislabelled(DigitImages digits, double noise, Rng rng) {
        double[] chances = rng.stream("which").uniform(digits.count()).toDoubles();
        IntTensor offsets = rng.stream("what").integers(Shape.of(digits.count()), DigitImages.CLASSES - 1);
        int[] labels = digits.labels().toArray();
        for (int i = 0; i < labels.length; i++) {
            if (chances[i] < noise) {
                labels[i] = (labels[i] + 1 + offsets.get(i)) % DigitImages.CLASSES;
            }
        }
        return new DigitImages(digits.source(), digits.images(), IntTensor.of(labels));
    }

    /**
     * What is done against learning by heart.
     *
     * @param dropout the probability of dropping an element behind each hidden layer
     * @param weightDecay AdamW's, of weights but not of biases
     * @param patience epochs without a better validation loss after which to stop; 0 to go on to the end
     */
    record Remedy(String name, double dropout, double weightDecay, int patience) {
        static final Remedy NONE = new Remedy("no remedy", 0, 0, 0);
    }

    /**
     * How to train, with whichever remedy.
     *
     * @param epochs the most
     * @param batch examples of a step
     * @param learningRate of AdamW
     */
    record Recipe(int epochs, int batch, double learningRate) {}

    /**
     * How a training went.
     *
     * @param training the loss on what it learns, after each epoch, without dropout: comparable to the other
     * @param validation the loss on what it does not learn, after each epoch
     * @param kept the validation loss of the weights that the training ended with
     * @param right the share of validation pictures that these take for what they really show
     * @param stopReason why it ended early; null if it did not
     */
    record Course(
            Remedy remedy,
            double[] training,
            double[] validation,
            double kept,
            double right,
            @Nullable String stopReason) {
        int epochs() {
            return validation.length;
        }

        double lastTraining() {
            return training[training.length - 1];
        }

        double lastValidation() {
            return validation[validation.length - 1];
        }

        /** The epoch with the lowest validation loss, counted from 0. */
        int best() {
            int best = 0;
            for (int i = 1; i < validation.length; i++) {
                if (validation[i] < validation[best]) {
                    best = i;
                }
            }
            return best;
        }

        double lowestValidation() {
            return validation[best()];
        }
    }

    /**
     * The least loss that can be hoped for on new examples: of a reader that knows each digit for certain, and how
     * often labels are wrong, −(1 − p) ln (1 − p) − p ln (p / 9).
     */
    double leastLoss() {
        return noise == 0
                ? 0
                : -(1 - noise) * StrictMath.log1p(-noise) - noise * StrictMath.log(noise / (DigitImages.CLASSES - 1));
    }

    /** Trains with a remedy, from the beginning. */
    Course train(Remedy remedy, Recipe recipe, Listener progress) {
        Sequential model = create(remedy);
        model.init(rng.stream("weights")); // by the layers' names, which are the same with dropout and without
        var optimizer = new AdamW(
                model.parameters(),
                AdamW.Config.defaults()
                        .withLearningRate(recipe.learningRate)
                        .withWeightDecay(
                                remedy.weightDecay,
                                parameter -> parameter.shape().rank() > 1));
        Dataset examples = training.dataset();
        Trainer<Sequential> trainer = new Trainer<>(
                        model,
                        optimizer,
                        Trainer.Config.defaults().withRng(rng.stream("dropout")),
                        (net, batch, pass) -> net.forward(batch.inputs(), pass),
                        (logits, batch) -> Losses.crossEntropy(logits, batch.labels()))
                .withValidation(validation.dataset().batches(EVALUATED_AT_ONCE))
                .withEvaluation(LEARNT, examples.batches(EVALUATED_AT_ONCE));
        Trainer<Sequential> evaluator = trainer;
        if (remedy.patience > 0) {
            trainer = trainer.withListener(
                    new EarlyStopping(model, Watch.lowest(Epoch.VALIDATION_LOSS), remedy.patience));
        }
        History history = trainer.withListener(progress)
                .train(examples.batches(recipe.batch, rng.stream("shuffle")), recipe.epochs);
        var right = new Accuracy();
        right.add(
                Variable.withoutGradients(
                                () -> model.forward(Variable.constantOf(validation.images()), Pass.inference()))
                        .value(),
                validationTruth);
        return new Course(
                remedy,
                losses(history, LEARNT + " loss"),
                losses(history, Epoch.VALIDATION_LOSS),
                evaluator
                        .evaluate(validation.dataset().batches(EVALUATED_AT_ONCE))
                        .loss(),
                right.value(),
                history.stopReason());
    }

    private static double[] losses(History history, String name) {
        return history.epochs().stream()
                .mapToDouble(epoch -> epoch.values().get(name))
                .toArray();
    }

    /** Two hidden layers; a dropout of nothing has its place all the same, so that layers' names do not differ. */
    private Sequential create(Remedy remedy) {
        int pixels = training.side() * training.side();
        return new Sequential(
                new Flatten(), // (count, 1, side, side) -> (count, pixels)
                new Linear(pixels, HIDDEN),
                Activation.relu(),
                new Dropout(remedy.dropout),
                new Linear(HIDDEN, HIDDEN),
                Activation.relu(),
                new Dropout(remedy.dropout),
                new Linear(HIDDEN, DigitImages.CLASSES));
    }
}
