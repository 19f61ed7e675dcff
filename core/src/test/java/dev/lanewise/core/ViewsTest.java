package dev.lanewise.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

/** Views read the elements that plain index arithmetic names, and share storage. */
class ViewsTest {
    /** A tensor, and of each of its elements the number of the base's element that it should be. */
    private record Tracked(Tensor tensor, Shape shape, int[] from) {
        static Tracked base(DType dtype, Shape shape) {
            int[] from = new int[shape.count()];
            Arrays.setAll(from, i -> i);
            return new Tracked(Tensor.fill(dtype, shape, i -> i), shape, from);
        }

        /** The tensor given, whose index i is index source(i) of this one. */
        Tracked become(Tensor result, Shape resultShape, UnaryOperator<int[]> source) {
            int[] moved = new int[resultShape.count()];
            for (int i = 0; i < moved.length; i++) {
                moved[i] = from[position(shape, source.apply(index(resultShape, i)))];
            }
            return new Tracked(result, resultShape, moved);
        }

        void check() {
            assertThat(tensor.shape()).isEqualTo(shape);
            double[] expected = Arrays.stream(from).asDoubleStream().toArray();
            assertThat(tensor.toDoubles()).isEqualTo(expected);
            for (int i = 0; i < from.length; i++) {
                assertThat(tensor.at(index(shape, i))).isEqualTo(expected[i]);
            }
        }
    }

    private static int[] index(Shape shape, int position) {
        int[] index = new int[shape.rank()];
        for (int axis = shape.rank() - 1, rest = position; axis >= 0; axis--) {
            index[axis] = rest % shape.size(axis);
            rest /= shape.size(axis);
        }
        return index;
    }

    private static int position(Shape shape, int[] index) {
        int position = 0;
        for (int axis = 0; axis < index.length; axis++) {
            position = position * shape.size(axis) + index[axis];
        }
        return position;
    }

    @RepeatedTest(300)
    void chainsOfViewsReadTheElementsThatIndicesName(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        int[] sizes = new int[random.nextInt(5)];
        Arrays.setAll(sizes, i -> random.nextInt(10) == 0 ? 0 : 1 + random.nextInt(4));
        Tracked view = Tracked.base(DType.values()[random.nextInt(2)], Shape.of(sizes));
        for (int step = 0; step < 6; step++) {
            view = random(view, random);
            view.check();
        }
    }

    private static Tracked random(Tracked x, Random random) {
        int rank = x.shape.rank();
        int axis = rank == 0 ? 0 : random.nextInt(rank);
        int choice = random.nextInt(rank == 0 ? 3 : 8);
        return switch (choice) {
            case 0 -> unsqueezed(x, random.nextInt(rank + 1));
            case 1 -> expanded(x, random);
            case 2 -> reshaped(x, random);
            case 3 -> sliced(x, axis, random);
            case 4 -> flipped(x, axis);
            case 5 -> permuted(x, random);
            case 6 -> rank > 4 && x.shape.size(axis) > 0 ? selected(x, axis, random) : flipped(x, axis);
            default -> x.shape.size(axis) == 1 ? squeezed(x, axis) : sliced(x, axis, random);
        };
    }

    private static Tracked unsqueezed(Tracked x, int axis) {
        return x.become(x.tensor.unsqueeze(axis), x.shape.with(axis, 1), index -> without(index, axis));
    }

    private static Tracked squeezed(Tracked x, int axis) {
        return x.become(x.tensor.squeeze(axis), x.shape.without(axis), index -> with(index, axis, 0));
    }

    private static Tracked selected(Tracked x, int axis, Random random) {
        int element = random.nextInt(x.shape.size(axis));
        int asked = random.nextBoolean() ? element : element - x.shape.size(axis);
        return x.become(x.tensor.select(axis, asked), x.shape.without(axis), index -> with(index, axis, element));
    }

    private static Tracked sliced(Tracked x, int axis, Random random) {
        int size = x.shape.size(axis);
        int from = random.nextInt(size + 1);
        int to = from + random.nextInt(size - from + 1);
        int step = 1 + random.nextInt(3);
        int count = (to - from + step - 1) / step;
        return x.become(x.tensor.slice(axis, from, to, step), x.shape.withSize(axis, count), index -> {
            index[axis] = from + step * index[axis];
            return index;
        });
    }

