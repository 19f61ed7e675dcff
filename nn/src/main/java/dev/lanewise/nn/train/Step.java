package dev.lanewise.nn.train;

/**
 * A step that an optimizer has made.
 *
 * @param number of the step, counted from 1 at the beginning of epoch 0
 * @param epoch counted from 0
 * @param batch the last batch of the step, counted from 0 in its epoch; a training that goes on behind this step begins
 *     with the next one
 * @param loss the mean over the step's examples, before the step
 * @param learningRate that the step was made with
 * @param gradientNorm before clipping; NaN if nothing is clipped, since then nobody computes it
 */
public record Step(long number, long epoch, int batch, double loss, double learningRate, double gradientNorm) {}
