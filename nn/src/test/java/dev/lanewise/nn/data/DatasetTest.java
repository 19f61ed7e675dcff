package dev.lanewise.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.core.DType;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DatasetTest {
    /** Example i has input (10 i, 10 i + 1) and label i. */
    private static Dataset counting(int size) {
        return Dataset.of(
                Tensor.fill(DType.FLOAT32, Shape.of(size, 2), i -> 10 * (i / 2) + i % 2), IntTensor.arange(size));
    }

    private static int[] labels(Dataset dataset) {
        return dataset.batch(IntTensor.arange(dataset.size())).labels().toArray();
    }

    @Test
    void examplesComeInTheOrderOfTheirNumbers() {
        Batch batch = counting(5).batch(IntTensor.of(3, 0, 3));
        assertThat(batch.size()).isEqualTo(3);
        assertThat(batch.inputs().value().toFloats()).containsExactly(30, 31, 0, 1, 30, 31);
        assertThat(batch.labels().toArray()).containsExactly(3, 0, 3);
        assertThat(batch.inputs().needsGradient()).isFalse();
    }

    @Test
    void rowsOfWholeNumbersAreTakenAsAWhole() {
        Dataset dataset = Dataset.of(IntTensor.of(Shape.of(3, 2), 1, 2, 3, 4, 5, 6), IntTensor.of(7, 8, 9));
        Batch batch = dataset.batch(IntTensor.of(2, 0));
        assertThat(batch.tokens()).isEqualTo(IntTensor.of(Shape.of(2, 2), 5, 6, 1, 2));
        assertThat(batch.labels()).isEqualTo(IntTensor.of(9, 7));
    }

    @Test
    void targetsMayBeOfAnyShapeAndType() {
        Dataset dataset =
                Dataset.of(Tensor.of(new double[] {1, 2, 3}, 3), Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2, 1));
        Batch batch = dataset.batch(IntTensor.of(2));
        assertThat(batch.inputs().dtype()).isEqualTo(DType.FLOAT64);
        assertThat(batch.inputShape()).isEqualTo(Shape.scalar());
        assertThat(batch.targetShape()).isEqualTo(Shape.of(2, 1));
        assertThat(batch.targets().toFloats()).containsExactly(5, 6);
    }

    @Test
    void whoAsksForTheWrongKindIsToldTheRightOne() {
        Batch batch = counting(2).batch(IntTensor.of(0, 1));
        assertThatThrownBy(batch::tokens)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("batch: the inputs are FLOAT32 of shape [2, 2]; ask for inputs()");
        assertThatThrownBy(batch::targets)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("batch: the targets are whole numbers of shape [2]; ask for labels()");
    }

    @Test
    void inputsAndTargetsMustBeAsMany() {
        assertThatThrownBy(() -> Dataset.of(Tensor.zeros(3, 2), IntTensor.arange(4)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[3, 2] are 3 examples")
                .hasMessageContaining("[4] are 4");
        assertThatThrownBy(() -> Dataset.of(Tensor.scalar(1), IntTensor.arange(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("first axis");
    }

    @Test
    void raggedExamplesAreNamed() {
        List<Batch> examples = List.of(
                Batch.example(Tensor.zeros(2), 0),
                Batch.example(Tensor.zeros(2), 1),
                Batch.example(Tensor.zeros(3), 0));
        assertThatThrownBy(() -> Dataset.of(examples))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("part 2 has FLOAT32 of shape [3]")
                .hasMessageContaining("part 0 has FLOAT32 of shape [2]");
        Dataset loaded = Dataset.loading(3, examples::get);
        assertThat(loaded.batch(IntTensor.of(1, 0)).size()).isEqualTo(2);
        assertThatThrownBy(() -> loaded.batch(IntTensor.of(1, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("example 2 has FLOAT32 of shape [3]")
                .hasMessageContaining("example 1 has FLOAT32 of shape [2]");
        assertThatThrownBy(() -> Dataset.of(
                        List.of(Batch.example(Tensor.zeros(2), 0), Batch.example(Tensor.zeros(2), Tensor.scalar(1)))))
                .hasMessageContaining("targets differ");
        assertThatThrownBy(() -> Dataset.of(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void numbersOutOfRangeAreNamed() {
        for (Dataset dataset : List.of(
                counting(3),
                counting(5).subset(1, 4),
                counting(1).concat(counting(2)),
                counting(3).map(batch -> batch),
                Dataset.loading(3, i -> Batch.example(Tensor.zeros(2), i)),
                Dataset.windows(IntTensor.arange(5), 2))) {
            assertThat(dataset.size()).isEqualTo(3);
            for (int wrong : new int[] {3, -1}) {
                assertThatThrownBy(() -> dataset.batch(IntTensor.of(0, wrong)))
                        .isInstanceOf(IndexOutOfBoundsException.class)
                        .hasMessageContaining("no example " + wrong)
                        .hasMessageContaining("0 to 2");
            }
        }
        assertThatThrownBy(() -> counting(3).batch(IntTensor.full(Shape.of(1, 1), 0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[1, 1]");
    }

    @Test
    void subsetsOfSubsetsAreOfTheWhole() {
        Dataset subset = counting(10).subset(2, 8).subset(IntTensor.of(5, 0, 0));
        assertThat(labels(subset)).containsExactly(7, 2, 2);
        assertThatThrownBy(() -> counting(3).subset(1, 4)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> counting(3).subset(IntTensor.of(3))).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void splitTakesEveryExampleOnce() {
        Dataset.Split split = counting(100).split(0.29, Rng.of(1)); // 0.29 * 100 is 28.999999999999996
        assertThat(split.training().size()).isEqualTo(29);
        assertThat(split.validation().size()).isEqualTo(71);
        assertThat(IntStream.concat(IntStream.of(labels(split.training())), IntStream.of(labels(split.validation())))
                        .sorted()
                        .toArray())
                .isEqualTo(IntStream.range(0, 100).toArray());
        assertThat(labels(split.training())).isNotEqualTo(IntStream.range(0, 29).toArray());
        assertThat(labels(counting(100).split(0.29, Rng.of(1)).training())).isEqualTo(labels(split.training()));
        assertThat(counting(3).split(1, Rng.of(1)).validation().size()).isZero();
        for (double wrong : new double[] {-0.1, 1.1, Double.NaN}) {
            assertThatThrownBy(() -> counting(3).split(wrong, Rng.of(1))).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void concatenationKeepsTheAskedOrder() {
        Dataset both = counting(3).concat(counting(10).subset(5, 10));
        assertThat(labels(both)).containsExactly(0, 1, 2, 5, 6, 7, 8, 9);
        Batch batch = both.batch(IntTensor.of(7, 1, 3, 0, 7));
        assertThat(batch.labels().toArray()).containsExactly(9, 1, 5, 0, 9);
        assertThat(batch.inputs().value().slice(1, 0, 1).toFloats()).containsExactly(90, 10, 50, 0, 90);
        assertThatThrownBy(() -> counting(2)
                        .concat(Dataset.of(Tensor.zeros(2, 3), IntTensor.arange(2)))
                        .batch(IntTensor.of(0, 3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the second dataset has FLOAT32 of shape [3]");
    }

    @Test
    void mapIsLazyAndKeepsTheNumberOfExamples() {
        List<Integer> asked = new ArrayList<>();
        Dataset halved = counting(6).map(batch -> {
            asked.add(batch.size());
            return batch.withInputs(batch.inputs().value().div(2));
        });
        assertThat(asked).isEmpty();
        assertThat(halved.batch(IntTensor.of(4)).inputs().value().toFloats()).containsExactly(20, 20.5f);
        assertThat(asked).containsExactly(1);
        assertThatThrownBy(() -> counting(6)
                        .map(batch -> counting(1).batch(IntTensor.of(0)))
                        .batch(IntTensor.of(1, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("made 1 examples of 2");
    }

    @Test
    void windowsAreOfTheTextAndItsSuccessors() {
        IntTensor text = IntTensor.of(3, 1, 4, 1, 5, 9, 2, 6);
        Dataset windows = Dataset.windows(text, 3);
        assertThat(windows.size()).isEqualTo(5);
        Batch batch = windows.batch(IntTensor.of(4, 0));
        assertThat(batch.tokens()).isEqualTo(IntTensor.of(Shape.of(2, 3), 5, 9, 2, 3, 1, 4));
        assertThat(batch.labels()).isEqualTo(IntTensor.of(Shape.of(2, 3), 9, 2, 6, 1, 4, 1));

        Dataset apart = Dataset.windows(text, 3, 3);
        assertThat(apart.size()).isEqualTo(2);
        assertThat(apart.batch(IntTensor.of(1)).tokens()).isEqualTo(IntTensor.of(Shape.of(1, 3), 1, 5, 9));
        assertThat(Dataset.windows(text, 7).size()).isEqualTo(1);
        assertThat(Dataset.windows(text, 7, 100).size()).isEqualTo(1);

        assertThatThrownBy(() -> Dataset.windows(text, 8))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("8 tokens hold no window of 8");
        assertThatThrownBy(() -> Dataset.windows(text, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Dataset.windows(text, 1, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void loadedExamplesAreSingle() {
        Dataset wrong = Dataset.loading(3, i -> counting(3).batch(IntTensor.of(0, 1)));
        assertThatThrownBy(() -> wrong.batch(IntTensor.of(2)))
                .hasMessageContaining("for example 2 came a batch of 2, expected one");
        assertThatThrownBy(() -> Dataset.loading(-1, i -> Batch.example(Tensor.zeros(2), i)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
