package dev.lanewise.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class AxesTest {
    private static final Shape SHAPE = Shape.of(2, 3, 4);

    @Test
    void reducedAxesAreDroppedOrKept() {
        assertThat(Axes.of(0, -1).result(SHAPE)).isEqualTo(Shape.of(3));
        assertThat(Axes.of(0, -1).kept().result(SHAPE)).isEqualTo(Shape.of(1, 3, 1));
        assertThat(Axes.all().result(SHAPE)).isEqualTo(Shape.scalar());
        assertThat(Axes.all().kept().result(SHAPE)).isEqualTo(Shape.of(1, 1, 1));
        assertThat(Axes.of().result(SHAPE)).isEqualTo(SHAPE);
        assertThat(Axes.all().result(Shape.scalar())).isEqualTo(Shape.scalar());
    }

    @Test
    void countsTheElementsBehindEachResult() {
        assertThat(Axes.of(1).count(SHAPE)).isEqualTo(3);
        assertThat(Axes.all().count(SHAPE)).isEqualTo(24);
        assertThat(Axes.of().count(SHAPE)).isEqualTo(1);
        assertThat(Axes.of(0).count(Shape.of(0, 3))).isZero();
    }

    @Test
    void anAxisNamedTwiceIsAnError() {
        assertThatThrownBy(() -> Tensor.zeros(2, 3, 4).sum(Axes.of(2, -1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("axes [2, -1] name axis 2 of shape [2, 3, 4] twice");
        assertThatThrownBy(() -> Tensor.zeros(2, 3).sum(Axes.of(2)))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("axis 2 is out of range for shape [2, 3]: expected -2 to 1");
    }

    @Test
    void equalByTheirNumbersAndWhetherTheyKeep() {
        assertThat(Axes.of(1, 2))
                .isEqualTo(Axes.of(1, 2))
                .hasSameHashCodeAs(Axes.of(1, 2))
                .hasToString("[1, 2]");
        assertThat(Axes.of(1)).isNotEqualTo(Axes.of(1).kept());
        assertThat(Axes.all()).isNotEqualTo(Axes.of()).hasToString("all");
        assertThat(Axes.of(-1).kept()).hasToString("[-1] kept");
        assertThat(Axes.of(1).kept().keeps()).isTrue();
    }

    @Test
    void theNumbersCannotBeChangedFromOutside() {
        int[] numbers = {1};
        Axes axes = Axes.of(numbers);
        numbers[0] = 0;
        assertThat(axes).isEqualTo(Axes.of(1));
    }
}
