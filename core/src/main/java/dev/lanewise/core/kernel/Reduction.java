package dev.lanewise.core.kernel;

/** What becomes of a result of a row kernel. */
public enum Reduction {
    /** Each element is written. */
    STORE,
    /** Each element is added to what is there, row after row. */
    ADD,
    /** A row becomes the sum of its elements, in 16 virtual lanes and a fixed tree. */
    SUM,
    /** A row becomes its largest element, as by {@link Math#max(float, float)}; -infinity if it is empty. */
    MAX,
    /** A row becomes its smallest element, as by {@link Math#min(float, float)}; infinity if it is empty. */
    MIN;

    /** Whether a row becomes one number. */
    public boolean isReduction() {
        return this != STORE && this != ADD;
    }
}
