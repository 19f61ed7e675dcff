package dev.lanewise.core;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Everything one can do with a tensor, declared once for two meanings: {@link Tensor} computes; autograd's
 * {@code Variable} computes and remembers, so that gradients can be taken.
 *
 * <p>Methods bear PyTorch's names in camel case and its meaning of axes: counted from 0, or from the end if negative.
 * Operands of elementwise operations broadcast by NumPy's rule. All operands of an operation are of one type; numbers
 * given as {@code double} are rounded once to it. Tensors do not change: each method gives a new one, or a view that
 * shares storage.
 *
 * <p>An implementation provides {@link #self}, {@link #value}, {@link #constant} and {@link #applyAll} (and may provide
 * {@link #shape} and {@link #dtype} more directly). All others are defaults: a primitive names its operation, a
 * composite is written in primitives.
 *
 * @param <T> the implementing type itself
 */
public interface TensorOps<T extends TensorOps<T>>
        extends ElementwiseMethods<T>,
                SpecialMethods<T>,
                ShapeMethods<T>,
                ReductionMethods<T>,
                IndexMethods<T>,
                OrderMethods<T>,
                WindowMethods<T>,
                ImageMethods<T>,
                NormalizationMethods<T>,
                NetworkMethods<T>,
                LinearAlgebraMethods<T> {

    /**
     * Joins tensors along an existing axis: [2, 3] and [4, 3] along axis 0 give [6, 3].
     *
     * @throws IllegalArgumentException if there are no tensors, or sizes differ along another axis
     */
    static <T extends TensorOps<T>> T concat(int axis, List<T> tensors) {
        if (tensors.isEmpty()) {
            throw new IllegalArgumentException("concat: no tensors given, expected at least one");
        }
        T first = tensors.getFirst();
        int along = first.shape().existing(axis);
        for (T tensor : tensors) {
            if (tensor.shape().rank() != first.shape().rank()
                    || !tensor.shape().withSize(along, 0).equals(first.shape().withSize(along, 0))) {
                throw new IllegalArgumentException("concat: shapes %s and %s differ at an axis other than %d"
                        .formatted(first.shape(), tensor.shape(), along));
            }
        }
        return tensors.size() == 1
                ? first
                : first.applyAll(new JoinOp.Concat(along), tensors).getFirst();
    }

    /**
     * Joins tensors of equal shape along a new axis: two of [3] along axis 0 give [2, 3].
     *
     * @throws IllegalArgumentException if there are no tensors, or shapes differ
     */
    static <T extends TensorOps<T>> T stack(int axis, List<T> tensors) {
        if (tensors.isEmpty()) {
            throw new IllegalArgumentException("stack: no tensors given, expected at least one");
        }
        Shape shape = tensors.getFirst().shape();
        List<T> lifted = new ArrayList<>(tensors.size());
        for (T tensor : tensors) {
            if (!tensor.shape().equals(shape)) {
                throw new IllegalArgumentException(
                        "stack: shapes %s and %s differ, expected equal ones".formatted(shape, tensor.shape()));
            }
            lifted.add(tensor.unsqueeze(axis));
        }
        return concat(axis < 0 ? axis + shape.rank() + 1 : axis, lifted);
    }

    /**
     * The grid of some axes: of vectors of m and n numbers two tensors [m, n], the first with element i of the first
     * vector all along row i, the second with element j of the second one all along column j; of more vectors
     * accordingly ({@code indexing="ij"} in PyTorch). Single numbers make axes of size 1.
     *
     * @throws IllegalArgumentException if there are none, or one has more than one axis
     */
    static <T extends TensorOps<T>> List<T> meshGrid(List<T> vectors) {
        int[] sizes = new int[vectors.size()];
        for (int axis = 0; axis < sizes.length; axis++) {
            Shape shape = vectors.get(axis).shape();
            if (shape.rank() > 1) {
                throw new IllegalArgumentException(
                        "meshGrid: vector %d has shape %s, expected one axis".formatted(axis, shape));
            }
            sizes[axis] = shape.count();
        }
        if (sizes.length == 0) {
            throw new IllegalArgumentException("meshGrid: no vectors given, expected at least one");
        }
        Shape grid = Shape.of(sizes);
        List<T> result = new ArrayList<>(sizes.length);
        for (int axis = 0; axis < sizes.length; axis++) {
            int[] lifted = new int[sizes.length];
            Arrays.fill(lifted, 1);
            lifted[axis] = sizes[axis];
            result.add(vectors.get(axis).reshape(lifted).expand(grid));
        }
        return result;
    }

    /**
     * {@link #meshGrid(List)}, also as coordinates of a picture.
     *
     * @param horizontalFirst whether the first vector runs along the rows and the second one down the columns, so that
     *     vectors of m and n numbers give two tensors [n, m] ({@code indexing="xy"} in PyTorch); of more vectors the
     *     first two axes change places
     */
    static <T extends TensorOps<T>> List<T> meshGrid(List<T> vectors, boolean horizontalFirst) {
        List<T> grid = meshGrid(vectors);
        return horizontalFirst && grid.size() > 1
                ? grid.stream().map(each -> each.transpose(0, 1)).toList()
                : grid;
    }

    /**
     * A sum of products by Einstein's notation: each operand's axes have letters, those of the result stand behind the
     * arrow, and all others are summed over. {@code "ij,jk->ik"} is a matrix product, {@code "ii->i"} a diagonal,
     * {@code "bi,ij,bj->b"} a form for each row. A letter that one operand has twice means its diagonal; axes of size 1
     * broadcast; {@code "..."} stands for any axes, aligned at the last. Without an arrow the result has the letters
     * that occur once, in alphabetical order. Of several operands, those pairs are joined first that take the fewest
     * multiplications together.
     *
     * @throws IllegalArgumentException if the equation cannot be read, or does not fit the operands
     */
    static <T extends TensorOps<T>> T einsum(String equation, List<T> operands) {
        return Einsum.apply(equation, operands);
    }
}
