package dev.lanewise.nn.transformer;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Shape;
import dev.lanewise.nn.Dropout;
import dev.lanewise.nn.Initializer;
import dev.lanewise.nn.Layer;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Parameter;
import dev.lanewise.nn.Pass;
import dev.lanewise.nn.Transform;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Attention in several heads: vectors become a query, a key and a value a head; a query's match with each key decides
 * how much of that key's value it takes in, softmax(Q·Kᵀ / √headSize)·V; and what the heads took in is projected back
 * (Vaswani et al. 2017, arXiv:1706.03762).
 *
 * <p>In self-attention all three are made of the same sequence; in cross-attention keys and values are made of another
 * one. {@link AttentionConfig} tells of causal attention, of keys and values that serve several heads, of rotary
 * positions, dropout, and the parameters' names.
 *
 * <p>Without a mask of the call's own, dropout at work or weights asked for, one fused operation does all between the
 * projections, and the queries x keys matrices are never kept; else its definition is computed, with them.
 */
public final class MultiHeadAttention extends Layer implements Transform {
    private final AttentionConfig config;

    /** Of queries, keys and values, or one for all. */
    private final List<Parameter> weights;

    /** Of queries, keys and values, or one for all; none if there are no biases. */
    private final List<Parameter> biases;

    private final Linear output;
    private final Dropout weightDropout;
    private final Dropout outputDropout;

    /**
     * What attention gives, and what it looked at.
     *
     * @param outputs [batch, queries, width]
     * @param weights what each query took of each key's value, after dropout, [batch, heads, queries, keys]
     */
    public record Weighted(Variable outputs, Variable weights) {
        /** The weights' mean over the heads, [batch, queries, keys]. */
        public Variable averagedWeights() {
            return weights.mean(1);
        }
    }

    /** Attention with the given sizes and options. */
    public MultiHeadAttention(AttentionConfig config) {
        this.config = config;
        int width = config.width();
        int[] rows = config.rows();
        int[] widths = {width, config.keyWidth(), config.valueWidth()};
        int all = Math.addExact(rows[0], Math.addExact(rows[1], rows[2]));
        Initializer drawn = config.projections();
        switch (config.names()) {
            case TORCH -> {
                boolean isOne = widths[1] == width && widths[2] == width;
                weights = isOne
                        ? List.of(parameter("in_proj_weight", Shape.of(all, width), drawn))
                        : List.of(
                                parameter("q_proj_weight", Shape.of(rows[0], widths[0]), drawn),
                                parameter("k_proj_weight", Shape.of(rows[1], widths[1]), drawn),
                                parameter("v_proj_weight", Shape.of(rows[2], widths[2]), drawn));
                biases = config.bias()
                        ? List.of(parameter("in_proj_bias", Shape.of(all), Initializer.zeros()))
                        : List.of();
                output = output("out_proj");
            }
            case GPT2 -> {
                Linear joint = child("c_attn", new Linear(width, all, config.bias(), drawn, Initializer.zeros()));
                weights = List.of(joint.weight());
                biases = joint.bias() == null ? List.of() : List.of(joint.bias());
                output = output("c_proj");
            }
            case LLAMA -> {
                List<Linear> apart = List.of(
                        child("q_proj", new Linear(widths[0], rows[0], config.bias(), drawn, Initializer.zeros())),
                        child("k_proj", new Linear(widths[1], rows[1], config.bias(), drawn, Initializer.zeros())),
                        child("v_proj", new Linear(widths[2], rows[2], config.bias(), drawn, Initializer.zeros())));
                weights = apart.stream().map(Linear::weight).toList();
                biases = apart.stream()
                        .map(Linear::bias)
                        .<Parameter>mapMulti((bias, more) -> {
                            if (bias != null) {
                                more.accept(bias);
                            }
                        })
                        .toList();
                output = output("o_proj");
            }
            default -> throw new AssertionError(config.names());
        }
        this.weightDropout = child("attn_dropout", new Dropout(config.dropout()));
        this.outputDropout = child("resid_dropout", new Dropout(config.outputDropout()));
    }

