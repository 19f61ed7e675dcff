/**
 * Neural networks: layers, losses, initialisation.
 *
 * <p>A model is a {@link dev.lanewise.nn.Layer} that registers {@link dev.lanewise.nn.Parameter}s and other layers
 * under names and has a {@code forward} method. It is described when constructed and gets its memory by {@code init} or
 * {@code load}:
 *
 * <pre>{@code
 * final class Classifier extends Layer {
 *     private final Linear hidden = child("hidden", new Linear(784, 128));
 *     private final Linear output = child("output", new Linear(128, 10));
 *
 *     Variable forward(Variable images) {                       // (batch, 784)
 *         return output.forward(hidden.forward(images).gelu()); // (batch, 10)
 *     }
 * }
 *
 * var model = new Classifier();
 * model.init(Rng.of(1));
 * var optimizer = new AdamW(model.parameters(), AdamW.Config.defaults());
 * for (int step = 0; step < steps; step++) {
 *     Variable loss = Losses.crossEntropy(model.forward(images(step)), labels(step));
 *     optimizer.step(loss.backward().clipByNorm(1));
 * }
 * }</pre>
 *
 * <p>What differs between training and use is an argument, {@link dev.lanewise.nn.Pass}; there are no global modes and
 * no global random generator.
 *
 * <p><b>Nulls</b>: none, unless marked {@code @Nullable}. <b>Threads</b>: a model may be used by many threads at once,
 * and trained by one while no other uses it; different models do not meet. <b>Aliasing</b>: states are copied in and
 * out.
 */
@NullMarked
package dev.lanewise.nn;

import org.jspecify.annotations.NullMarked;
