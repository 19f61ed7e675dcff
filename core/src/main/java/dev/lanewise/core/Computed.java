package dev.lanewise.core;

import java.util.List;

/**
 * What an operation's forward pass made.
 *
 * @param results the results
 * @param state further tensors that only the operation's own backward pass wants (row maxima, say): see
 *     {@link Saved#state}
 */
public record Computed(List<Tensor> results, List<Tensor> state) {
    /** A single result. */
    public static Computed of(Tensor result) {
        return new Computed(List.of(result), List.of());
    }

    /** Several results. */
    public static Computed of(List<Tensor> results) {
        return new Computed(results, List.of());
    }
}