    private static Tracked flipped(Tracked x, int axis) {
        return x.become(x.tensor.flip(axis), x.shape, index -> {
            index[axis] = x.shape.size(axis) - 1 - index[axis];
            return index;
        });
    }

    private static Tracked permuted(Tracked x, Random random) {
        List<Integer> order = new ArrayList<>();
        for (int axis = 0; axis < x.shape.rank(); axis++) {
            order.add(random.nextInt(axis + 1), axis);
        }
        int[] axes = order.stream().mapToInt(axis -> axis).toArray();
        int[] sizes = Arrays.stream(axes).map(x.shape::size).toArray();
        return x.become(x.tensor.permute(axes), Shape.of(sizes), index -> {
            int[] source = new int[index.length];
            for (int axis = 0; axis < axes.length; axis++) {
                source[axes[axis]] = index[axis];
            }
            return source;
        });
    }

    private static Tracked expanded(Tracked x, Random random) {
        int[] sizes = x.shape.toArray();
        for (int axis = 0; axis < sizes.length; axis++) {
            sizes[axis] = sizes[axis] == 1 && x.shape.count() < 500 ? random.nextInt(4) : sizes[axis];
        }
        boolean added = x.shape.count() < 500 && sizes.length < 5 && random.nextBoolean();
        Shape to = added ? Shape.of(sizes).with(0, 2) : Shape.of(sizes);
        return x.become(x.tensor.expand(to), to, index -> {
            int[] source = added ? without(index, 0) : index;
            for (int axis = 0; axis < source.length; axis++) {
                source[axis] = x.shape.size(axis) == 1 ? 0 : source[axis];
            }
            return source;
        });
    }

    private static Tracked reshaped(Tracked x, Random random) {
        List<Integer> sizes = new ArrayList<>();
        int rest = x.shape.count();
        while (rest > 1) {
            int divisor = 2;
            while (rest % divisor != 0) {
                divisor++;
            }
            if (sizes.isEmpty() || random.nextBoolean()) {
                sizes.add(random.nextInt(sizes.size() + 1), divisor);
            } else {
                int at = random.nextInt(sizes.size());
                sizes.set(at, sizes.get(at) * divisor);
            }
            rest /= divisor;
        }
        if (rest == 0 || random.nextInt(3) == 0) {
            sizes.add(random.nextInt(sizes.size() + 1), rest);
        }
        Shape to = Shape.of(sizes.stream().mapToInt(size -> size).toArray());
        return new Tracked(x.tensor.reshape(to.toArray()), to, x.from);
    }

    private static int[] without(int[] index, int axis) {
        int[] shorter = new int[index.length - 1];
        System.arraycopy(index, 0, shorter, 0, axis);
        System.arraycopy(index, axis + 1, shorter, axis, shorter.length - axis);
        return shorter;
    }

    private static int[] with(int[] index, int axis, int element) {
        int[] longer = new int[index.length + 1];
        System.arraycopy(index, 0, longer, 0, axis);
        longer[axis] = element;
        System.arraycopy(index, axis, longer, axis + 1, index.length - axis);
        return longer;
    }

    @Test
    void viewsShareTheirStorage() {
        Tensor x = Tensor.arange(24).reshape(2, 3, 4);
        for (Tensor view : List.of(
                x.transpose(),
                x.permute(2, 0, 1),
                x.slice(1, 1, 3),
                x.slice(2, 0, 4, 2),
                x.select(0, 1),
                x.flip(0, 1, 2),
                x.expand(Shape.of(5, 2, 3, 4)),
                x.unsqueeze(1).squeeze(1),
                x.reshape(6, 4),
                x.flatten(0, -1),
                x.chunk(2, 2).get(1),
                x.split(1, 1, 2).get(1),
                x.transpose(0, 1).reshape(3, 2, 2, 2), // re-cut within an axis
                x.slice(2, 0, 4, 2).reshape(6, 2),
                x.flip(0).reshape(2, 12))) {
            assertThat(view.array()).isSameAs(x.array());
        }
    }

