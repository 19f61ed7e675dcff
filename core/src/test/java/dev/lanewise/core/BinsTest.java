package dev.lanewise.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Running extremes, modes, places among sorted numbers and counts: what PyTorch 2.13 gives for the same numbers. */
class BinsTest {
    private static final double NAN = Double.NaN;
    private static final double INFINITE = Double.POSITIVE_INFINITY;

    private static Tensor of(DType dtype, double... values) {
        return Tensor.of(values).to(dtype);
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void runningExtremes(DType dtype) {
        Tensor x = of(dtype, 1, 1, 0, NAN, 2, NAN, 3);
        assertThat(x.cumMax(0)).isEqualTo(of(dtype, 1, 1, 1, NAN, NAN, NAN, NAN));
        assertThat(x.argCumMax(0)).isEqualTo(IntTensor.of(0, 1, 1, 3, 3, 5, 5));
        Tensor y = of(dtype, 1, 1, 2, 0, 0, -0.0, NAN, 1);
        assertThat(y.cumMin(0)).isEqualTo(of(dtype, 1, 1, 1, 0, 0, -0.0, NAN, NAN));
        assertThat(y.argCumMin(-1)).isEqualTo(IntTensor.of(0, 1, 1, 3, 4, 5, 6, 6));
        Tensor columns = of(dtype, 1, 5, 2, 4, 0, 6).reshape(3, 2).transpose(); // strided
        assertThat(columns.cumMax(1)).isEqualTo(of(dtype, 1, 2, 2, 5, 5, 6).reshape(2, 3));
        assertThat(Tensor.zeros(3, 0).cumMax(1)).isEqualTo(Tensor.zeros(3, 0));
        assertThat(Tensor.zeros(0, 3).argCumMin(1).shape()).isEqualTo(Shape.of(0, 3));
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void modes(DType dtype) {
        Tensor x = of(dtype, 2, 1, 1, 2, 3, 3);
        assertThat(x.mode(0).item()).isEqualTo(1);
        assertThat(x.argMode(0)).isEqualTo(IntTensor.of(Shape.of(), 2));
        Tensor rows = of(dtype, 3, 3, 1, 0, -0.0, 1).reshape(2, 3);
        assertThat(rows.mode(1)).isEqualTo(of(dtype, 3, -0.0));
        assertThat(rows.argMode(1)).isEqualTo(IntTensor.of(1, 1));
        assertThat(rows.mode(0)).isEqualTo(of(dtype, 0, -0.0, 1));
        assertThat(of(dtype, 1, NAN, 2).argMode(0).get(0)).isEqualTo(1);
        assertThat(of(dtype, NAN, NAN, 2, 2).mode(0).item()).isEqualTo(2);
        assertThat(Tensor.zeros(0, 3).mode(1)).isEqualTo(Tensor.zeros(0));
        assertThatThrownBy(() -> Tensor.zeros(3, 0).mode(1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("mode: axis 1 of [3, 0] has no element; reduce an axis that has some");
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void placesAmongSortedNumbers(DType dtype) {
        Tensor sorted = of(dtype, 1, 3, 5, 7);
        Tensor values = of(dtype, 0, 1, 3.5, NAN, 7, 8, -INFINITE, INFINITE).reshape(2, 4);
        assertThat(sorted.searchSorted(values, false)).isEqualTo(IntTensor.of(Shape.of(2, 4), 0, 0, 2, 4, 3, 4, 0, 4));
        assertThat(of(dtype, 1, 3, 3, 7).searchSorted(of(dtype, 3, 7, NAN), true))
                .isEqualTo(IntTensor.of(3, 4, 4));
        Tensor rows = of(dtype, 1, 3, 5, 2, 4, 6).reshape(2, 3);
        assertThat(rows.searchSorted(of(dtype, 3, 9, 3, 0).reshape(2, 2), false))
                .isEqualTo(IntTensor.of(Shape.of(2, 2), 1, 3, 1, 0));
        assertThat(of(dtype, 1, 2, 2, 5, 9).bucketize(of(dtype, 2, 5, 6), false))
                .isEqualTo(IntTensor.of(0, 0, 0, 1, 3));
        assertThat(of(dtype, 1, 2, 2, 5, 9).bucketize(of(dtype, 2, 5, 6), true)).isEqualTo(IntTensor.of(0, 1, 1, 2, 3));
        assertThat(of(dtype, 1).select(0, 0).bucketize(of(dtype, 0, 5), true)).isEqualTo(IntTensor.of(Shape.of(), 1));
        assertThat(Tensor.zeros(0).searchSorted(Tensor.zeros(2), false)).isEqualTo(IntTensor.of(0, 0));
        assertThat(Tensor.zeros(2, 3).searchSorted(Tensor.zeros(2, 0), false).shape())
                .isEqualTo(Shape.of(2, 0));
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void counts(DType dtype) {
        IntTensor numbers = IntTensor.of(1, 1, 3);
        assertThat(numbers.binCount(0)).isEqualTo(IntTensor.of(0, 2, 0, 1));
        assertThat(numbers.binCount(of(dtype, .5, 1, 2), 6)).isEqualTo(of(dtype, 0, 1.5, 0, 2, 0, 0));
        assertThat(IntTensor.of().binCount(2)).isEqualTo(IntTensor.of(0, 0));
        assertThat(IntTensor.of().binCount(0)).isEqualTo(IntTensor.of());

        assertThat(of(dtype, 1, 2, 1, 4, 0, -1, NAN).histc(4, 0, 4)).isEqualTo(of(dtype, 1, 2, 1, 1));
        assertThat(of(dtype, 1, 2, 1).histc(3, 0, 0)).isEqualTo(of(dtype, 2, 0, 1));
        assertThat(of(dtype, 2, 2).histc(4, 0, 0)).isEqualTo(of(dtype, 0, 0, 2, 0));
        assertThat(of(dtype, 1, 2).histc(3, 2, 2)).isEqualTo(of(dtype, 1, 0, 1));
        assertThat(of(dtype).histc(4, 0, 0)).isEqualTo(of(dtype, 0, 0, 0, 0));
    }

    @Test
    void gridsOfVectors() {
        List<Tensor> grid =
                TensorOps.meshGrid(List.of(Tensor.of(new float[] {1, 2}), Tensor.of(new float[] {4, 5, 6})));
        assertThat(grid.get(0)).isEqualTo(Tensor.of(new float[][] {{1, 1, 1}, {2, 2, 2}}));
        assertThat(grid.get(1)).isEqualTo(Tensor.of(new float[][] {{4, 5, 6}, {4, 5, 6}}));
    }

    @Test
    void gridsOfVectorsAsPictures() {
        Tensor x = Tensor.of(new float[] {1, 2});
        Tensor y = Tensor.of(new float[] {4, 5, 6});
        List<Tensor> grid = TensorOps.meshGrid(List.of(x, y), true);
        assertThat(grid.get(0)).isEqualTo(Tensor.of(new float[][] {{1, 2}, {1, 2}, {1, 2}}));
        assertThat(grid.get(1)).isEqualTo(Tensor.of(new float[][] {{4, 4}, {5, 5}, {6, 6}}));
        assertThat(TensorOps.meshGrid(List.of(x, y), false)).isEqualTo(TensorOps.meshGrid(List.of(x, y)));
        List<Tensor> three = TensorOps.meshGrid(List.of(x, y, Tensor.zeros(4)), true);
        assertThat(three).allMatch(each -> each.shape().equals(Shape.of(3, 2, 4)));
        assertThat(three.get(0).select(2, 3)).isEqualTo(grid.get(0));
        assertThat(TensorOps.meshGrid(List.of(x), true)).isEqualTo(List.of(x));
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void placesAmongNumbersThatASorterSorts(DType dtype) {
        Tensor rows = of(dtype, 5, 1, 3, 4, 6, 2).reshape(2, 3);
        IntTensor sorter = rows.argsort(-1, false);
        assertThat(rows.searchSorted(of(dtype, 3, 9, 3, 0).reshape(2, 2), false, sorter))
                .isEqualTo(IntTensor.of(Shape.of(2, 2), 1, 3, 1, 0));
        assertThat(rows.searchSorted(of(dtype, 3, 9, 4, 0).reshape(2, 2), true, sorter))
                .isEqualTo(IntTensor.of(Shape.of(2, 2), 2, 3, 2, 0));
        Tensor one = of(dtype, 7, NAN, 1, 3);
        assertThat(one.searchSorted(of(dtype, 3, NAN), true, IntTensor.of(2, 3, 0, 1)))
                .isEqualTo(IntTensor.of(2, 4));
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void placesThatBroadcast(DType dtype) {
        Tensor x = Tensor.fill(dtype, Shape.of(2, 3, 4), i -> i);
        IntTensor i = IntTensor.of(Shape.of(3, 1), 0, 1, 0);
        IntTensor j = IntTensor.of(0, 2, -1, 1);
        Tensor picked = x.index(i, j);
        assertThat(picked.shape()).isEqualTo(Shape.of(3, 4, 4));
        assertThat(picked.select(2, 0))
                .isEqualTo(of(dtype, 0, 8, 8, 4, 12, 20, 20, 16, 0, 8, 8, 4).reshape(3, 4));
        IntTensor single = IntTensor.of(Shape.of(), 1);
        assertThat(x.index(single, j).shape()).isEqualTo(Shape.of(4, 4));
        assertThat(x.index(single, j, IntTensor.of(Shape.of(2, 1), 0, 3)))
                .isEqualTo(of(dtype, 12, 20, 20, 16, 15, 23, 23, 19).reshape(2, 4));
        assertThat(x.index(single)).isEqualTo(x.select(0, 1));
        assertThat(x.index(IntTensor.of(Shape.of(0, 1)), j).shape()).isEqualTo(Shape.of(0, 4, 4));
        Tensor source = Tensor.fill(dtype, Shape.of(2, 4, 4), k -> -k);
        IntTensor both = IntTensor.of(Shape.of(2, 1), 0, 1);
        Tensor put = x.indexPut(source, both, IntTensor.of(0, 1, 2, 0)); // of column 0 the last one stays
        assertThat(put.index(both, IntTensor.of(1, 2, 0))).isEqualTo(source.slice(1, 1, 4));
    }

    @ParameterizedTest
    @EnumSource(DType.class)
    void aSingleIndexLeavesItsAxis(DType dtype) {
        Tensor x = Tensor.fill(dtype, Shape.of(3, 4), i -> i);
        IntTensor single = IntTensor.of(Shape.of(), 1);
        assertThat(x.indexSelect(0, single)).isEqualTo(of(dtype, 4, 5, 6, 7).reshape(1, 4));
        assertThat(x.indexSelect(1, single)).isEqualTo(of(dtype, 1, 5, 9).reshape(3, 1));
        IntTensor zero = IntTensor.of(Shape.of(), 0);
        assertThat(Tensor.scalar(dtype, 3).indexSelect(0, zero)).isEqualTo(Tensor.scalar(dtype, 3));
    }

    @Test
    void whatDoesNotFitIsSaid() {
        Tensor x = Tensor.zeros(2, 3);
        assertThatThrownBy(() -> x.searchSorted(Tensor.zeros(3, 3), false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sorted numbers of shape [2, 3] and values of shape [3, 3], expected one axis");
        assertThatThrownBy(() -> Tensor.zeros(3).searchSorted(x.to(DType.FLOAT64), false))
                .hasMessageContaining("sorted numbers are FLOAT32 and values FLOAT64");
        assertThatThrownBy(() -> x.searchSorted(x, false, IntTensor.of(0, 1, 2)))
                .hasMessage("searchSorted: the sorter has shape [3], expected that of the numbers, [2, 3]");
        assertThatThrownBy(() -> x.searchSorted(x, false, IntTensor.of(Shape.of(2, 3), 0, 1, 2, 0, 1, 3)))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessage("searchSorted, sorter: index 3 at position 5 of [2, 3] is out of range: expected 0 to 2");
        assertThatThrownBy(() -> x.bucketize(x, false))
                .hasMessage("bucketize: boundaries have shape [2, 3], expected one axis");
        assertThatThrownBy(() -> x.histc(0, 0, 1)).hasMessage("histc: 0 bins, expected at least 1");
        assertThatThrownBy(() -> x.histc(2, 3, 1)).hasMessage("histc: low 3.0 is above high 1.0");
        assertThatThrownBy(() -> Tensor.of(new float[] {Float.NaN}).histc(2, 0, 0))
                .hasMessage("histc: the range from NaN to NaN is not finite; give low and high");
        assertThatThrownBy(() -> IntTensor.of(1, -2).binCount(0))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("binCount: number -2 at position 1");
        assertThatThrownBy(() -> IntTensor.of(1).binCount(-1))
                .hasMessage("binCount: at least -1 counts, expected 0 or more");
        assertThatThrownBy(() -> IntTensor.of(1).binCount(x, 1))
                .hasMessage("binCount: numbers have shape [1], weights [2, 3]; expected the same");
        assertThatThrownBy(() -> TensorOps.meshGrid(List.of(x)))
                .hasMessage("meshGrid: vector 0 has shape [2, 3], expected one axis");
        assertThatThrownBy(() -> TensorOps.meshGrid(List.<Tensor>of()))
                .hasMessage("meshGrid: no vectors given, expected at least one");
    }
}
