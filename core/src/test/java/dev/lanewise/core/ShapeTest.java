package dev.lanewise.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ShapeTest {
    @Test
    void countsRankSizesAndElements() {
        Shape shape = Shape.of(2, 3, 4);
        assertThat(shape.rank()).isEqualTo(3);
        assertThat(shape.count()).isEqualTo(24);
        assertThat(shape.size(1)).isEqualTo(3);
        assertThat(shape.size(-1)).isEqualTo(4);
        assertThat(shape.isEmpty()).isFalse();
        assertThat(shape).hasToString("[2, 3, 4]");
    }

    @Test
    void aScalarHasNoAxesAndOneElement() {
        assertThat(Shape.of()).isSameAs(Shape.scalar());
        assertThat(Shape.scalar().rank()).isZero();
        assertThat(Shape.scalar().count()).isEqualTo(1);
        assertThat(Shape.scalar()).hasToString("[]");
    }

    @Test
    void aSizeOfZeroLeavesNoElementHoweverLargeTheOthers() {
        assertThat(Shape.of(3, 0, 2).isEmpty()).isTrue();
        assertThat(Shape.of(Integer.MAX_VALUE, 0, Integer.MAX_VALUE).count()).isZero();
    }

    @Test
    void theSizesCannotBeChangedFromOutside() {
        int[] sizes = {2, 3};
        Shape shape = Shape.of(sizes);
        sizes[0] = 7;
        shape.toArray()[1] = 7;
        assertThat(shape).isEqualTo(Shape.of(2, 3)).hasSameHashCodeAs(Shape.of(2, 3));
        assertThat(shape)
                .isNotEqualTo(Shape.of(3, 2))
                .isNotEqualTo(Shape.of(2, 3, 1))
                .isNotEqualTo("[2, 3]");
    }

    @Test
    void axesCountFromEitherEnd() {
        Shape shape = Shape.of(2, 3);
        assertThat(shape.axis(0)).isZero();
        assertThat(shape.axis(-1)).isEqualTo(1);
        assertThat(shape.axis(-2)).isZero();
        for (int wrong : new int[] {2, -3}) {
            assertThatThrownBy(() -> shape.axis(wrong))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessage("axis %d is out of range for shape [2, 3]: expected -2 to 1", wrong);
        }
        assertThatThrownBy(() -> Shape.scalar().size(0)).hasMessage("axis 0: a scalar has no axes");
    }

    @Test
    void axesComeAndGo() {
        Shape shape = Shape.of(2, 3);
        assertThat(shape.withSize(-1, 5)).isEqualTo(Shape.of(2, 5));
        assertThat(shape.without(0)).isEqualTo(Shape.of(3));
        assertThat(shape.with(0, 7)).isEqualTo(Shape.of(7, 2, 3));
        assertThat(shape.with(2, 7)).isEqualTo(Shape.of(2, 3, 7));
        assertThat(shape.with(-1, 7)).isEqualTo(Shape.of(2, 3, 7));
        assertThat(shape.with(-3, 7)).isEqualTo(Shape.of(7, 2, 3));
        assertThatThrownBy(() -> shape.with(3, 1))
                .hasMessage("axis 3 is out of range for a new axis of shape [2, 3]: expected -3 to 2");
    }

    @Test
    void broadcastsAsNumPyDoes() {
        assertThat(Shape.of(2, 3).broadcast(Shape.of(3))).isEqualTo(Shape.of(2, 3));
        assertThat(Shape.of(3, 1).broadcast(Shape.of(1, 4))).isEqualTo(Shape.of(3, 4));
        assertThat(Shape.of(5, 1, 3, 1).broadcast(Shape.of(2, 1, 4))).isEqualTo(Shape.of(5, 2, 3, 4));
        assertThat(Shape.scalar().broadcast(Shape.of(2))).isEqualTo(Shape.of(2));
        assertThat(Shape.of(0, 3).broadcast(Shape.of(1, 3))).isEqualTo(Shape.of(0, 3));
        assertThat(Shape.of(1).broadcast(Shape.of(0))).isEqualTo(Shape.of(0));
    }

    @Test
    void shapesThatDoNotBroadcastAreNamedWithTheAxis() {
        assertThatThrownBy(() -> Shape.of(2, 3).broadcast(Shape.of(2, 4)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "shapes [2, 3] and [2, 4] do not broadcast: sizes 3 and 4 at axis -1 (counted from the end) are neither equal nor 1");
        assertThatThrownBy(() -> Shape.of(0).broadcast(Shape.of(2))).hasMessageContaining("sizes 0 and 2");
    }

    @Test
    void impossibleSizesAreErrors() {
        assertThatThrownBy(() -> Shape.of(2, -1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("shape: size -1 in [2, -1] is negative");
        assertThatThrownBy(() -> Shape.of(65536, 65536))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[65536, 65536] has more than 2^31-1 elements, the most that one tensor holds");
        assertThat(Shape.of(Integer.MAX_VALUE).count()).isEqualTo(Integer.MAX_VALUE);
    }
}
