/**
 * Loops over arrays: what tensors' operations come down to. Not exported.
 *
 * <p>Nothing here knows tensors or shapes: kernels take arrays, offsets, strides and lengths, and trust them. Whether
 * the Vector API is used, and at what width, is decided once, in {@link dev.lanewise.core.kernel.Lanes}; the vector
 * kernels in the package {@code vector} give the same bits as the scalar ones here.
 *
 * <p>Three things carry most of the work: {@link dev.lanewise.core.kernel.Gemm}, the matrix product;
 * {@link dev.lanewise.core.kernel.RowKernel}, the form that every formula is compiled to;
 * {@link dev.lanewise.core.kernel.Parallel}, the pool.
 */
@NullMarked
package dev.lanewise.core.kernel;

import org.jspecify.annotations.NullMarked;
