package dev.lanewise.core;

import dev.lanewise.core.kernel.StridedCopy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Views of tensors that share storage, and copies where strides do not allow one. */
final class Views {
    private Views() {}

    static Tensor expand(Tensor x, Shape to) {
        int[] strides = expandedStrides(x, to);
        return x.view(to, x.offset(), strides);
    }

    /** The strides under which the tensor reads as the given shape, which it broadcasts to. */
    static int[] expandedStrides(Tensor x, Shape to) {
        int[] strides = new int[to.rank()];
        int added = to.rank() - x.shape().rank();
        for (int axis = Math.max(added, 0); axis < to.rank(); axis++) {
            int size = x.shape().size(axis - added);
            strides[axis] = size == 1 ? 0 : x.stride(axis - added);
        }
        return strides;
    }

    static Tensor permute(Tensor x, int[] order) {
        int[] sizes = new int[order.length];
        int[] strides = new int[order.length];
        for (int axis = 0; axis < order.length; axis++) {
            sizes[axis] = x.shape().size(order[axis]);
            strides[axis] = x.stride(order[axis]);
        }
        return x.view(Shape.owning(sizes), x.offset(), strides);
    }

    static List<Tensor> permuteAll(List<Tensor> tensors, int[] order) {
        List<Tensor> permuted = new ArrayList<>(tensors.size());
        for (Tensor tensor : tensors) {
            permuted.add(permute(tensor, order));
        }
        return permuted;
    }

    /** Elements from, from + step, … along the axis, count of them. A negative step runs backwards. */
    static Tensor slice(Tensor x, int axis, int from, int step, int count) {
        int[] strides = x.strides().clone();
        Shape shape = x.shape().withSize(axis, count);
        int offset = shape.isEmpty() ? x.offset() : x.offset() + from * strides[axis]; // never beyond the array
        strides[axis] *= step;
        return x.view(shape, offset, strides);
    }

    /** The tensor cut along an axis into pieces of the given sizes, which sum up to the axis's. */
    static List<Tensor> split(Tensor x, int axis, List<Integer> sizes) {
        List<Tensor> pieces = new ArrayList<>(sizes.size());
        int from = 0;
        for (int size : sizes) {
            pieces.add(slice(x, axis, from, 1, size));
            from += size;
        }
        return pieces;
    }

    /**
     * What {@link #split} cut, whole again, or the like: tensors one behind the other along an axis, which lie so in
     * the memory that they share. Null if they do not, or if that memory may change: then they have to be copied.
     */
    static @Nullable Tensor joined(List<Tensor> pieces, int axis) {
        Tensor first = pieces.getFirst();
        int size = 0;
        for (Tensor piece : pieces) {
            boolean follows = piece.array() == first.array()
                    && piece.lease() == first.lease()
                    && !piece.isOwned()
                    && piece.offset() == first.offset() + (long) size * first.stride(axis)
                    && Arrays.equals(piece.strides(), first.strides())
                    && piece.shape().withSize(axis, first.shape().size(axis)).equals(first.shape());
            if (!follows) {
                return null;
            }
            size += piece.shape().size(axis);
        }
        return first.view(first.shape().withSize(axis, size), first.offset(), first.strides());
    }

    /**
     * Windows of some elements along an axis, which begin every {@code step} elements and whose elements lie
     * {@code dilation} apart: the axis then counts the windows, and a new last axis the elements of one.
     */
    static Tensor unfold(Tensor x, int axis, int size, int step, int dilation) {
        int rank = x.shape().rank();
        int count = windows(x.shape().size(axis), size, step, dilation);
        int[] strides = Arrays.copyOf(x.strides(), rank + 1);
        strides[rank] = strides[axis] * dilation;
        strides[axis] *= step;
        return x.view(x.shape().withSize(axis, count).with(rank, size), x.offset(), strides);
    }

    /** How many windows there are along an axis of n elements; 0 if not even one fits. */
    static int windows(int n, int size, int step, int dilation) {
        long span = (long) dilation * (size - 1) + 1;
        return n < span ? 0 : (int) ((n - span) / step + 1);
    }

    /**
     * The elements whose number along the second axis is that along the first, plus an offset; the two axes become one,
     * the last.
     */
    static Tensor diagonal(Tensor x, int offset, int first, int second) {
        int rank = x.shape().rank();
        int[] sizes = new int[rank - 1];
        int[] strides = new int[rank - 1];
        int at = 0;
        for (int axis = 0; axis < rank; axis++) {
            if (axis != first && axis != second) {
                sizes[at] = x.shape().size(axis);
                strides[at++] = x.stride(axis);
            }
        }
        int row = Math.max(-offset, 0);
        int column = Math.max(offset, 0);
        sizes[at] = Math.max(0, Math.min(x.shape().size(first) - row, x.shape().size(second) - column));
        strides[at] = x.stride(first) + x.stride(second);
        Shape shape = Shape.owning(sizes);
        int start = shape.isEmpty() ? 0 : row * x.stride(first) + column * x.stride(second); // never beyond the array
        return x.view(shape, x.offset() + start, strides);
    }

