package dev.lanewise.nn;

import dev.lanewise.autograd.Variable;

/** How the losses of single examples, or of single elements, become one number. */
public enum Reduction {
    /** They do not. */
    NONE,
    /** Their sum. */
    SUM,
    /** Their mean; NaN if there is none. */
    MEAN;

    Variable of(Variable losses) {
        return switch (this) {
            case NONE -> losses;
            case SUM -> losses.sum();
            case MEAN -> losses.mean();
        };
    }
}
