package dev.lanewise.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Sliding;
import dev.lanewise.core.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Layers of images: convolution, pooling, batch normalisation, and their sequence. */
class ConvolutionTest {
    private static Variable images(int... sizes) {
        return Variable.constantOf(Rng.of(7).normal(sizes));
    }

    @Test
    void aNetworkOfImagesHasTorchsNamesAndShapes() {
        var model = new Sequential(
                new Conv2d(1, 4, 3, Sliding.DENSE.withPadding(1)),
                new BatchNorm2d(4),
                (x, pass) -> x.relu(),
                new MaxPool2d(2),
                new Conv2d(4, 6, 3, Sliding.by(2)),
                new GroupNorm(2, 6),
                new AvgPool2d(2),
                new Flatten(),
                new Dropout(0.5),
                new Linear(6, 10));
        model.init(Rng.of(1));
        assertThat(model.state().keySet())
                .contains("0.weight", "1.bias", "1.running_mean", "4.weight", "5.weight", "9.bias");
        assertThat(model.forward(images(3, 1, 12, 12), Pass.inference()).shape())
                .isEqualTo(Shape.of(3, 10));
        assertThat(model.describe()).contains("4: Conv2d(4 → 6, [3, 3])", "1: BatchNorm2d(4)", "8: Dropout(0.5)");
    }

    @Test
    void theBiasCanBeLeftOut() {
        Sliding sliding = Sliding.by(2).withPadding(1);
        for (Convolution layer : List.of(
                new Conv1d(2, 5, 3, sliding, false),
                new Conv2d(2, 5, 3, sliding, false),
                new Conv3d(2, 5, 3, sliding, false))) {
            layer.init(Rng.of(1));
            assertThat(layer.state()).containsOnlyKeys("weight");
            int axes = layer.weight().shape().rank() - 2;
            int[] sizes = new int[axes + 2];
            Arrays.fill(sizes, 4);
            sizes[1] = 2;
            assertThat(layer.forward(images(sizes), Pass.inference()).shape().size(-1))
                    .isEqualTo(2);
        }
    }

    @Test
    void transposedConvolutionUndoesTheShapes() {
        var down = new Conv2d(2, 5, 4, Sliding.by(2).withPadding(1));
        var up = new ConvTranspose2d(5, 2, 4, Sliding.by(2).withPadding(1));
        down.init(Rng.of(1));
        up.init(Rng.of(2));
        Variable x = images(3, 2, 8, 6);
        Variable small = down.forward(x, Pass.inference());
        assertThat(small.shape()).isEqualTo(Shape.of(3, 5, 4, 3));
        assertThat(up.forward(small, Pass.inference()).shape()).isEqualTo(x.shape());
        assertThat(up).hasToString("ConvTranspose2d(5 → 2, [4, 4])");
        var odd = new ConvTranspose1d(4, 6, new int[] {3}, List.of(Sliding.by(2)), 2, new int[] {1}, false);
        odd.init(Rng.of(3));
        assertThat(odd.forward(images(1, 4, 5), Pass.inference()).shape()).isEqualTo(Shape.of(1, 6, 12));
    }

    @Test
    void inTrainingTheBatchesStatisticsCountAndTheRunningOnesFollow() {
        var norm = new BatchNorm2d(3);
        norm.init(Rng.of(1));
        Variable x = images(4, 3, 5, 5).mul(3).add(2);
        Tensor before = norm.forward(x, Pass.inference()).value();
        Tensor trained = norm.forward(x, Pass.training(Rng.of(1), 0)).value();
        assertThat(trained.mean().item()).isBetween(-1e-5, 1e-5);
        assertThat(before.mean().item()).isGreaterThan(1);
        for (int step = 0; step < 200; step++) {
            norm.forward(x, Pass.training(Rng.of(1), step));
        }
        assertThat(norm.forward(x, Pass.inference()).value().mean().item()).isBetween(-1e-3, 1e-3);
    }