    @Test
    void reshapeCopiesOnlyWhereStridesDoNotAllowAView() {
        Tensor x = Tensor.arange(24).reshape(2, 3, 4);
        assertThat(x.transpose().reshape(24).array()).isNotSameAs(x.array());
        assertThat(x.transpose().reshape(2, 4, 3, 1).array()).isSameAs(x.array());
        assertThat(x.slice(1, 0, 2).reshape(2, 8).array()).isSameAs(x.array());
        assertThat(x.slice(1, 0, 2).reshape(16).array()).isNotSameAs(x.array());
    }

    @Test
    void whatWasSplitIsJoinedWithoutACopy() {
        Tensor x = Tensor.arange(24).reshape(2, 3, 4);
        for (int axis = 0; axis < 3; axis++) {
            List<Tensor> pieces = x.split(axis, x.shape().size(axis) - 1, 1);
            Tensor joined = Tensor.concat(axis, pieces);
            assertThat(joined).isEqualTo(x);
            assertThat(joined.array()).isSameAs(x.array());
            Tensor reversed = Tensor.concat(axis, pieces.reversed());
            assertThat(reversed).isEqualTo(x.roll(axis, 1));
            assertThat(reversed.array()).isNotSameAs(x.array());
        }
        List<Tensor> turned = x.split(2, 2, 1, 1).stream()
                .map(piece -> piece.transpose(0, 1).flip(0))
                .toList();
        assertThat(Tensor.concat(2, turned)).isEqualTo(x.transpose(0, 1).flip(0));
        assertThat(Tensor.concat(2, turned).array()).isSameAs(x.array());
        assertThat(Tensor.concat(2, turned.subList(1, 3)))
                .isEqualTo(x.slice(2, 2, 4).transpose(0, 1).flip(0));
        Tensor other = x.slice(1, 1, 2).transpose(1, 2).slice(1, 0, 1); // as wide, by other strides
        assertThat(Tensor.concat(2, List.of(x.slice(1, 0, 1), other)))
                .isEqualTo(Tensor.of(new float[] {0, 1, 2, 3, 4, 12, 13, 14, 15, 16}, 2, 1, 5));
        Tensor repeated = Tensor.arange(3).reshape(3, 1).expand(Shape.of(3, 2));
        assertThat(Tensor.concat(1, List.of(repeated, repeated)))
                .isEqualTo(Tensor.arange(3).reshape(3, 1).repeat(1, 4));
    }

    @Test
    void piecesOfWhatMayChangeAreCopied() {
        var mutable = new MutableTensor("weights", Tensor.arange(6));
        Tensor joined = Tensor.concat(0, mutable.value().split(0, 2, 4));
        mutable.assign(Tensor.zeros(6));
        assertThat(joined).isEqualTo(Tensor.arange(6));
    }

    @Test
    void whatChangesNothingGivesTheSameTensor() {
        Tensor x = Tensor.arange(6).reshape(2, 3);
        assertThat(x.reshape(2, -1)).isSameAs(x);
        assertThat(x.permute(0, 1)).isSameAs(x);
        assertThat(x.expand(Shape.of(2, 3))).isSameAs(x);
        assertThat(x.slice(1, 0, 3)).isSameAs(x);
        assertThat(x.roll(0, 2)).isSameAs(x);
    }

    @Test
    void joinsAndRepeats() {
        Tensor x = Tensor.arange(4).reshape(2, 2);
        assertThat(Tensor.concat(1, List.of(x, x.transpose(), Tensor.zeros(2, 0))))
                .isEqualTo(Tensor.of(new float[] {0, 1, 0, 2, 2, 3, 1, 3}, 2, 4));
        assertThat(Tensor.concat(-2, List.of(x, x.flip(1)))).hasToString("[[0. 1.]\n [2. 3.]\n [1. 0.]\n [3. 2.]]");
        assertThat(Tensor.stack(0, List.of(x, x)).shape()).isEqualTo(Shape.of(2, 2, 2));
        assertThat(Tensor.stack(-1, List.of(x.select(0, 0), x.select(0, 1)))).isEqualTo(x.transpose());
        assertThat(x.repeat(0, 2)).isEqualTo(Tensor.concat(0, List.of(x, x)));
        assertThat(x.roll(1, -1)).isEqualTo(x.flip(1));
        assertThat(Tensor.arange(5).roll(0, 7)).isEqualTo(Tensor.of(new float[] {3, 4, 0, 1, 2}));
        assertThat(Tensor.zeros(0, 2).roll(0, 1).shape()).isEqualTo(Shape.of(0, 2));
    }
}