    private Linear output(String name) {
        int inputs = config.heads() * config.headSize();
        return child(name, new Linear(inputs, config.width(), config.bias(), config.outputs(), Initializer.zeros()));
    }

    /** The sizes and options. */
    public AttentionConfig config() {
        return config;
    }

    /** Lets the vectors of each sequence attend to each other, [batch, time, width] → the same. */
    @Override
    public Variable forward(Variable x, Pass pass) {
        return forward(x, AttentionMask.NONE, pass);
    }

    /**
     * Lets the vectors of each sequence attend to each other as far as a mask allows, [batch, time, width] → the same.
     */
    public Variable forward(Variable x, AttentionMask mask, Pass pass) {
        return forward(x, x, x, mask, pass);
    }

    /**
     * Lets queries attend to keys and take in their values.
     *
     * @param queries what queries are made of, [batch, t, width]
     * @param keys what keys are made of, [batch, s, keyWidth]
     * @param values what values are made of, [batch, s, valueWidth]; commonly the keys
     * @return [batch, t, width]
     * @throws IllegalArgumentException naming this layer, if the shapes do not fit
     */
    public Variable forward(Variable queries, Variable keys, Variable values, AttentionMask mask, Pass pass) {
        check(queries, keys, values, mask);
        return merged(mixed(heads(queries, keys, values), mask, pass), pass);
    }

    /**
     * Lets the vectors of later tokens attend to all tokens so far, each to those before it and itself, [batch, time,
     * width] → the same. It is what causal attention gives for them in the whole sequence, but for the rounding of
     * products that are of other sizes.
     *
     * @param x of the tokens that follow those in the cache
     * @param cache takes in their keys and values
     * @throws IllegalArgumentException naming this layer, if it is not causal or the shapes do not fit
     * @throws IllegalStateException if gradients are asked for: what a cache holds has none
     */
    public Variable forward(Variable x, KeyValueCache cache, Pass pass) {
        check(x, x, x, AttentionMask.NONE);
        if (!config.causal()) {
            throw new IllegalArgumentException(
                    "%s: a cache of keys and values needs causal attention; in this one earlier tokens see later ones"
                            .formatted(describeSelf()));
        }
        int before = cache.length();
        Heads own = ownHeads(x, x, x, before, before);
        if (own.keys.needsGradient() || own.values.needsGradient()) {
            throw new IllegalStateException(
                    "%s: keys and values in a cache have no gradients; compute within Variable.withoutGradients"
                            .formatted(describeSelf()));
        }
        cache.append(own.keys.value(), own.values.value(), describeSelf());
        Variable keys = Variable.constantOf(cache.keys());
        Variable values = Variable.constantOf(cache.values());
        return merged(mixed(inGroups(new Heads(own.queries, keys, values)), AttentionMask.NONE, pass), pass);
    }

    /** What the heads take in, [batch, heads, t, headSize], or with groups as in {@link #inGroups(Heads)}. */
    private Variable mixed(Heads heads, AttentionMask mask, Pass pass) {
        return within(() -> mask.isEmpty() && !weightDropout.isActive(pass)
                ? heads.queries.attention(heads.keys, heads.values, config.causal(), scale())
                : weights(heads, mask, pass).matmul(heads.values));
    }

    /** {@link #forward(Variable, Variable, Variable, AttentionMask, Pass)}, with the weights. */
    public Weighted forwardWithWeights(
            Variable queries, Variable keys, Variable values, AttentionMask mask, Pass pass) {
        check(queries, keys, values, mask);
        Heads heads = heads(queries, keys, values);
        Variable taken = weights(heads, mask, pass);
        return new Weighted(
                merged(taken.matmul(heads.values), pass),
                taken.reshape(
                        queries.shape().size(0),
                        config.heads(),
                        queries.shape().size(1),
                        keys.shape().size(1)));
    }

