package dev.lanewise.core;

import dev.lanewise.core.kernel.Reduction;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * An immutable array of floating-point numbers with a {@link Shape}, on the Java heap: nothing to close.
 *
 * <p>Everything that one can compute with tensors is declared in {@link TensorOps}; this class adds what only values
 * have: making them, reading them, printing them.
 *
 * <p><b>Views.</b> {@code slice}, {@code transpose}, {@code permute}, {@code expand}, {@code squeeze},
 * {@code unsqueeze}, {@code flip} and, where strides allow, {@code reshape} share the storage of their operand and copy
 * nothing. As tensors do not change, sharing cannot be seen.
 *
 * <p><b>Aliasing.</b> The factories copy the arrays they are given, and {@link #toFloats()} and its like give new
 * arrays. The only storage that ever changes is that of a {@link MutableTensor} (a parameter's weights, an optimizer's
 * state), and its changes are counted.
 *
 * <p><b>Threads.</b> Tensors may be shared freely between threads.
 */
public final class Tensor implements TensorOps<Tensor> {
    private final DType dtype;
    private final Shape shape;
    private final Object array; // float[] or double[], as dtype says
    private final int offset;
    private final int[] strides;
    private final @Nullable MutableTensor owner; // whose storage this shares, if anyone's
    private final @Nullable Lease lease; // of storage that may be used again

    private Tensor(
            DType dtype,
            Shape shape,
            Object array,
            int offset,
            int[] strides,
            @Nullable MutableTensor owner,
            @Nullable Lease lease) {
        this.dtype = dtype;
        this.shape = shape;
        this.array = array;
        this.offset = offset;
        this.strides = strides;
        this.owner = owner;
        this.lease = lease;
    }

    // ------------------------------------------------------------------ making tensors

    /**
     * A FLOAT32 tensor with the given values in row-major order, which are copied. Without sizes it has one axis.
     *
     * @throws IllegalArgumentException if the number of values is not the product of the sizes
     */
    public static Tensor of(float[] values, int... sizes) {
        Shape shape = sizes.length == 0 ? Shape.of(values.length) : Shape.of(sizes);
        checkCount(shape, values.length);
        return contiguous(DType.FLOAT32, shape, values.clone());
    }

    /**
     * A FLOAT64 tensor with the given values in row-major order, which are copied. Without sizes it has one axis.
     *
     * @throws IllegalArgumentException if the number of values is not the product of the sizes
     */
    public static Tensor of(double[] values, int... sizes) {
        Shape shape = sizes.length == 0 ? Shape.of(values.length) : Shape.of(sizes);
        checkCount(shape, values.length);
        return contiguous(DType.FLOAT64, shape, values.clone());
    }

    /** A tensor of the given type and shape with the given values in row-major order, each rounded once. */
    public static Tensor of(DType dtype, Shape shape, double... values) {
        checkCount(shape, values.length);
        return fill(dtype, shape, i -> values[i]);
    }

    /**
     * A FLOAT32 matrix with the given rows, which are copied.
     *
     * @throws IllegalArgumentException if the rows differ in length
     */
    public static Tensor of(float[][] rows) {
        int columns = rows.length == 0 ? 0 : rows[0].length;
        float[] values = new float[Math.multiplyExact(rows.length, columns)];
        for (int row = 0; row < rows.length; row++) {
            if (rows[row].length != columns) {
                throw new IllegalArgumentException(
                        "Tensor.of: row %d has %d values where row 0 has %d".formatted(row, rows[row].length, columns));
            }
            System.arraycopy(rows[row], 0, values, row * columns, columns);
        }
        return contiguous(DType.FLOAT32, Shape.of(rows.length, columns), values);
    }

    private static void checkCount(Shape shape, int count) {
        if (shape.count() != count) {
            throw new IllegalArgumentException(
                    "Tensor.of: shape %s holds %d values, given were %d".formatted(shape, shape.count(), count));
        }
    }

    /** A single FLOAT32 number, of shape {@code []}. */
    public static Tensor scalar(double value) {
        return scalar(DType.FLOAT32, value);
    }

    /** A single number of the given type, of shape {@code []}. */
    public static Tensor scalar(DType dtype, double value) {
        return full(dtype, Shape.scalar(), value);
    }

    /** FLOAT32 zeros. */
    public static Tensor zeros(int... sizes) {
        return zeros(DType.FLOAT32, Shape.of(sizes));
    }

    /** Zeros of the given type. */
    public static Tensor zeros(DType dtype, Shape shape) {
        return allocate(dtype, shape);
    }

    /** FLOAT32 ones. */
    public static Tensor ones(int... sizes) {
        return ones(DType.FLOAT32, Shape.of(sizes));
    }

    /** Ones of the given type. */
    public static Tensor ones(DType dtype, Shape shape) {
        return full(dtype, shape, 1);
    }

    /** A tensor that holds {@code value}, rounded to the type, everywhere. */
    public static Tensor full(DType dtype, Shape shape, double value) {
        Tensor result = allocate(dtype, shape);
        switch (result.array) {
            case float[] floats -> Arrays.fill(floats, (float) value);
            case double[] doubles -> Arrays.fill(doubles, value);
            default -> throw new AssertionError(dtype);
        }
        return result;
    }

    /** A tensor whose element at row-major position i is {@code value(i)}, rounded to the type. */
    public static Tensor fill(DType dtype, Shape shape, IntToDoubleFunction value) {
        Tensor result = allocate(dtype, shape);
        switch (result.array) {
            case float[] floats -> {
                for (int i = 0; i < floats.length; i++) {
                    floats[i] = (float) value.applyAsDouble(i);
                }
            }
            case double[] doubles -> Arrays.setAll(doubles, value);
            default -> throw new AssertionError(dtype);
        }
        return result;
    }

    /** The FLOAT32 numbers 0, 1, …, {@code count - 1}. */
    public static Tensor arange(int count) {
        return fill(DType.FLOAT32, Shape.of(count), i -> i);
    }

    /** The FLOAT32 identity matrix of the given size. */
    public static Tensor eye(int size) {
        return fill(DType.FLOAT32, Shape.of(size, size), i -> i / size == i % size ? 1 : 0);
    }

    /**
     * A window of n elements that falls off to both ends, to multiply a stretch of a signal with: Σₖ (−1)ᵏ · a[k] ·
     * cos(2π·k·i / m), m = n − 1 or, for one period of a repeated window, n; FLOAT32. Hann's window has a = ½, ½;
     * Hamming's 0.54, 0.46; Blackman's 0.42, 0.5, 0.08 (Harris 1978, On the use of windows for harmonic analysis).
     *
     * @param periodic whether the window is one period, as for a Fourier transform, and not symmetric
     * @param coefficients a, at least one
     */
    public static Tensor cosineWindow(int n, boolean periodic, double... coefficients) {
        if (coefficients.length == 0) {
            throw new IllegalArgumentException("cosineWindow: no coefficients given, expected at least one");
        }
        double[] a = coefficients.clone();
        int period = Math.max(1, periodic ? n : n - 1);
        return fill(DType.FLOAT32, Shape.of(n), i -> {
            double sum = n == 1 ? 1 : 0;
            for (int k = 0; n > 1 && k < a.length; k++) {
                sum += (k % 2 == 0 ? a[k] : -a[k]) * StrictMath.cos(2 * Math.PI * k * i / period);
            }
            return sum;
        });
    }

    /** Joins tensors along an existing axis; see {@link TensorOps#concat(int, List)}. */
    public static Tensor concat(int axis, List<Tensor> tensors) {
        return TensorOps.concat(axis, tensors);
    }

    /** Joins tensors of equal shape along a new axis; see {@link TensorOps#stack(int, List)}. */
    public static Tensor stack(int axis, List<Tensor> tensors) {
        return TensorOps.stack(axis, tensors);
    }

    // ------------------------------------------------------------------ reading values

    /** The type of the elements. */
    @Override
    public DType dtype() {
        return dtype;
    }

    @Override
    public Shape shape() {
        return shape;
    }

    /**
     * The element at the given index, one number an axis; negative numbers count from the end.
     *
     * @throws IndexOutOfBoundsException if the index is not within the shape
     */
    public double at(int... index) {
        return elementAt(offset + position("Tensor.at", shape, strides, index));
    }

    /**
     * The only element of a tensor of one element.
     *
     * @throws IllegalStateException if there are more or none
     */
    public double item() {
        if (shape.count() != 1) {
            throw new IllegalStateException(
                    "item: shape %s has %d elements, expected exactly one; reduce it first, as with mean()"
                            .formatted(shape, shape.count()));
        }
        return elementAt(offset);
    }

    /** The elements in row-major order, each rounded to float, in a new array. */
    public float[] toFloats() {
        Tensor dense = contiguous();
        return switch (dense.array) {
            case float[] floats -> Arrays.copyOfRange(floats, dense.offset, dense.offset + shape.count());
            case double[] doubles -> {
                float[] result = new float[shape.count()];
                for (int i = 0; i < result.length; i++) {
                    result[i] = (float) doubles[dense.offset + i];
                }
                yield result;
            }
            default -> throw new AssertionError(dtype);
        };
    }

    /** The elements in row-major order in a new array. */
    public double[] toDoubles() {
        Tensor dense = contiguous();
        return switch (dense.array) {
            case float[] floats -> {
                double[] result = new double[shape.count()];
                for (int i = 0; i < result.length; i++) {
                    result[i] = floats[dense.offset + i];
                }
                yield result;
            }
            case double[] doubles -> Arrays.copyOfRange(doubles, dense.offset, dense.offset + shape.count());
            default -> throw new AssertionError(dtype);
        };
    }

    /** This tensor in the given type: itself if it has that type, else converted, rounding each element once. */
    public Tensor to(DType type) {
        if (type == dtype) {
            return this;
        }
        return switch (type) {
            case FLOAT32 -> contiguous(type, shape, toFloats());
            case FLOAT64 -> contiguous(type, shape, toDoubles());
        };
    }

    /**
     * The elements as whole numbers, for instance a mask made by comparing.
     *
     * @throws IllegalArgumentException if an element is not whole or exceeds an {@code int}; round it first
     */
    public IntTensor toInts() {
        double[] numbers = toDoubles();
        int[] result = new int[numbers.length];
        for (int i = 0; i < numbers.length; i++) {
            result[i] = (int) numbers[i];
            if (result[i] != numbers[i]) {
                throw new IllegalArgumentException(
                        "toInts: %s at position %d of shape %s is not a whole number of 32 bits; round it first, as with floor()"
                                .formatted(numbers[i], i, shape));
            }
        }
        return IntTensor.owning(shape, result);
    }

    /** The indices of the elements that are not 0 (NaN is not), in row-major order: [count, axes]. */
    public IntTensor nonZero() {
        double[] numbers = toDoubles();
        return IntTensor.indicesOf(shape, i -> numbers[i] != 0);
    }

    /**
     * The different elements, each once; see {@link Unique}. NaN differs from every other, −0 is 0.
     *
     * @param sorted whether they come in ascending order, NaN last; otherwise as they first occur
     */
    public Unique unique(boolean sorted) {
        return Unique.ofElements(this, sorted);
    }

    /**
     * The different slices along an axis, each once; see {@link Unique}.
     *
     * @param sorted whether they come in ascending order, compared by their elements in row-major order; otherwise as
     *     they first occur
     */
    public Unique unique(int axis, boolean sorted) {
        return Unique.ofSlices(this, shape.existing(axis), sorted);
    }

    /** Σ x² over all elements, in one pass. */
    public double sumOfSquares() {
        return Reductions.reduce(Formulas.SQUARE, List.of(this), Axes.all(), Reduction.SUM)
                .item();
    }

    /** Whether every element is finite: neither NaN nor infinite. */
    public boolean isFinite() {
        // x - x is 0 for finite x, NaN for all others; a sum of zeros is 0.
        Tensor difference = sub(this);
        return difference.sum().item() == 0;
    }

    /**
     * The numbers of the largest elements along the axis, the first one where several are largest; NaN counts as
     * largest. The axis is dropped.
     *
     * @throws IllegalArgumentException if the axis is empty
     */
    public IntTensor argmax(int axis) {
        return Ordering.extreme("argmax", this, axis, true);
    }

    /** The numbers of the smallest elements along the axis, the first one where several are; NaN counts as smallest. */
    public IntTensor argmin(int axis) {
        return Ordering.extreme("argmin", this, axis, false);
    }

    /**
     * The order that sorts the tensor along the axis: stable, NaN last when ascending and first when descending.
     *
     * @return element numbers along the axis, of the tensor's shape
     */
    public IntTensor argsort(int axis, boolean descending) {
        return Ordering.argsort(this, axis, descending);
    }

    /**
     * The numbers of the k largest (or smallest) elements along the axis, in order, the first of elements that tie
     * first.
     *
     * @return element numbers along the axis, of the tensor's shape but for that axis
     * @throws IllegalArgumentException if the axis has fewer than k elements
     */
    public IntTensor argTopK(int axis, int k, boolean largest) {
        return Ordering.argTopK(this, axis, k, largest);
    }

    /**
     * Of each place along the axis, the number of the largest element up to there: the last one of those that tie, and
     * NaN counts as largest. {@link #cumMax} has the elements.
     */
    public IntTensor argCumMax(int axis) {
        return Ordering.running(this, axis, true);
    }

    /** The numbers of the smallest elements so far along the axis; see {@link #argCumMax}. */
    public IntTensor argCumMin(int axis) {
        return Ordering.running(this, axis, false);
    }

    /**
     * The number of the element along the axis that occurs most often, the last of the equal ones; {@link #mode} has
     * the element. The axis is dropped.
     *
     * @throws IllegalArgumentException if the axis is empty
     */
    public IntTensor argMode(int axis) {
        return Ordering.mode(this, axis);
    }

    /**
     * Where values belong among the numbers of this tensor, which are in ascending order along the last axis: of each
     * value how many are smaller, or, if {@code right}, not larger. NaN belongs at the end.
     *
     * @param values of any shape if this tensor has one axis, else of this shape but for the last axis
     * @param right whether a value belongs behind numbers that equal it
     * @return of the values' shape
     * @throws IllegalArgumentException if shapes do not fit, or the types differ
     */
    public IntTensor searchSorted(Tensor values, boolean right) {
        return Bins.search("searchSorted", this, null, values, right);
    }

    /**
     * {@link #searchSorted(Tensor, boolean)} where the numbers of this tensor are in any order, and a sorter says
     * which.
     *
     * @param sorter of this shape, along the last axis the places of the numbers in ascending order, as
     *     {@link #argsort} gives them
     * @throws IndexOutOfBoundsException if one of the sorter's numbers is no place along the last axis
     */
    public IntTensor searchSorted(Tensor values, boolean right, IntTensor sorter) {
        return Bins.search("searchSorted", this, sorter, values, right);
    }

    /**
     * The number of the bucket that each element falls in, 0 being all below the first boundary: bucket i reaches from
     * boundary i − 1, excluded, to boundary i, included; or, if {@code right}, from the one included to the other
     * excluded.
     *
     * @param boundaries in ascending order, one axis
     * @throws IllegalArgumentException if the boundaries have not one axis, or another type
     */
    public IntTensor bucketize(Tensor boundaries, boolean right) {
        if (boundaries.shape().rank() != 1) {
            throw new IllegalArgumentException(
                    "bucketize: boundaries have shape %s, expected one axis".formatted(boundaries.shape()));
        }
        return Bins.search("bucketize", boundaries, null, this, right);
    }

    /**
     * How many elements there are in each of as many equally wide bins of [low, high]; the last one includes its upper
     * end. Elements outside, and NaN, are in none.
     *
     * @param low where it equals {@code high}, the smallest and the largest element are taken instead
     * @return [bins], of this type
     * @throws IllegalArgumentException if there is no bin, low is above high, or the range is not finite
     */
    public Tensor histc(int bins, double low, double high) {
        return Bins.histogram(this, bins, low, high);
    }

    /**
     * Where {@link #maxPool(int[], List)} finds the largest element of each window: its row-major number in the last
     * axes, of the shape of that result. {@link #maxUnpool} puts elements back there.
     */
    public IntTensor argMaxPool(int[] sizes, List<Sliding> axes) {
        Tensor windows = Convolutions.windows("argMaxPool", this, sizes, axes, Double.NEGATIVE_INFINITY);
        int first = shape.rank() - sizes.length;
        Shape last = Shape.of(Arrays.copyOfRange(shape.toArray(), first, shape.rank()));
        Tensor numbers = fill(DType.FLOAT64, last, i -> i);
        Tensor places = Convolutions.windows("argMaxPool", numbers, sizes, axes, -1);
        return places.expand(windows.shape())
                .gather(
                        -1,
                        windows.argmax(-1)
                                .reshape(windows.shape().withSize(-1, 1).toArray()))
                .squeeze(-1)
                .toInts();
    }

    // ------------------------------------------------------------------ what TensorOps asks for

    @Override
    public Tensor self() {
        return this;
    }

    @Override
    public Tensor value() {
        return this;
    }

    @Override
    public Tensor constant(Tensor value) {
        return value;
    }

    @Override
    public List<Tensor> applyAll(Op op, List<Tensor> operands) {
        if (op instanceof FusedOp fused && !fused.hasKernels(operands)) {
            return fused.composite(operands);
        }
        return op.compute(operands, operand -> false).results();
    }

    // ------------------------------------------------------------------ storage, for this package

    /** A new contiguous tensor of zeros. */
    static Tensor allocate(DType dtype, Shape shape) {
        return allocate(dtype, shape, true);
    }

    /** A new contiguous tensor that holds anything: whoever asks for it writes every element. */
    static Tensor toBeWritten(DType dtype, Shape shape) {
        return allocate(dtype, shape, false);
    }

    private static Tensor allocate(DType dtype, Shape shape, boolean zeros) {
        return switch (dtype) {
            case FLOAT32 -> Ledger.newTensor(shape, zeros);
            case FLOAT64 -> contiguous(dtype, shape, new double[shape.count()]);
        };
    }

    /** A contiguous tensor over the given array, which it owns from now on. */
    static Tensor contiguous(DType dtype, Shape shape, Object array) {
        return new Tensor(dtype, shape, array, 0, shape.contiguousStrides(), null, null);
    }

    /** A contiguous tensor over an array that may be used again. */
    static Tensor leased(Shape shape, float[] array, Lease lease) {
        return new Tensor(DType.FLOAT32, shape, array, 0, shape.contiguousStrides(), null, lease);
    }

    /** The lease of this tensor's storage; null if the garbage collector alone sees to it. */
    @Nullable
    Lease lease() {
        return lease;
    }

    /** A tensor over the storage of a mutable one. */
    static Tensor over(MutableTensor owner, DType dtype, Shape shape, Object array) {
        return new Tensor(dtype, shape, array, 0, shape.contiguousStrides(), owner, null);
    }

    /** A view of the same storage. */
    Tensor view(Shape viewShape, int viewOffset, int[] viewStrides) {
        return new Tensor(dtype, viewShape, array, viewOffset, viewStrides, owner, lease);
    }

    Object array() {
        return array;
    }

    float[] floats() {
        return (float[]) array;
    }

    double[] doubles() {
        return (double[]) array;
    }

    int offset() {
        return offset;
    }

    int stride(int axis) {
        return strides[axis];
    }

    int[] strides() {
        return strides;
    }

    /** Whether the elements lie one behind the other in row-major order. */
    boolean isContiguous() {
        int expected = 1;
        for (int axis = shape.rank() - 1; axis >= 0; axis--) {
            int size = shape.size(axis);
            if (size == 0) {
                return true;
            }
            if (size != 1 && strides[axis] != expected) {
                return false;
            }
            expected *= size;
        }
        return true;
    }

    /** This tensor if it is contiguous, else a contiguous copy. */
    Tensor contiguous() {
        return isContiguous() ? this : Views.copy(this);
    }

    /**
     * How often the storage has been changed: 0 for all tensors but those over a {@link MutableTensor}. What remembers
     * a tensor for later compares this number, to tell that the values are still those it remembered.
     */
    public long version() {
        return owner == null ? 0 : owner.version();
    }

    /** Whether the storage is that of a {@link MutableTensor}, and so may change. */
    public boolean isOwned() {
        return owner != null;
    }

    /** The name of the mutable tensor that owns the storage, for messages; "a tensor" where there is none. */
    public String ownerName() {
        return owner == null ? "a tensor" : owner.name();
    }

    private double elementAt(int position) {
        return switch (array) {
            case float[] floats -> floats[position];
            case double[] doubles -> doubles[position];
            default -> throw new AssertionError(dtype);
        };
    }

    /** The position of an index relative to the first element. */
    static int position(String operation, Shape shape, int[] strides, int[] index) {
        if (index.length != shape.rank()) {
            throw new IndexOutOfBoundsException("%s: index %s has %d numbers, shape %s has %d axes"
                    .formatted(operation, Arrays.toString(index), index.length, shape, shape.rank()));
        }
        int position = 0;
        for (int axis = 0; axis < index.length; axis++) {
            int size = shape.size(axis);
            int element = index[axis] < 0 ? index[axis] + size : index[axis];
            if (element < 0 || element >= size) {
                throw new IndexOutOfBoundsException(
                        "%s: index %s is out of range at axis %d of shape %s: expected %d to %d"
                                .formatted(operation, Arrays.toString(index), axis, shape, -size, size - 1));
            }
            position += element * strides[axis];
        }
        return position;
    }

    /**
     * Whether the other object is a tensor of the same type, shape and elements (compared as {@link Float#equals} does,
     * so NaN equals NaN, and 0 differs from −0).
     */
    @Override
    public boolean equals(@Nullable Object other) {
        if (this == other) {
            return true;
        }
        if (!(other instanceof Tensor that) || dtype != that.dtype || !shape.equals(that.shape)) {
            return false;
        }
        return switch (dtype) {
            case FLOAT32 -> Arrays.equals(toFloats(), that.toFloats());
            case FLOAT64 -> Arrays.equals(toDoubles(), that.toDoubles());
        };
    }

    @Override
    public int hashCode() {
        return 31 * shape.hashCode()
                + (dtype == DType.FLOAT32 ? Arrays.hashCode(toFloats()) : Arrays.hashCode(toDoubles()));
    }

    /**
     * The elements as NumPy prints them: aligned, eight digits at the most, the middle left out where there are many.
     */
    @Override
    public String toString() {
        return Printer.print(this);
    }
}