    @Test
    void aStateGoesFromOneModelToAnotherBuffersAndAll() {
        var norm = new BatchNorm1d(3);
        norm.init(Rng.of(1));
        norm.forward(images(4, 3), Pass.training(Rng.of(1), 0));
        Map<String, Tensor> state = norm.state();
        var other = new BatchNorm1d(3);
        assertThatThrownBy(() -> other.forward(images(4, 3), Pass.inference()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("running_mean has no values yet");
        other.load(state);
        assertThat(other.state()).isEqualTo(state);
        state.remove("running_var");
        state.put("running_batches", Tensor.scalar(1));
        assertThatThrownBy(() -> other.load(state))
                .hasMessageContaining("missing running_var [3]")
                .hasMessageContaining("unknown running_batches []");
    }

    /** PyTorch's state dict has the count as a whole number of shape []; those before its version 0.4.1 have none. */
    @Test
    void trainingPassesAreCountedAsTorchCountsThem() {
        var norm = new BatchNorm1d(3);
        norm.init(Rng.of(1));
        assertThat(norm.state().keySet())
                .containsExactly("weight", "bias", "running_mean", "running_var", "num_batches_tracked");
        norm.forward(images(4, 3), Pass.training(Rng.of(1), 0));
        norm.forward(images(4, 3), Pass.training(Rng.of(1), 1));
        norm.forward(images(4, 3), Pass.inference());
        Map<String, Tensor> state = norm.state();
        assertThat(state.get("num_batches_tracked")).isEqualTo(Tensor.scalar(DType.FLOAT64, 2));

        // A count that FLOAT32 does not hold goes on exactly, in a layer of FLOAT32.
        state.put("num_batches_tracked", Tensor.scalar(DType.FLOAT64, 1 << 24));
        norm.load(state);
        norm.forward(images(4, 3), Pass.training(Rng.of(1), 2));
        assertThat(norm.state().get("num_batches_tracked").item()).isEqualTo((1 << 24) + 1);
        state.put("num_batches_tracked", Tensor.scalar(7)); // of FLOAT32, as some convert whole numbers
        norm.load(state);
        assertThat(norm.state().get("num_batches_tracked").item()).isEqualTo(7);

        state.remove("num_batches_tracked");
        norm.load(state);
        assertThat(norm.state().get("num_batches_tracked").item()).isZero();
        state.put("num_batches_tracked", Tensor.zeros(1));
        assertThatThrownBy(() -> norm.load(state))
                .hasMessageContaining("num_batches_tracked has shape [1], expected []");
    }

    @Test
    void whatDoesNotFitIsNamed() {
        var model = new Sequential(new Conv2d(3, 4, 3), new BatchNorm2d(4));
        model.init(Rng.of(1));
        assertThatThrownBy(() -> model.forward(images(1, 2, 8, 8), Pass.inference()))
                .hasMessageContaining("0: conv: input [1, 2, 8, 8] has 2 channels");
        assertThatThrownBy(() -> model.forward(images(1, 3, 2, 8), Pass.inference()))
                .hasMessageContaining("no window of weight [4, 3, 3, 3] fits axis 2 of input [1, 3, 2, 8]");
        assertThatThrownBy(() -> model.forward(images(1, 3, 3, 3), Pass.training(Rng.of(1), 0)))
                .hasMessageContaining("1: 1 elements a channel in input [1, 4, 1, 1] have no variance");
        assertThatThrownBy(() -> new Conv2d(3, 4, new int[] {3}, List.of(Sliding.DENSE), 1, true))
                .hasMessage("Conv2d: 1 sizes, expected 2");
        assertThatThrownBy(() -> new Conv1d(3, 4, new int[] {3}, List.of(Sliding.DENSE), 2, true))
                .hasMessageContaining("Conv1d: 3 channels in, 4 out do not divide into 2 groups");
        assertThatThrownBy(() -> new GroupNorm(2, 3)).hasMessageContaining("3 channels do not divide into 2 groups");
        assertThatThrownBy(() -> Sliding.by(0)).hasMessageContaining("stride 0");
    }
}
