/**
 * Training: the loop, what watches it, and numbers that tell how good a model is.
 *
 * <p>A {@link dev.lanewise.nn.train.Trainer} does what one writes by hand, to the same bits; what happens on the way is
 * told to {@link dev.lanewise.nn.train.Listener}s:
 *
 * <pre>{@code
 * var best = new EarlyStopping(model, Watch.lowest("validation loss"), 3);
 * var trainer = new Trainer<>(
 *                 model,
 *                 optimizer,
 *                 Trainer.Config.defaults().withClipByNorm(1),
 *                 (classifier, batch, pass) -> classifier.forward(batch.inputs()),
 *                 (outputs, batch) -> Losses.crossEntropy(outputs, batch.labels()))
 *         .withValidation(validation.batches(256))
 *         .withMetric(Accuracy::new)
 *         .withListener(best)
 *         .withListener(new CsvLog(Path.of("training.csv")));
 * History history = trainer.train(training.batches(64, rng.stream("shuffle")), 20);
 * }</pre>
 *
 * <p>The same by hand:
 *
 * <pre>{@code
 * for (int epoch = 0; epoch < 20; epoch++) {
 *     for (Batch batch : batches.epoch(epoch)) {
 *         Variable loss = Losses.crossEntropy(model.forward(batch.inputs()), batch.labels());
 *         optimizer.step(loss.backward().clipByNorm(1));
 *     }
 * }
 * }</pre>
 *
 * <p>{@link dev.lanewise.nn.train.Metric}s need no trainer: one adds outputs and labels to them, batch by batch.
 *
 * <p><b>Nulls</b>: none, unless marked {@code @Nullable}. <b>Threads</b>: a trainer runs in the thread that calls it,
 * and trainers of different models do not meet; metrics and listeners that keep something belong to one training.
 * <b>Aliasing</b>: a trainer changes its model and its optimizer, as a loop by hand does.
 */
@NullMarked
package dev.lanewise.nn.train;

import org.jspecify.annotations.NullMarked;
