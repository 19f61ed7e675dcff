package dev.lanewise.core;

/**
 * What the rule of a {@link Formula} returns: one {@link Expr}, or several as {@link Results}.
 *
 * <p>The common supertype exists so that {@code x -> x.exp()} and {@code x -> results(x.exp(), x.neg())} fit the same
 * method without an ambiguity.
 */
public sealed interface Outputs permits Expr, Results {}