    /** The shape that the sizes mean for a tensor of the given shape: one size may be -1 and is worked out. */
    static Shape reshapeTo(String operation, Shape from, int[] sizes) {
        int[] resolved = sizes.clone();
        int unknown = -1;
        long known = 1;
        for (int axis = 0; axis < sizes.length; axis++) {
            if (sizes[axis] == -1) {
                if (unknown >= 0) {
                    throw new IllegalArgumentException("%s: %s leaves two sizes (-1) to be worked out; give one of them"
                            .formatted(operation, Arrays.toString(sizes)));
                }
                unknown = axis;
            } else {
                known *= sizes[axis];
            }
        }
        if (unknown >= 0) {
            if (known == 0 || from.count() % known != 0) {
                throw new IllegalArgumentException("%s: the %d elements of %s do not divide into %s"
                        .formatted(operation, from.count(), from, Arrays.toString(sizes)));
            }
            resolved[unknown] = (int) (from.count() / known);
        }
        Shape to = Shape.owning(resolved);
        if (to.count() != from.count()) {
            throw new IllegalArgumentException(
                    "%s: %s has %d elements, %s has %d".formatted(operation, from, from.count(), to, to.count()));
        }
        return to;
    }

    /** The same elements under another shape: a view where strides allow, else of a copy. */
    static Tensor reshape(Tensor x, Shape to) {
        int[] strides = reshapedStrides(x.shape(), x.strides(), to);
        return strides == null ? reshape(copy(x), to) : x.view(to, x.offset(), strides);
    }

    /**
     * Strides that read the elements of a strided array in the same order under another shape, or null where there are
     * none. Both shapes are cut into the shortest runs of axes with equal element counts; a run can be re-cut if its
     * axes lie evenly spaced.
     */
    private static int @Nullable [] reshapedStrides(Shape from, int[] strides, Shape to) {
        int[] result = new int[to.rank()];
        if (from.count() == 0) {
            return to.contiguousStrides();
        }
        int fromAxis = from.rank() - 1;
        int toAxis = to.rank() - 1;
        while (toAxis >= 0) {
            while (fromAxis >= 0 && from.size(fromAxis) == 1) {
                fromAxis--;
            }
            if (to.size(toAxis) == 1) {
                result[toAxis--] = 0; // any stride will do for a single element
                continue;
            }
            // Here both axes are longer than 1, as the counts agree.
            int base = strides[fromAxis];
            long fromCount = from.size(fromAxis--);
            long toCount = 1;
            int runStart = toAxis;
            while (true) {
                if (toCount < fromCount || toCount == 1) {
                    toCount *= to.size(toAxis--);
                } else {
                    while (from.size(fromAxis) == 1) {
                        fromAxis--;
                    }
                    if (strides[fromAxis] != base * fromCount) {
                        return null;
                    }
                    fromCount *= from.size(fromAxis--);
                }
                if (toCount == fromCount) {
                    break;
                }
            }
            int stride = base;
            for (int axis = runStart; axis > toAxis; axis--) {
                result[axis] = stride;
                stride *= to.size(axis);
            }
        }
        return result;
    }

    /** A contiguous copy. */
    static Tensor copy(Tensor x) {
        Tensor result = Tensor.toBeWritten(x.dtype(), x.shape());
        copyInto(x, result);
        return result;
    }

    /** Copies the elements of a tensor into another one of the same shape and type, whatever the strides of both. */
    static void copyInto(Tensor from, Tensor to) {
        StridedCopy.copy(
                from.array(),
                from.offset(),
                from.strides(),
                to.array(),
                to.offset(),
                to.strides(),
                to.shape().toArray());
    }

    /**
     * Adds the elements of a tensor to those of another one of the same shape and type, whatever the strides of both.
     */
    static void addInto(Tensor from, Tensor to) {
        StridedCopy.add(
                from.array(),
                from.offset(),
                from.strides(),
                to.array(),
                to.offset(),
                to.strides(),
                to.shape().toArray());
    }

    /** The sizes of some axes, then those of others. */
    static int[] joined(int[] first, int[] second) {
        int[] all = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, all, first.length, second.length);
        return all;
    }

    /** The sizes under which a number for each channel, the second axis, broadcasts to the shape: [channels, 1, ..]. */
    static int[] channelSizes(Shape shape) {
        int[] sizes = new int[shape.rank() - 1];
        Arrays.fill(sizes, 1);
        sizes[0] = shape.size(1);
        return sizes;
    }
}
