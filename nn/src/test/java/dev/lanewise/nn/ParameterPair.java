package dev.lanewise.nn;

import dev.lanewise.autograd.Gradients;
import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Tensor;

/** Two parameters, a and b, for tests of optimizers. */
public final class ParameterPair extends Layer {
    public final Parameter a;
    public final Parameter b;

    public ParameterPair(Tensor a, Tensor b) {
        this.a = parameter("a", a.shape(), (rng, dtype, shape) -> a);
        this.b = parameter("b", b.shape(), (rng, dtype, shape) -> b);
        this.a.assign(a);
        this.b.assign(b);
    }

    /** Gradients that are just those. */
    public Gradients gradients(Tensor ofA, Tensor ofB) {
        Variable sum = a.value().mul(Variable.constantOf(ofA)).sum();
        return sum.add(b.value().mul(Variable.constantOf(ofB)).sum()).backward();
    }
}
