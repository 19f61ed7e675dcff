/**
 * Gradients by backpropagation: tensors that remember how they were computed.
 *
 * <p>A {@link dev.lanewise.autograd.Variable} does all that a tensor does and keeps, in a graph of nodes, what each
 * operation's backward pass needs. {@link dev.lanewise.autograd.Variable#backward()} walks that graph from a number
 * back to its leaves and returns {@link dev.lanewise.autograd.Gradients}, a value.
 * {@link dev.lanewise.autograd.Autograd#grad} gives gradients that remember in turn: derivatives of any order.
 *
 * <pre>{@code
 * Variable slope = Variable.of(Tensor.scalar(2));
 * Variable error = slope.mul(Variable.constantOf(areas)).sub(Variable.constantOf(prices)).square().mean();
 * Tensor gradient = error.backward().of(slope);
 * }</pre>
 *
 * <p><b>Nulls</b>: none, unless marked {@code @Nullable}. <b>Threads</b>: variables and gradients are immutable; two
 * threads may build and differentiate graphs at once, also over shared parameters. <b>Aliasing</b>: a graph keeps views
 * of operands, and lets go of them as the backward pass comes by; if a parameter among them is changed before the
 * backward pass, that pass says so instead of giving wrong gradients.
 */
@NullMarked
package dev.lanewise.autograd;

import org.jspecify.annotations.NullMarked;
