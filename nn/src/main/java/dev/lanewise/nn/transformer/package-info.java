/**
 * Transformers: attention, feed-forward layers, blocks, and the GPT family built of them.
 *
 * <pre>{@code
 * var gpt = new Gpt(GptConfig.of(65, 64, 4, 4, 128));       // vocabulary, context, layers, heads, width
 * gpt.init(Rng.of(1));
 * Variable loss = gpt.loss(tokens, nextTokens, Pass.training(rng, step));
 * IntTensor text = gpt.generate(prompt, 200, 0.8, rng, token -> {});
 * }</pre>
 *
 * <p>Shapes are written (batch, heads, time, headSize) as in nanoGPT. <b>Nulls</b>: none, unless marked
 * {@code @Nullable}. <b>Threads</b> and <b>aliasing</b> as in {@code dev.lanewise.nn}.
 */
@NullMarked
package dev.lanewise.nn.transformer;

import org.jspecify.annotations.NullMarked;
