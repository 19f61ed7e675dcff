package dev.lanewise.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Making tensors and reading them. */
class TensorTest {
    @Test
    void negativeNumbersOfPlacesCountFromTheEnd() {
        Tensor x = Tensor.arange(6).reshape(2, 3);
        assertThat(x.index(IntTensor.of(-1, 0), IntTensor.of(-3, 2))).isEqualTo(Tensor.of(new float[] {3, 2}));
        assertThat(x.indexPut(Tensor.of(new float[] {9}), IntTensor.of(-2), IntTensor.of(-1)))
                .isEqualTo(Tensor.of(new float[] {0, 1, 9, 3, 4, 5}, 2, 3));
    }

    @Test
    void whatIsSelectedByAMaskBroadcasts() {
        Tensor x = Tensor.of(new float[] {1, 2});
        IntTensor mask = IntTensor.of(Shape.of(2, 2), 1, 0, 1, 1);
        assertThat(x.maskedSelect(mask)).isEqualTo(Tensor.of(new float[] {1, 1, 2}));
    }

    @Test
    void piecesThatAreNotEqualAreOfTheNextLargerSizeAsLongAsElementsLast() {
        Tensor x = Tensor.arange(7);
        assertThat(x.chunk(0, 3)).isEqualTo(x.split(0, 3, 3, 1));
        assertThat(x.chunk(0, 4)).isEqualTo(x.split(0, 2, 2, 2, 1));
        assertThat(x.chunk(0, 5)).isEqualTo(x.split(0, 2, 2, 2, 1));
        assertThat(x.chunk(0, 9)).hasSize(7);
        assertThat(Tensor.zeros(0).chunk(0, 2)).hasSize(2);
    }

    /** PyTorch's convention. */
    @Test
    void aScalarIsReducedAsIfItHadOneAxis() {
        Tensor x = Tensor.scalar(3);
        assertThat(x.sum(0)).isEqualTo(x);
        assertThat(x.amax(Axes.of(-1).kept())).isEqualTo(x);
        assertThatThrownBy(() -> x.sum(1)).hasMessageContaining("a scalar has no axes");
    }

    @Test
    void factoriesCopyTheirArrays() {
        float[] floats = {1, 2};
        Tensor single = Tensor.of(floats);
        floats[0] = 9;
        single.toFloats()[1] = 9;
        assertThat(single.toFloats()).containsExactly(1, 2);
        double[] doubles = {1, 2, 3, 4};
        Tensor exact = Tensor.of(doubles, 2, 2);
        doubles[0] = 9;
        exact.toDoubles()[1] = 9;
        assertThat(exact.toDoubles()).containsExactly(1, 2, 3, 4);
    }

    @Test
    void factoriesFill() {
        assertThat(Tensor.zeros(2, 2).toFloats()).containsExactly(0, 0, 0, 0);
        assertThat(Tensor.ones(3).toFloats()).containsExactly(1, 1, 1);
        assertThat(Tensor.full(DType.FLOAT64, Shape.of(2), 0.1).toDoubles()).containsExactly(0.1, 0.1);
        assertThat(Tensor.full(DType.FLOAT32, Shape.of(1), 0.1).toDoubles()).containsExactly(0.1f);
        assertThat(Tensor.arange(4).toFloats()).containsExactly(0, 1, 2, 3);
        assertThat(Tensor.eye(2).toFloats()).containsExactly(1, 0, 0, 1);
        assertThat(Tensor.of(new float[][] {{1, 2, 3}, {4, 5, 6}}).at(1, 0)).isEqualTo(4);
        assertThat(Tensor.of(new float[][] {}).shape()).isEqualTo(Shape.of(0, 0));
        assertThat(Tensor.of(DType.FLOAT32, Shape.of(2), 0.1, 1e300).toDoubles())
                .containsExactly(0.1f, Double.POSITIVE_INFINITY);
        assertThat(Tensor.of(new float[0]).shape()).isEqualTo(Shape.of(0));
    }

