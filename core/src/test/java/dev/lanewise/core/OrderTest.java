package dev.lanewise.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** Ranks, truths and distances of what is empty, not a number, infinite, or does not fit. */
class OrderTest {
    private static final double NAN = Double.NaN;
    private static final double INFINITE = Double.POSITIVE_INFINITY;

    @Test
    void notANumberIsLargestOfAllAndSpoilsTheMedian() {
        Tensor x = Tensor.of(new double[] {3, NAN, 1, 2});
        assertThat(x.kthValue(1, 0).item()).isEqualTo(1);
        assertThat(x.kthValue(4, 0).item()).isNaN();
        assertThat(x.median(0).item()).isNaN();
        assertThat(x.quantile(0, 0).item()).isNaN();
        assertThat(Tensor.of(new double[] {3, INFINITE, 1, 2}).median(0).item()).isEqualTo(2);
        assertThat(Tensor.of(new float[] {4, 1, 2, 3}).quantile(0.5, 0).item()).isEqualTo(2.5);
    }

    @Test
    void ofNothingAllHoldsAndNothingIsAny() {
        Tensor none = Tensor.zeros(0, 3);
        assertThat(none.any(0)).isEqualTo(Tensor.zeros(3));
        assertThat(none.all(0)).isEqualTo(Tensor.ones(3));
        assertThat(none.all().item()).isEqualTo(1);
        assertThat(Tensor.of(new float[] {Float.NaN}).all().item()).isEqualTo(1);
    }

    @Test
    void infinitiesAreCloseToThemselvesAlone() {
        Tensor x = Tensor.of(new double[] {INFINITE, INFINITE, -INFINITE, NAN, 1, 1});
        Tensor y = Tensor.of(new double[] {INFINITE, 5, INFINITE, NAN, INFINITE, 1 + 1e-9});
        assertThat(x.isClose(y, 1e-5, 1e-8)).isEqualTo(Tensor.of(new double[] {1, 0, 0, 0, 0, 1}));
    }

    @Test
    void whatIsNoNumberBecomesOne() {
        Tensor x = Tensor.of(new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, -0.5f});
        assertThat(x.nanToNum(7, 8, -9)).isEqualTo(Tensor.of(new float[] {7, 8, -9, -0.5f}));
    }

    @Test
    void aHypotenuseDoesNotOverflow() {
        Tensor x = Tensor.of(new float[] {3e38f, 0, Float.NEGATIVE_INFINITY, 1e-30f});
        Tensor y = Tensor.of(new float[] {1e38f, 0, 1, 1e-30f});
        Tensor expected = Tensor.of(new float[] {3.1622777e38f, 0, Float.POSITIVE_INFINITY, 1.4142135e-30f});
        assertThat(x.hypot(y).isClose(expected, 1e-6, 0).all().item()).isEqualTo(1);
    }

    @Test
    void whatDoesNotFitIsSaid() {
        Tensor x = Tensor.zeros(2, 3);
        assertThatThrownBy(() -> x.kthValue(4, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("kthValue: k is 4, expected 1 to 3, the size of axis 1 of [2, 3]");
        assertThatThrownBy(() -> Tensor.zeros(2, 0).median(1))
                .hasMessage("median: axis 1 of [2, 0] has no element; reduce an axis that has some");
        assertThatThrownBy(() -> x.quantile(1.5, 0))
                .hasMessage("quantile: q is 1.5 and axis 0 of shape [2, 3], expected 0 to 1 and at least one element");
        assertThatThrownBy(() -> x.cdist(Tensor.zeros(4, 2), 2))
                .hasMessage("cdist: shapes [2, 3] and [4, 2], expected [.., n, size] and [.., m, size]");
        assertThatThrownBy(() -> x.cross(Tensor.zeros(2)))
                .hasMessage("cross: shapes [2, 3] and [2], expected a last axis of 3 numbers in both");
    }
}
