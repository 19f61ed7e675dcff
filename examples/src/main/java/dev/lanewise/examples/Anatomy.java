package dev.lanewise.examples;

import dev.lanewise.core.Shape;
import dev.lanewise.nn.Parameter;
import dev.lanewise.nn.transformer.Gpt;
import dev.lanewise.nn.transformer.GptConfig;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Where a GPT's weights are, in matrices of eight kinds, as Grant Sanderson counts them ("But what is a GPT?", 2024):
 * each head has a key, a query and a value matrix of its own; the heads' output matrices stand side by side in one.
 * Biases, normalisations and positions are no such matrices and counted apart.
 *
 * <p>All of it is read off a model that is described and not made: parameters have shapes, and no memory.
 */
final class Anatomy {
    /** A kind of matrix, and what it is of. */
    enum Kind {
        EMBEDDING("Embedding"),
        KEY("Key"),
        QUERY("Query"),
        VALUE("Value"),
        OUTPUT("Output"),
        UP_PROJECTION("Up-projection"),
        DOWN_PROJECTION("Down-projection"),
        UNEMBEDDING("Unembedding");

        private final String title;

        Kind(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }
    }

    /**
     * All matrices of a kind.
     *
     * @param rows of each matrix
     * @param columns of each matrix
     * @param matrices how many there are
     */
    record Matrices(Kind kind, long rows, long columns, long matrices) {
        long weights() {
            return rows * columns * matrices;
        }
    }

    private final Gpt model;
    private final Map<Kind, Matrices> kinds = new EnumMap<>(Kind.class);
    private long others; // weights in no matrix: biases, normalisations, positions

    Anatomy(GptConfig config) {
        this.model = new Gpt(config);
        for (Parameter parameter : model.parameters()) {
            sort(parameter, config.heads());
        }
    }

    /** The kinds follow from the parameters' names, which are GPT-2's. */
    private void sort(Parameter parameter, int heads) {
        Shape shape = parameter.shape(); // of a matrix: [outputs, inputs]
        String path = parameter.path();
        if (path.equals("transformer.wte.weight")) {
            add(Kind.EMBEDDING, shape.size(1), shape.size(0), 1);
        } else if (path.equals("lm_head.weight")) {
            add(Kind.UNEMBEDDING, shape.size(0), shape.size(1), 1);
        } else if (path.endsWith(".attn.c_attn.weight")) {
            int headSize = shape.size(0) / 3 / heads; // queries, keys and values of all heads in one
            add(Kind.KEY, headSize, shape.size(1), heads);
            add(Kind.QUERY, headSize, shape.size(1), heads);
            add(Kind.VALUE, headSize, shape.size(1), heads);
        } else if (path.endsWith(".attn.c_proj.weight")) {
            add(Kind.OUTPUT, shape.size(0), shape.size(1), 1);
        } else if (path.endsWith(".mlp.c_fc.weight")) {
            add(Kind.UP_PROJECTION, shape.size(0), shape.size(1), 1);
        } else if (path.endsWith(".mlp.c_proj.weight")) {
            add(Kind.DOWN_PROJECTION, shape.size(0), shape.size(1), 1);
        } else {
            others += shape.count();
        }
    }

    private void add(Kind kind, int rows, int columns, int count) {
        kinds.merge(
                kind,
                new Matrices(kind, rows, columns, count),
                (known, more) -> new Matrices(kind, rows, columns, known.matrices + more.matrices));
    }

    /** The kinds that the model has: with a tied head there is no unembedding. */
    List<Matrices> kinds() {
        return new ArrayList<>(kinds.values());
    }

    /** The number of matrices of all kinds. */
    long matrices() {
        return kinds.values().stream().mapToLong(Matrices::matrices).sum();
    }

    /** The number of weights in matrices. */
    long weights() {
        return kinds.values().stream().mapToLong(Matrices::weights).sum();
    }

    /** The number of weights that are in none of the matrices. */
    long others() {
        return others;
    }

    /** The number of all weights. */
    long parameterCount() {
        return model.parameterCount();
    }
}
