/**
 * Programs to run, to read and to start from.
 *
 * <ul>
 *   <li>{@code ./run linear-regression}: the price of a house by its area, or any numeric table; gradient descent
 *       beside closed-form least squares.
 *   <li>{@code ./run tiny-gpt}: a GPT learns a book letter by letter and then writes.
 *   <li>{@code ./run gpt3-anatomy}: where GPT-3's 175 billion weights are.
 *   <li>{@code ./run custom-activation}: an activation of one's own, one line of mathematics, trains a model.
 *   <li>{@code ./run custom-layer}: a layer and an operation of one's own, with a gradient by hand that is checked.
 *   <li>{@code ./run names}: after Karpathy's makemore; learns names, makes up new ones, and reaches the known optimum.
 *   <li>{@code ./run digits}: pictures of digits are read, by convolutions or without, and the misread ones shown.
 *   <li>{@code ./run overfitting}: a model learns few examples by heart; what dropout, weight decay and early stopping
 *       do against it.
 * </ul>
 *
 * <p>Each is an {@link dev.lanewise.examples.Example}, a subcommand of {@link dev.lanewise.examples.Main}, and ends
 * with what it reached beside what was to be expected. What Lanewise does is called from
 * {@link dev.lanewise.examples.Descent}, {@link dev.lanewise.examples.GptTraining},
 * {@link dev.lanewise.examples.Anatomy}, {@link dev.lanewise.examples.SpiralClassifier},
 * {@link dev.lanewise.examples.CustomLayer}, {@link dev.lanewise.examples.NameModel},
 * {@link dev.lanewise.examples.NameTraining}, {@link dev.lanewise.examples.DigitTraining} and
 * {@link dev.lanewise.examples.OverfittingStudy}; the rest reads options and files and draws charts.
 *
 * <p>References are never null unless marked {@code @Nullable}. Each program runs on the thread that calls it.
 */
@NullMarked
package dev.lanewise.examples;

import org.jspecify.annotations.NullMarked;
