package dev.lanewise.examples;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Axes;
import dev.lanewise.core.DType;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Embedding;
import dev.lanewise.nn.Initializer;
import dev.lanewise.nn.Layer;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.data.Batch;

/** A model that says, of the letters before, how likely each letter comes next. */
abstract sealed class NameModel extends Layer {
    /** One that learnt next to nothing may not find an end; no name has so many letters. */
    private static final int LONGEST = 40;

    private static final int EVALUATION_BATCH = 4096;

    private final int context;

    private NameModel(int context) {
        this.context = context;
    }

    /** Scores of all letters, [batch, 27]: unnormalised log-probabilities. */
    abstract Variable forward(IntTensor before); // (batch, context)

    /** How many letters it sees. */
    final int context() {
        return context;
    }

    /** One linear layer on the letter before as a one-hot row: it picks a row of 27 weights. */
    static final class Bigram extends NameModel {
        private final Linear table = child("table", new Linear(NameList.LETTERS, NameList.LETTERS, false));

        Bigram() {
            super(1);
        }

        @Override
        Variable forward(IntTensor before) { // (batch, 1)
            IntTensor letters = before.reshape(-1); // (batch)
            return table.forward(Variable.constantOf(letters.oneHot(NameList.LETTERS))); // (batch, 27)
        }

        /** Scores of what follows each letter, [27, 27]. */
        Tensor logits() {
            return table.weight().value().value().transpose(); // stored as (next, before)
        }
    }

    /**
     * Bengio et al. 2003, "A Neural Probabilistic Language Model": each letter before has a vector, all of them
     * together go through a hidden layer of tanh.
     */
    static final class Mlp extends NameModel {
        private final Embedding embedding;
        private final Linear hidden;
        private final Linear output;

        Mlp(int context, int embeddingSize, int hiddenSize) {
            super(context);
            embedding = child("embedding", new Embedding(NameList.LETTERS, embeddingSize));
            hidden = child("hidden", new Linear(context * embeddingSize, hiddenSize));
            // From zero, so that it begins by taking all letters for equally likely, not by being wrong with certainty.
            output = child(
                    "output", new Linear(hiddenSize, NameList.LETTERS, true, Initializer.zeros(), Initializer.zeros()));
        }

        @Override
        Variable forward(IntTensor before) { // (batch, context)
            Variable vectors = embedding.forward(before); // (batch, context, embedding)
            return output.forward(hidden.forward(vectors.flatten(1, -1)).tanh()); // (batch, 27)
        }
    }

    /** Probabilities of what comes next, [batch, 27]. */
    final Tensor probabilities(IntTensor before) {
        return Variable.withoutGradients(() -> forward(before)).value().softmax(-1);
    }

    /** How likely each letter follows each other one in these names, by this model: its mean over all their places. */
    final Tensor pairProbabilities(NameList names) {
        Tensor sums = Tensor.zeros(DType.FLOAT64, Shape.of(NameList.LETTERS, NameList.LETTERS));
        Tensor places = Tensor.zeros(DType.FLOAT64, Shape.of(NameList.LETTERS, 1));
        for (Batch batch : names.examples(context).batches(EVALUATION_BATCH)) {
            int[] before = batch.tokens().toArray();
            int[] last = new int[batch.size()];
            for (int i = 0; i < last.length; i++) {
                last[i] = before[(i + 1) * context - 1];
            }
            Tensor rows = IntTensor.of(last)
                    .oneHot(NameList.LETTERS)
                    .to(DType.FLOAT64)
                    .transpose(); // (27, batch)
            sums = sums.add(rows.matmul(probabilities(batch.tokens()).to(DType.FLOAT64)));
            places = places.add(rows.sum(Axes.of(1).kept()));
        }
        return sums.div(places.maximum(places.constant(1))); // a letter that no name has: zeros
    }

    /** Makes up a name: letter by letter, each drawn by the model's probabilities, until the end is drawn. */
    final String invent(Rng rng) {
        int[] before = new int[context];
        var name = new StringBuilder();
        while (name.length() < LONGEST) {
            Tensor probabilities = probabilities(IntTensor.of(Shape.of(1, context), before));
            int next = draw(probabilities, rng.stream(name.length()).uniform());
            if (next == NameList.END) {
                break;
            }
            name.append(NameList.letter(next));
            System.arraycopy(before, 1, before, 0, context - 1);
            before[context - 1] = next;
        }
        return name.toString();
    }

    /** The letter within whose share of [0, 1) a number lies. */
    private static int draw(Tensor probabilities, double number) {
        double sum = 0;
        int likely = 0;
        for (int letter = 0; letter < NameList.LETTERS; letter++) {
            double probability = probabilities.at(0, letter);
            sum += probability;
            if (number < sum) {
                return letter;
            }
            likely = probability > 0 ? letter : likely; // rounded probabilities may sum to a little below 1
        }
        return likely;
    }
}