    @Test
    void factoriesRefuseWhatDoesNotFit() {
        assertThatThrownBy(() -> Tensor.of(new float[5], 2, 3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Tensor.of: shape [2, 3] holds 6 values, given were 5");
        assertThatThrownBy(() -> Tensor.of(new float[][] {{1, 2}, {3}}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Tensor.of: row 1 has 1 values where row 0 has 2");
        assertThatThrownBy(() -> IntTensor.of(Shape.of(2), 1, 2, 3))
                .hasMessage("IntTensor.of: shape [2] holds 2 values, given were 3");
    }

    @Test
    void readsSingleElements() {
        Tensor x = Tensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
        assertThat(x.at(1, 2)).isEqualTo(6);
        assertThat(x.at(-1, -3)).isEqualTo(4);
        assertThat(Tensor.scalar(2.5).at()).isEqualTo(2.5);
        assertThat(Tensor.of(new float[] {7}, 1, 1).item()).isEqualTo(7);
        assertThatThrownBy(() -> x.at(1))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("Tensor.at: index [1] has 1 numbers, shape [2, 3] has 2 axes");
        assertThatThrownBy(() -> x.at(1, 3))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("Tensor.at: index [1, 3] is out of range at axis 1 of shape [2, 3]: expected -3 to 2");
        assertThatThrownBy(x::item)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("item: shape [2, 3] has 6 elements, expected exactly one");
        assertThatThrownBy(() -> Tensor.zeros(0).item()).hasMessageContaining("has 0 elements");
    }

    @Test
    void convertsBetweenTypesRoundingOnce() {
        Tensor exact = Tensor.of(new double[] {0.1, 1e-50, 3});
        Tensor single = exact.to(DType.FLOAT32);
        assertThat(single.dtype()).isEqualTo(DType.FLOAT32);
        assertThat(single.toFloats()).containsExactly(0.1f, 0, 3);
        assertThat(single.to(DType.FLOAT64).toDoubles()).containsExactly(0.1f, 0, 3);
        assertThat(exact.to(DType.FLOAT64)).isSameAs(exact);
        assertThat(Tensor.arange(6).reshape(2, 3).transpose().to(DType.FLOAT64).toDoubles())
                .containsExactly(0, 3, 1, 4, 2, 5);
    }

    @Test
    void equalByTypeShapeAndElements() {
        Tensor x = Tensor.of(new float[] {1, Float.NaN, 0}, 3);
        assertThat(x)
                .isEqualTo(Tensor.of(new float[] {1, Float.NaN, 0}))
                .hasSameHashCodeAs(x.flip(0).flip(0));
        assertThat(x).isNotEqualTo(Tensor.of(new float[] {1, Float.NaN, -0f}));
        assertThat(x).isNotEqualTo(x.reshape(1, 3)).isNotEqualTo(x.to(DType.FLOAT64));
        assertThat(Tensor.arange(4).reshape(2, 2).transpose()).isEqualTo(Tensor.of(new float[] {0, 2, 1, 3}, 2, 2));
    }

    @Test
    void tellsWhetherAllIsFinite() {
        assertThat(Tensor.of(new float[] {1, Float.MAX_VALUE, -Float.MAX_VALUE}).isFinite())
                .isTrue();
        assertThat(Tensor.of(new float[] {1, Float.NaN}).isFinite()).isFalse();
        assertThat(Tensor.of(new double[] {1, Double.NEGATIVE_INFINITY}).isFinite())
                .isFalse();
        assertThat(Tensor.zeros(0).isFinite()).isTrue();
        assertThat(Tensor.of(new float[] {3, 4}).sumOfSquares()).isEqualTo(25);
    }

    @Test
    void findsTheExtremesFirstOnesAndNotANumberBeforeAll() {
        Tensor x = Tensor.of(new float[] {3, 1, 3, 1, Float.NaN, 2, 0, -0f, 0}, 3, 3);
        assertThat(x.argmax(1)).isEqualTo(IntTensor.of(0, 1, 0));
        assertThat(x.argmin(1)).isEqualTo(IntTensor.of(1, 1, 0));
        assertThat(x.argmax(0)).isEqualTo(IntTensor.of(0, 1, 0));
        assertThat(x.transpose().argmax(0)).isEqualTo(x.argmax(1));
        assertThatThrownBy(() -> Tensor.zeros(2, 0).argmax(1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("argmax: axis 1 of shape [2, 0] holds no element to choose from");
        assertThat(Tensor.zeros(0, 2).argmax(1)).isEqualTo(IntTensor.of());
    }

    @Test
    void sortsStablyWithNotANumberAtTheLargeEnd() {
        Tensor x = Tensor.of(new float[] {2, Float.NaN, 1, 2, 0});
        assertThat(x.argsort(0, false)).isEqualTo(IntTensor.of(4, 2, 0, 3, 1));
        assertThat(x.argsort(0, true)).isEqualTo(IntTensor.of(1, 0, 3, 2, 4));
        assertThat(Tensor.of(new float[] {3, 1, 2, 0}, 2, 2).argsort(0, false))
                .isEqualTo(IntTensor.of(Shape.of(2, 2), 1, 1, 0, 0));
        assertThat(Tensor.zeros(0, 2).argsort(0, false).shape()).isEqualTo(Shape.of(0, 2));
    }

    @Test
    void intTensorsHoldWholeNumbers() {
        int[] values = {1, 2, 3, 4, 5, 6};
        IntTensor x = IntTensor.of(Shape.of(3, 2), values);
        values[0] = 9;
        x.toArray()[1] = 9;
        assertThat(x.toArray()).containsExactly(1, 2, 3, 4, 5, 6);
        assertThat(x.at(2, 0)).isEqualTo(5);
        assertThat(x.at(-1, -1)).isEqualTo(6);
        assertThat(x.get(3)).isEqualTo(4);
        assertThat(x.reshape(2, -1)).isEqualTo(IntTensor.of(Shape.of(2, 3), 1, 2, 3, 4, 5, 6));
        assertThat(x.slice(1, 3)).isEqualTo(IntTensor.of(Shape.of(2, 2), 3, 4, 5, 6));
        assertThat(x.slice(2, 2).shape()).isEqualTo(Shape.of(0, 2));
        assertThat(x.toTensor(DType.FLOAT64)).isEqualTo(Tensor.of(new double[] {1, 2, 3, 4, 5, 6}, 3, 2));
        assertThat(IntTensor.full(Shape.of(2), 7)).isEqualTo(IntTensor.of(7, 7)).hasSameHashCodeAs(IntTensor.of(7, 7));
        assertThat(x).isNotEqualTo(x.reshape(6));
        assertThatThrownBy(() -> x.at(3, 0))
                .hasMessageContaining("IntTensor.at: index [3, 0] is out of range at axis 0");
        assertThatThrownBy(() -> x.slice(1, 4))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("IntTensor.slice: 1 to 4 is not within the first axis of [3, 2]");
        assertThatThrownBy(() -> x.reshape(4)).hasMessage("IntTensor.reshape: [3, 2] has 6 elements, [4] has 4");
    }

    @Test
    void mutableTensorsCountTheirChanges() {
        Tensor initial = Tensor.of(new float[] {1, 2});
        MutableTensor mutable = new MutableTensor("w", initial);
        Tensor view = mutable.value().reshape(2, 1).transpose();
        Tensor before = mutable.snapshot();
        assertThat(mutable.version()).isZero();
        mutable.assign(Tensor.of(new float[] {3, 4}));
        assertThat(view.toFloats()).containsExactly(3, 4);
        assertThat(view.version()).isEqualTo(1);
        assertThat(view.ownerName()).isEqualTo("w");
        assertThat(before.toFloats()).containsExactly(1, 2);
        assertThat(before.version()).isZero();
        assertThat(initial.toFloats()).containsExactly(1, 2);
        Formula step = Formula.of("step", (p, g) -> p.sub(g));
        MutableTensor.update(step, List.of(mutable), List.of(mutable.value(), Tensor.ones(1)));
        assertThat(mutable.value().toFloats()).containsExactly(2, 3);
        assertThat(mutable.version()).isEqualTo(2);
    }

    @Test
    void mutableTensorsRefuseWhatDoesNotFit() {
        MutableTensor w = new MutableTensor("w", Tensor.zeros(2));
        Formula step = Formula.of("step", (p, g) -> p.sub(g));
        assertThatThrownBy(() -> w.assign(Tensor.zeros(3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("w: cannot take values of shape [3] and type FLOAT32, it has [2] and FLOAT32");
        assertThatThrownBy(() -> w.assign(Tensor.zeros(DType.FLOAT64, Shape.of(2))))
                .hasMessageContaining("FLOAT64");
        assertThatThrownBy(() -> MutableTensor.update(step, List.of(w, w), List.of(w.value(), w.value())))
                .hasMessage("step has 1 results, given were 2 tensors to update");
        assertThatThrownBy(() -> MutableTensor.update(step, List.of(w), List.of(w.value(), Tensor.zeros(3, 2))))
                .hasMessageContaining("the operands broadcast to [3, 2], more than the targets' shape [2]");
        assertThatThrownBy(() -> MutableTensor.update(step, List.of(w), List.of(w.value())))
                .hasMessageContaining("step: takes 2 operands [x, y], given were 1");
        assertThat(w.version()).isZero();
    }
}
