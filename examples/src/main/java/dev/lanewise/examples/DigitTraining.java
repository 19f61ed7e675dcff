package dev.lanewise.examples;

import dev.lanewise.core.DType;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.Sequential;
import dev.lanewise.nn.data.Batch;
import dev.lanewise.nn.data.Batches;
import dev.lanewise.nn.data.Dataset;
import dev.lanewise.nn.optim.AdamW;
import dev.lanewise.nn.optim.Schedule;
import dev.lanewise.nn.train.Accuracy;
import dev.lanewise.nn.train.BestWeights;
import dev.lanewise.nn.train.Epoch;
import dev.lanewise.nn.train.Listener;
import dev.lanewise.nn.train.Trainer;
import dev.lanewise.nn.train.Watch;
import java.util.Arrays;

/**
 * How a model learns to read digits.
 *
 * @param epochs how often it sees all pictures
 * @param batch pictures of a step
 * @param learningRate the highest, of AdamW; it rises to that and falls to almost nothing
 */
record DigitTraining(int epochs, int batch, double learningRate) {
    /** The share of pictures that is not learnt from, but tells after which epoch the model was best. */
    static final double VALIDATION_SHARE = 0.1;

    // How much pictures are varied at most, evenly spread between that and its negative: as if others had written them.
    private static final double SHIFT = 1; // in pixels of 8 x 8, along each axis
    private static final double TURN = 0.2; // radians
    private static final double LEAN = 0.2; // to the right, by the height
    private static final double STRETCH = 0.15; // along each axis

    private static final int EVALUATED_AT_ONCE = 256;

    /** Trains, and leaves the model as it was after the epoch with the lowest loss on what it did not learn from. */
    void train(Sequential model, DigitImages images, Rng rng, Listener listener) {
        Dataset.Split split = images.dataset().split(1 - VALIDATION_SHARE, rng.stream("split"));
        Batches batches = split.training()
                .batches(batch, rng.stream("shuffle"))
                .map(rng.stream("variation"), DigitTraining::varied);
        var schedule = Schedule.oneCycle(learningRate, (long) epochs * batches.perEpoch());
        var best = new BestWeights(model, Watch.lowest(Epoch.VALIDATION_LOSS));
        new Trainer<>(
                        model,
                        new AdamW(model.parameters(), AdamW.Config.defaults().withLearningRate(schedule)),
                        Trainer.Config.defaults().withRng(rng.stream("dropout")),
                        (net, pictures, pass) -> net.forward(pictures.inputs(), pass),
                        (logits, pictures) -> Losses.crossEntropy(logits, pictures.labels()))
                .withValidation(split.validation().batches(EVALUATED_AT_ONCE))
                .withMetric(Accuracy::new)
                .withListener(best)
                .withListener(listener)
                .train(batches, epochs);
        best.restore();
    }

    /** Moves, turns, leans and stretches each picture a little. */
    private static Batch varied(Batch batch, Rng rng) {
        Tensor images = batch.inputs().value(); // (count, 1, side, side)
        int side = images.shape().size(-1);
        double[] chances =
                rng.uniform(DType.FLOAT64, Shape.of(batch.size(), 6), -1, 1).toDoubles();
        float[] pixels = images.toFloats();
        float[] varied = new float[pixels.length];
        for (int i = 0; i < batch.size(); i++) {
            double[] chance = Arrays.copyOfRange(chances, 6 * i, 6 * i + 6);
            double cos = StrictMath.cos(TURN * chance[0]);
            double sin = StrictMath.sin(TURN * chance[0]);
            double lean = LEAN * chance[1];
            double wide = 1 + STRETCH * chance[2];
            double high = 1 + STRETCH * chance[3];
            sample(pixels, varied, i * side * side, side, new double[] {
                wide * cos, wide * (lean * cos - sin), SHIFT * side / 8 * chance[4],
                high * sin, high * (lean * sin + cos), SHIFT * side / 8 * chance[5]
            });
        }
        return batch.withInputs(Tensor.of(varied, batch.size(), 1, side, side));
    }

    /**
     * Takes each pixel from where an affine map, two rows of three numbers, leads from there, both counted from the
     * picture's centre: of the four pixels around that place, by their shares; outside is paper.
     */
    private static void sample(float[] pixels, float[] sampled, int first, int side, double[] map) {
        double centre = (side - 1) / 2.0;
        for (int y = 0; y < side; y++) {
            for (int x = 0; x < side; x++) {
                double fromX = centre + map[0] * (x - centre) + map[1] * (y - centre) + map[2];
                double fromY = centre + map[3] * (x - centre) + map[4] * (y - centre) + map[5];
                int left = (int) Math.floor(fromX);
                int top = (int) Math.floor(fromY);
                double sum = 0;
                for (int row = top; row <= top + 1; row++) {
                    for (int column = left; column <= left + 1; column++) {
                        if (row >= 0 && row < side && column >= 0 && column < side) {
                            double share = (1 - Math.abs(fromX - column)) * (1 - Math.abs(fromY - row));
                            sum += share * pixels[first + row * side + column];
                        }
                    }
                }
                sampled[first + y * side + x] = (float) sum;
            }
        }
    }
}
