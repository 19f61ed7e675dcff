package dev.lanewise.nn.train;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Dropout;
import dev.lanewise.nn.Layer;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.Pass;
import dev.lanewise.nn.data.Batch;
import dev.lanewise.nn.data.Dataset;
import dev.lanewise.nn.optim.AdamW;
import dev.lanewise.nn.optim.Optimizer;
import dev.lanewise.nn.optim.Schedule;
import java.util.Map;

/** A small classifier with dropout, and points of two classes to learn: inside or outside of a circle. */
final class Toy extends Layer {
    private final Linear hidden = child("hidden", new Linear(2, 16));
    private final Dropout dropout = child("dropout", new Dropout(0.2));
    private final Linear output = child("output", new Linear(16, 2));

    private Toy() {}

    static Toy initialised(long seed) {
        var model = new Toy();
        model.init(Rng.of(seed).stream("model"));
        return model;
    }

    Variable forward(Variable x, Pass pass) { // (batch, 2)
        return output.forward(dropout.forward(hidden.forward(x).tanh(), pass)); // (batch, 2)
    }

    static Variable outputs(Toy model, Batch batch, Pass pass) {
        return model.forward(batch.inputs(), pass);
    }

    static Variable criterion(Variable outputs, Batch batch) {
        return Losses.crossEntropy(outputs, batch.labels());
    }

    static Variable loss(Toy model, Batch batch, Pass pass) {
        return criterion(outputs(model, batch, pass), batch);
    }

    /** A rate that changes at each step, so that none can be missed. */
    static Optimizer optimizer(Toy model) {
        return new AdamW(
                model.parameters(), AdamW.Config.defaults().withLearningRate(Schedule.warmupCosine(3e-2, 1e-3, 3, 40)));
    }

    static Dataset data(int count, long seed) {
        Tensor points = Rng.of(seed).uniform(DType.FLOAT32, Shape.of(count, 2), -1, 1);
        double[] places = points.toDoubles();
        int[] labels = new int[count];
        for (int i = 0; i < count; i++) {
            labels[i] = places[2 * i] * places[2 * i] + places[2 * i + 1] * places[2 * i + 1] < 0.6 ? 1 : 0;
        }
        return Dataset.of(points, IntTensor.of(labels));
    }

    static Trainer<Toy> trainer(Toy model, Optimizer optimizer, Trainer.Config config) {
        return new Trainer<>(model, optimizer, config, Toy::outputs, Toy::criterion);
    }

    /** The weights, copied: tensors are equal if their bits are. */
    Map<String, Tensor> weights() {
        return state();
    }
}
