package dev.lanewise.core;

/**
 * The nodes an {@link Expr} is made of. They are built by {@link Simplifier} alone, so an expression never contains a
 * node that could have been folded away when it was written.
 *
 * <p>An expression is a graph, not a tree: a node may be reached by exponentially many paths. So nothing here walks by
 * plain recursion; {@link Graph#order} gives every node once, children first, and all passes run over that list.
 */
sealed interface Node extends Expr {

    /**
     * An operand of a formula.
     *
     * @param owner the {@link Operands} that handed it out, so that an operand which strays into another formula is
     *     noticed
     * @param index its position among the formula's operands
     * @param name the name it is printed with
     */
    record Operand(Object owner, int index, String name) implements Node {
        @Override
        public String toString() {
            return FormulaPrinter.print(this);
        }
    }

    /**
     * A number, the same for all elements. Kept in double precision and rounded once where a kernel computes in float.
     */
    record Constant(double value) implements Node {
        static final Constant ZERO = new Constant(0);
        static final Constant ONE = new Constant(1);

        /** Whether this is exactly the given number; tells +0 from -0. */
        boolean is(double number) {
            return Double.doubleToRawLongBits(value) == Double.doubleToRawLongBits(number);
        }

        @Override
        public String toString() {
            return FormulaPrinter.print(this);
        }
    }

    /** A function of one argument. */
    record Unary(UnaryFunction function, Expr argument) implements Node {
        @Override
        public String toString() {
            return FormulaPrinter.print(this);
        }
    }

    /** A function of two arguments. */
    record Binary(BinaryFunction function, Expr left, Expr right) implements Node {
        @Override
        public String toString() {
            return FormulaPrinter.print(this);
        }
    }

    /** A function of three arguments. */
    record Ternary(TernaryFunction function, Expr first, Expr second, Expr third) implements Node {
        @Override
        public String toString() {
            return FormulaPrinter.print(this);
        }
    }
}
