/**
 * Data to train with: datasets, and the batches that an epoch takes of them.
 *
 * <p>A {@link dev.lanewise.nn.data.Dataset} gives examples by number; {@link dev.lanewise.nn.data.Batches} say which
 * examples stand together in which order, and are loaded on another thread while the last one is computed with:
 *
 * <pre>{@code
 * Dataset digits = Dataset.of(images, labels);               // (count, 784), (count)
 * Dataset.Split split = digits.split(0.9, rng.stream("split"));
 * Batches batches = split.training().batches(64, rng.stream("shuffle"));
 * for (int epoch = 0; epoch < epochs; epoch++) {
 *     for (Batch batch : batches.epoch(epoch)) {
 *         Variable loss = Losses.crossEntropy(model.forward(batch.inputs()), batch.labels());
 *         optimizer.step(loss.backward());
 *     }
 * }
 * }</pre>
 *
 * <p>What a batch holds is a function of the generator, the epoch and the batch's number alone: not of threads, of how
 * far is loaded ahead, or of where a resumed training begins. There is nothing to close: a loop may be left at any
 * time.
 *
 * <p><b>Nulls</b>: none, unless marked {@code @Nullable}. <b>Threads</b>: datasets and batches are immutable and may be
 * shared, if the functions that one gives them may; an iterator belongs to one thread. <b>Aliasing</b>: tensors are
 * immutable, so datasets share those that they are made of.
 */
@NullMarked
package dev.lanewise.nn.data;

import org.jspecify.annotations.NullMarked;
