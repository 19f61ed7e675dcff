package dev.lanewise.nn.data;

import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Shape;

/** Windows of a text, and for each token of them the next one. */
final class WindowDataset implements Dataset {
    private final IntTensor tokens;
    private final int context;
    private final int stride;

    WindowDataset(IntTensor tokens, int context, int stride) {
        if (tokens.shape().rank() != 1) {
            throw new IllegalArgumentException(
                    "Dataset.windows: the tokens have shape %s, expected one axis".formatted(tokens.shape()));
        }
        if (context < 1 || stride < 1) {
            throw new IllegalArgumentException(
                    "Dataset.windows: context %d and stride %d, expected at least 1".formatted(context, stride));
        }
        if (tokens.shape().count() <= context) {
            throw new IllegalArgumentException(
                    "Dataset.windows: %d tokens hold no window of %d and the token behind it; give a longer text or a shorter context"
                            .formatted(tokens.shape().count(), context));
        }
        this.tokens = tokens;
        this.context = context;
        this.stride = stride;
    }

    @Override
    public int size() {
        return (tokens.shape().count() - context - 1) / stride + 1;
    }

    @Override
    public Batch batch(IntTensor numbers) {
        Numbers.check("Dataset.batch", numbers, size());
        int count = numbers.shape().count();
        Shape shape = Shape.of(count, context);
        int[] inputs = new int[shape.count()];
        int[] labels = new int[shape.count()];
        for (int row = 0; row < count; row++) {
            int from = numbers.get(row) * stride;
            for (int i = 0; i < context; i++) {
                inputs[row * context + i] = tokens.get(from + i);
                labels[row * context + i] = tokens.get(from + i + 1);
            }
        }
        return Batch.of(IntTensor.of(shape, inputs), IntTensor.of(shape, labels));
    }
}
