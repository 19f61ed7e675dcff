package dev.lanewise.examples;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Formula;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Layer;
import dev.lanewise.nn.Linear;

/** Tells two spirals apart, by two hidden layers with an activation of one's own. */
final class SpiralClassifier extends Layer {
    /** The activation: one line. Its gradient and the loops that compute both follow from it. */
    static final Formula SQUARED_RELU = Formula.of("squaredRelu", x -> x.max(0).square());

    private static final int HIDDEN = 32;

    private final Linear first = child("first", new Linear(2, HIDDEN));
    private final Linear second = child("second", new Linear(HIDDEN, HIDDEN));
    private final Linear output = child("output", new Linear(HIDDEN, 1));

    /** How likely each point belongs to the second spiral, as logits. */
    Variable forward(Variable points) { // (count, 2)
        Variable hidden = first.forward(points).map(SQUARED_RELU); // (count, HIDDEN)
        return output.forward(second.forward(hidden).map(SQUARED_RELU)); // (count, 1)
    }

    /** Points (count, 2) and, for each, 0 or 1 for its spiral (count, 1). */
    record Points(Tensor places, Tensor spirals) {}

    /**
     * Draws points of both spirals, which wind around each other one and a half times, and moves each a little at
     * random.
     */
    static Points draw(int count, Rng rng) {
        double turns = 1.5;
        double noise = 0.02;
        double[] along = rng.stream("along").uniform(count).toDoubles();
        double[] scatter = rng.stream("scatter").normal(count, 2).toDoubles();
        float[] places = new float[2 * count];
        float[] spirals = new float[count];
        for (int i = 0; i < count; i++) {
            int spiral = i % 2;
            double radius =
                    0.1 + 0.9 * Math.sqrt(along[i]); // even along the spiral: its length grows as the radius squared
            double angle = 2 * Math.PI * turns * radius + Math.PI * spiral;
            places[2 * i] = (float) (radius * StrictMath.cos(angle) + noise * scatter[2 * i]);
            places[2 * i + 1] = (float) (radius * StrictMath.sin(angle) + noise * scatter[2 * i + 1]);
            spirals[i] = spiral;
        }
        return new Points(Tensor.of(places, count, 2), Tensor.of(spirals, count, 1));
    }

    /** For each point, whether it is taken to be of the second spiral: 1 or 0, [count, 1]. */
    Tensor classify(Tensor places) {
        return Variable.withoutGradients(() -> forward(Variable.constantOf(places)))
                .value()
                .gt(0);
    }

    /** The share of points that are taken to be of the right spiral. */
    double accuracy(Points points) {
        return classify(points.places).eq(points.spirals).mean().item();
    }

    /** The shape of a grid of places over the plane, for {@link #classify}. */
    static Tensor grid(int side) {
        return Tensor.fill(dev.lanewise.core.DType.FLOAT32, Shape.of(side * side, 2), i -> {
            int place = i / 2;
            int step = i % 2 == 0 ? place % side : place / side;
            return -1.2 + 2.4 * step / (side - 1);
        });
    }
}
