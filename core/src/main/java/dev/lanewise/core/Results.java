package dev.lanewise.core;

import java.util.List;

/**
 * The several results of one {@link Formula}: all are computed in one pass over memory.
 *
 * <pre>{@code
 * Formula momentum = Formula.of("momentum", (parameter, gradient, velocity, rate, decay) -> {
 *     Expr next = velocity.mul(decay).add(gradient);
 *     return results(parameter.sub(next.mul(rate)), next);
 * });
 * }</pre>
 *
 * @param expressions the results, in order; at least one
 */
public record Results(List<Expr> expressions) implements Outputs {

    /** Copies the list; an empty one is an error. */
    public Results {
        expressions = List.copyOf(expressions);
        if (expressions.isEmpty()) {
            throw new IllegalArgumentException("results: a formula needs at least one result, given none");
        }
    }

    /** The given expressions as the results of one formula, in this order. */
    public static Results results(Expr... expressions) {
        return new Results(List.of(expressions));
    }
}
