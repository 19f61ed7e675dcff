package dev.lanewise.examples;

import dev.lanewise.core.Rng;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.data.Batches;
import dev.lanewise.nn.data.Dataset;
import dev.lanewise.nn.optim.AdamW;
import dev.lanewise.nn.optim.Schedule;
import dev.lanewise.nn.train.Listener;
import dev.lanewise.nn.train.Trainer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The training of a model of names, by the library's own loop. */
final class NameTraining {
    /** Examples of an evaluation's batch: any number gives the same loss, this one fits the caches. */
    private static final int EVALUATION_BATCH = 4096;

    /**
     * How to train.
     *
     * @param epochs how often each letter of each name is seen
     * @param learningRate AdamW's at first; it falls to 0 along half a cosine wave
     */
    record Recipe(int batch, long epochs, double learningRate) {}

    private final NameModel model;
    private final NameList training;
    private final Batches batches;
    private final Trainer<NameModel> trainer;
    private final Recipe recipe;

    /**
     * Draws the model's weights, and prepares to train it.
     *
     * @param validation evaluated after each epoch; null for none
     */
    NameTraining(NameModel model, NameList training, @Nullable NameList validation, Recipe recipe, Rng rng) {
        this.model = model;
        this.training = training;
        this.recipe = recipe;
        model.init(rng.stream("weights"));
        Dataset examples = training.examples(model.context());
        batches = examples.batches(Math.min(recipe.batch, examples.size()), rng.stream("shuffle"));
        long steps = Math.max(1, recipe.epochs * batches.perEpoch());
        Trainer<NameModel> plain = new Trainer<>(
                model,
                new AdamW(
                        model.parameters(),
                        AdamW.Config.defaults()
                                .withLearningRate(Schedule.cosine(recipe.learningRate, 0, steps))
                                .withWeightDecay(0)), // the optimum of the counts is that without
                Trainer.Config.defaults(),
                (names, batch, pass) -> names.forward(batch.tokens()),
                (scores, batch) -> Losses.crossEntropy(scores, batch.labels()));
        trainer = validation == null ? plain : plain.withValidation(evaluated(validation));
    }

    private Batches evaluated(NameList names) {
        return names.examples(model.context()).batches(EVALUATION_BATCH);
    }

    /** Trains the model, and tells of it. */
    void run(List<Listener> listeners) {
        Trainer<NameModel> watched = trainer;
        for (Listener listener : listeners) {
            watched = watched.withListener(listener);
        }
        watched.train(batches, recipe.epochs);
    }

    /** The mean cross-entropy of the model, as it is now, on the names that it learns, in nats a letter. */
    double trainingLoss() {
        return loss(training);
    }

    /** The mean cross-entropy of the model on other names, in nats a letter. */
    double loss(NameList names) {
        return trainer.evaluate(evaluated(names)).loss();
    }
}
