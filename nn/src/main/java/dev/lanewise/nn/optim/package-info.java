/**
 * Optimizers, which adjust parameters against their gradients, and schedules of the learning rate.
 *
 * <p>An optimizer's settings are a record, checked when made; its mathematics is a {@link dev.lanewise.core.Formula}
 * over parameter, gradient and state, so that a step is one pass over memory and runs on vectors. Clipping is a factor
 * in that formula.
 *
 * <p><b>Nulls</b>: none, unless marked {@code @Nullable}. <b>Threads</b>: one optimizer belongs to one thread.
 * <b>Aliasing</b>: optimizers change the storage of the parameters that they were given.
 */
@NullMarked
package dev.lanewise.nn.optim;

import org.jspecify.annotations.NullMarked;
