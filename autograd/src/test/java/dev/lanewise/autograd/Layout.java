package dev.lanewise.autograd;

import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.util.Arrays;

/** Ways in which the same elements may lie in memory. */
enum Layout {
    CONTIGUOUS {
        @Override
        Tensor of(Tensor x) {
            return copy(x);
        }
    },
    /** All axes in reversed order. */
    TRANSPOSED {
        @Override
        Tensor of(Tensor x) {
            int rank = x.shape().rank();
            int[] order = new int[rank];
            Arrays.setAll(order, axis -> rank - 1 - axis);
            return copy(x.permute(order)).permute(order);
        }
    },
    /** Backwards along every axis. */
    FLIPPED {
        @Override
        Tensor of(Tensor x) {
            int[] axes = new int[x.shape().rank()];
            Arrays.setAll(axes, axis -> axis);
            return copy(x.flip(axes)).flip(axes);
        }
    },
    /** Every second element of a larger tensor, with not-a-numbers in between that must never be read. */
    SLICED {
        @Override
        Tensor of(Tensor x) {
            int[] sizes = x.shape().toArray();
            Arrays.setAll(sizes, axis -> 2 * sizes[axis] + 1);
            Shape large = Shape.of(sizes);
            Tensor view = Tensor.fill(x.dtype(), large, position -> {
                int[] index = Naive.index(large, position);
                for (int axis = 0; axis < index.length; axis++) {
                    if (index[axis] % 2 == 0) {
                        return Double.NaN;
                    }
                    index[axis] /= 2;
                }
                return x.at(index);
            });
            for (int axis = 0; axis < sizes.length; axis++) {
                view = view.slice(axis, 1, sizes[axis], 2);
            }
            return view;
        }
    },
    /** The first slice of the first axis, repeated without a copy: other elements than those given. */
    EXPANDED {
        @Override
        Tensor of(Tensor x) {
            if (x.shape().rank() == 0 || x.shape().isEmpty()) {
                return x;
            }
            return copy(x.slice(0, 0, 1)).expand(x.shape());
        }
    };

    /** The elements, or for {@link #EXPANDED} some of them, laid out in this way. */
    abstract Tensor of(Tensor x);

    static Tensor copy(Tensor x) {
        return Tensor.of(x.dtype(), x.shape(), x.toDoubles());
    }
}
