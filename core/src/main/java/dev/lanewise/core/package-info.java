/**
 * Tensors: arrays of numbers with a shape, everything one can compute with them, and formulas that become kernels.
 *
 * <h2>Concepts</h2>
 *
 * <p>A {@link dev.lanewise.core.Tensor} holds floating-point numbers, float32 unless float64 is asked for, on the Java
 * heap; there is nothing to close. An {@link dev.lanewise.core.IntTensor} holds indices, labels and masks. What one can
 * do with tensors is declared once, in {@link dev.lanewise.core.TensorOps}, with shapes, formulas, gradients and
 * errors.
 *
 * <p>An elementwise function is a {@link dev.lanewise.core.Formula}, written once: its gradient is derived
 * symbolically, and both are compiled to loops over the machine's vector registers at run time.
 *
 * <pre>{@code
 * Tensor x = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);
 * Tensor y = x.matmul(x.transpose()).add(1);            // [[ 6. 12.] [12. 26.]]
 *
 * Formula squaredRelu = Formula.of("squaredRelu", v -> v.max(0).square());
 * Tensor z = x.sub(2).map(squaredRelu);                 // [[0. 0.] [1. 4.]]
 * }</pre>
 *
 * <p>Operations are records of the sealed set {@link dev.lanewise.core.Op}, each with its way forward and its way
 * backward side by side; users extend it by {@link dev.lanewise.core.CustomOp}.
 *
 * <h2>Policies</h2>
 *
 * <ul>
 *   <li><b>Nulls.</b> No argument may be null and no result is, unless marked {@code @Nullable}.
 *   <li><b>Threads.</b> Tensors, formulas and generators are immutable and may be shared freely. Only
 *       {@link dev.lanewise.core.MutableTensor} changes, and is to be used by one thread at a time while it does. Large
 *       operations run on a shared pool of daemon threads ({@code -Dlanewise.threads=N}).
 *   <li><b>Aliasing.</b> Arrays given are copied, arrays returned are new. Views share storage, which cannot be seen as
 *       tensors do not change.
 *   <li><b>Same bits.</b> Results do not depend on the number of threads or on the width of the vector registers
 *       ({@code -Dlanewise.lanes=scalar|128|256|512}), to the last bit; NaN payloads excepted.
 *   <li><b>Errors.</b> Arguments are checked at the door; messages name the operation, the shapes and the mend.
 * </ul>
 */
@NullMarked
package dev.lanewise.core;

import org.jspecify.annotations.NullMarked;
