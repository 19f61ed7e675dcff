package dev.lanewise.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A scalar is the one element along axis 0 or −1, as in PyTorch, of operations that go along an axis. */
class ScalarAxesTest {
    private static final Tensor NUMBER = Tensor.scalar(3);
    private static final IntTensor FIRST = IntTensor.of(0).reshape();

    /** What goes along an axis, and what it makes of 3. */
    enum Along {
        SUM(3, Tensor::sum),
        PROD(3, Tensor::prod),
        CUM_SUM(3, Tensor::cumSum),
        CUM_PROD(3, Tensor::cumProd),
        LOG_CUM_SUM_EXP(3, Tensor::logCumSumExp),
        CUM_MAX(3, Tensor::cumMax),
        ARG_CUM_MIN(0, (x, axis) -> x.argCumMin(axis).toTensor(DType.FLOAT32)),
        MODE(3, Tensor::mode),
        ARG_MODE(0, (x, axis) -> x.argMode(axis).toTensor(DType.FLOAT32)),
        LOG_SUM_EXP(3, Tensor::logSumExp),
        NORM(3, Tensor::norm2),
        MAX(3, Tensor::max),
        MIN(3, Tensor::min),
        AMAX(3, Tensor::amax),
        ARGMAX(0, (x, axis) -> x.argmax(axis).toTensor(DType.FLOAT32)),
        ARGMIN(0, (x, axis) -> x.argmin(axis).toTensor(DType.FLOAT32)),
        SORT(3, (x, axis) -> x.sort(axis, true)),
        ARGSORT(0, (x, axis) -> x.argsort(axis, false).toTensor(DType.FLOAT32)),
        TOP_K(3, (x, axis) -> x.topK(axis, 1, true)),
        KTH_VALUE(3, (x, axis) -> x.kthValue(1, axis)),
        MEDIAN(3, Tensor::median),
        QUANTILE(3, (x, axis) -> x.quantile(0.3, axis)),
        SOFTMAX(1, Tensor::softmax),
        LOG_SOFTMAX(0, Tensor::logSoftmax),
        NORMALIZE(1, (x, axis) -> x.normalize(axis, 1e-12)),
        COSINE(1, (x, axis) -> x.cosineSimilarity(x, axis, 1e-8)),
        FLIP(3, Tensor::flip),
        TRANSPOSE(3, (x, axis) -> x.transpose(0, axis)),
        SQUEEZE(3, Tensor::squeeze),
        GATHER(3, (x, axis) -> x.gather(axis, FIRST)),
        SCATTER(5, (x, axis) -> x.scatter(axis, FIRST, Tensor.scalar(5))),
        SCATTER_ADD(8, (x, axis) -> x.scatterAdd(axis, FIRST, Tensor.scalar(5))),
        SCATTER_REDUCE(15, (x, axis) -> x.scatterReduce(axis, FIRST, Tensor.scalar(5), (a, b) -> a.mul(b))),
        INDEX_SELECT(3, (x, axis) -> x.indexSelect(axis, IntTensor.of(0))),
        INDEX_ADD(8, (x, axis) -> x.indexAdd(axis, IntTensor.of(0), Tensor.scalar(5)));

        private final double expected;
        private final BiFunction<Tensor, Integer, Tensor> operation;

        Along(double expected, BiFunction<Tensor, Integer, Tensor> operation) {
            this.expected = expected;
            this.operation = operation;
        }
    }

    @ParameterizedTest
    @EnumSource
    void theOneElementAlongTheAxis(Along along) {
        for (int axis : new int[] {0, -1}) {
            Tensor result = along.operation.apply(NUMBER, axis);
            assertThat(result.shape()).isEqualTo(Shape.scalar());
            assertThat(result.item()).isEqualTo(along.expected);
        }
    }

    @ParameterizedTest
    @EnumSource
    void thereIsNoOtherAxis(Along along) {
        for (int axis : new int[] {1, -2}) {
            assertThatThrownBy(() -> along.operation.apply(NUMBER, axis))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessageContaining("axis %d: a scalar has no axes".formatted(axis));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1})
    void windowsAndMergedAxesHaveAnAxis(int axis) {
        assertThat(NUMBER.flatten(axis, 0)).isEqualTo(Tensor.of(new float[] {3}));
        assertThat(NUMBER.unfold(axis, 1, 1)).isEqualTo(Tensor.of(new float[] {3}));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1})
    void whatNeedsPlacesAlongTheAxisRefusesScalars(int axis) {
        List<Runnable> calls = List.of(
                () -> NUMBER.select(axis, 0),
                () -> NUMBER.slice(axis, 0, 1),
                () -> NUMBER.split(axis, 1),
                () -> NUMBER.chunk(axis, 1),
                () -> NUMBER.roll(axis, 1),
                () -> NUMBER.repeat(axis, 2),
                () -> NUMBER.repeatInterleave(axis, 2),
                () -> NUMBER.pad(axis, 1, 1),
                () -> NUMBER.padReplicate(axis, 1, 1),
                () -> NUMBER.resample(axis, new double[] {0}, Interpolation.LINEAR),
                () -> NUMBER.unique(axis, true),
                () -> NUMBER.permute(axis),
                () -> NUMBER.diagonal(0, axis, axis),
                () -> TensorOps.concat(axis, List.of(NUMBER, NUMBER)));
        for (Runnable call : calls) {
            assertThatThrownBy(call::run)
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessageContaining("a scalar has no axes");
        }
        assertThatThrownBy(() -> NUMBER.indexSelect(axis, IntTensor.of(0, 0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a scalar has one element");
        assertThatThrownBy(() -> NUMBER.topK(axis, 0, true))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a scalar has one element");
    }
}