    private void check(Variable queries, Variable keys, Variable values, AttentionMask mask) {
        if (queries == keys && keys == values) {
            checkSequence("input", queries, config.width());
        }
        checkSequence("queries", queries, config.width());
        checkSequence("keys", keys, config.keyWidth());
        checkSequence("values", values, config.valueWidth());
        int batch = queries.shape().size(0);
        int queryCount = queries.shape().size(1);
        int keyCount = keys.shape().size(1);
        if (keys.shape().size(0) != batch
                || values.shape().size(0) != batch
                || values.shape().size(1) != keyCount) {
            throw new IllegalArgumentException(
                    "%s: queries %s, keys %s and values %s do not fit; expected one batch, and as many values as keys"
                            .formatted(describeSelf(), queries.shape(), keys.shape(), values.shape()));
        }
        if (config.causal() && keyCount < queryCount) {
            throw new IllegalArgumentException("%s: causal, but %d queries outnumber %d keys: the first would see none"
                    .formatted(describeSelf(), queryCount, keyCount));
        }
        mask.check(Shape.of(batch, config.heads(), queryCount, keyCount), describeSelf());
    }

    private void checkSequence(String what, Variable x, int width) {
        if (x.shape().rank() != 3 || x.shape().size(2) != width) {
            throw new IllegalArgumentException("%s: %s has shape %s, expected [batch, time, %d]"
                    .formatted(describeSelf(), what, x.shape(), width));
        }
        checkType(x, weights.getFirst());
    }

    /** Queries [batch, heads, t, headSize], keys and values [batch, keyValueHeads, s, headSize]. */
    private record Heads(Variable queries, Variable keys, Variable values) {}

    /** Projected, split into heads and turned to their positions, in groups if there are. */
    private Heads heads(Variable queries, Variable keys, Variable values) {
        int first = config.causal() ? keys.shape().size(1) - queries.shape().size(1) : 0;
        return inGroups(ownHeads(queries, keys, values, first, 0));
    }

    /**
     * Projected, split into heads and turned to their positions.
     *
     * @param firstQuery the position of the first query
     * @param firstKey the position of the first key
     */
    private Heads ownHeads(Variable queries, Variable keys, Variable values, int firstQuery, int firstKey) {
        List<Variable> projected = project(queries, keys, values);
        Variable q = split(projected.get(0), config.heads()); // (batch, heads, t, headSize)
        Variable k = split(projected.get(1), config.keyValueHeads());
        Variable v = split(projected.get(2), config.keyValueHeads());
        RotaryPositions rotary = config.rotary();
        return rotary == null
                ? new Heads(q, k, v)
                : new Heads(rotary.rotate(q, firstQuery), rotary.rotate(k, firstKey), v);
    }

    /**
     * Where heads form groups that share keys and values, these are two axes, and keys and values are expanded along
     * the second one: (batch, groups, heads of a group, time, headSize).
     */
    private Heads inGroups(Heads heads) {
        return new Heads(grouped(heads.queries), shared(heads.keys), shared(heads.values));
    }

    private List<Variable> project(Variable queries, Variable keys, Variable values) {
        if (weights.size() == 1 && queries == keys && keys == values) {
            Variable bias = biases.isEmpty() ? null : biases.getFirst().value();
            return queries.linear(weights.getFirst().value(), bias).split(-1, config.rows());
        }
        return List.of(project(0, queries), project(1, keys), project(2, values));
    }

    private Variable project(int which, Variable x) {
        Variable weight = part(weights, which);
        if (weight == null) {
            throw new AssertionError();
        }
        return x.linear(weight, part(biases, which));
    }

    /** What queries, keys or values (0, 1, 2) have of a parameter that may be one for all. */
    private @Nullable Variable part(List<Parameter> parameters, int which) {
        if (parameters.size() != 1) {
            return parameters.isEmpty() ? null : parameters.get(which).value();
        }
        int[] rows = config.rows();
        int from = Arrays.stream(rows, 0, which).sum();
        return parameters.getFirst().value().slice(0, from, from + rows[which]);
    }

    /** (batch, time, heads · headSize) → (batch, heads, time, headSize). */
    private Variable split(Variable x, int heads) {
        return x.reshape(x.shape().size(0), x.shape().size(1), heads, config.headSize())
                .transpose(1, 2);
    }

    private boolean hasGroups() {
        return config.keyValueHeads() != config.heads();
    }

    /** (batch, heads, ..) → (batch, groups, heads of a group, ..), if there are groups. */
    private Variable grouped(Variable x) {
        int groups = config.keyValueHeads();
        return hasGroups()
                ? x.reshape(
                        x.shape().size(0),
                        groups,
                        config.heads() / groups,
                        x.shape().size(2),
                        x.shape().size(3))
                : x;
    }

    /** (batch, groups, time, headSize) → (batch, groups, heads of a group, time, headSize), if there are groups. */
    private Variable shared(Variable x) {
        return hasGroups()
                ? x.unsqueeze(2)
                        .expand(Shape.of(
                                x.shape().size(0),
                                config.keyValueHeads(),
                                config.heads() / config.keyValueHeads(),
                                x.shape().size(2),
                                x.shape().size(3)))
                : x;
    }

    private double scale() {
        return 1 / Math.sqrt(config.headSize());
    }

    /** What each query takes of each key's value, (batch, heads, t, s) or (batch, groups, heads of a group, t, s). */
    private Variable weights(Heads heads, AttentionMask mask, Pass pass) {
        Variable scores = heads.queries.matmul(heads.keys.transpose()).mul(scale());
        Variable added = mask.finiteAdded();
        if (added != null) {
            scores = scores.add(hasGroups() ? added.reshape(inGroups(added.shape())) : added);
        }
        if (!config.causal() && mask.isEmpty()) {
            return weightDropout.forward(scores.softmax(-1), pass);
        }
        int rank = scores.shape().rank();
        Shape all = Shape.of(
                scores.shape().size(0),
                config.heads(),
                scores.shape().size(rank - 2),
                scores.shape().size(rank - 1));
        AttentionMask.Hidden hidden = mask.hidden(all, config.causal());
        scores = scores.maskedFill(inGroups(hidden.pairs()), Double.NEGATIVE_INFINITY);
        Variable taken = scores.softmax(-1);
        if (hidden.blind() != null) {
            taken = taken.maskedFill(inGroups(hidden.blind()), 0);
        }
        return weightDropout.forward(taken, pass);
    }

    private IntTensor inGroups(IntTensor mask) {
        return hasGroups() ? mask.reshape(inGroups(mask.shape())) : mask;
    }

    /** A mask's sizes, (.., heads or 1, queries, keys), so that they broadcast to scores in groups. */
    private int[] inGroups(Shape mask) {
        int[] sizes = mask.toArray();
        if (sizes.length == 2) {
            return sizes;
        }
        int groups = sizes[1] == 1 ? 1 : config.keyValueHeads();
        return new int[] {sizes[0], groups, sizes[1] / groups, sizes[2], sizes[3]};
    }

    /** The heads' results side by side, (batch, t, heads · headSize), projected back. */
    private Variable merged(Variable mixed, Pass pass) {
        int batch = mixed.shape().size(0);
        int time = mixed.shape().size(-2);
        Variable together = hasGroups()
                ? mixed.permute(0, 3, 1, 2, 4) // (batch, t, groups, heads of a group, headSize)
                : mixed.transpose(1, 2); // (batch, t, heads, headSize)
        Variable merged = together.reshape(batch, time, config.heads() * config.headSize());
        return outputDropout.forward(output.forward(merged), pass);
    }

    @Override
    public String toString() {
        return "MultiHeadAttention(%d heads of %d%s%s)"
                .formatted(
                        config.heads(),
                        config.headSize(),
                        hasGroups() ? ", %d of keys and values".formatted(config.keyValueHeads()) : "",
                        config.causal() ? ", causal" : "");
    }
}
