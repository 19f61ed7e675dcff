package dev.lanewise.core;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Sums of products by Einstein's notation, in terms of diagonals, sums and matrix products.
 *
 * <p>Labels are characters: the equation's letters, and for the axes of an ellipsis characters that are no letters,
 * counted from the last axis.
 */
final class Einsum {
    /** The label of an ellipsis' last axis; those before it follow. */
    private static final char ELLIPSIS = '\uE000';

    /** Up to so many operands all orders are compared: 3¹⁰ = 59049 pairs of subsets. */
    private static final int MOST_COMPARED = 10;

    private final String equation;

    /** Each operand's labels, one for each of its axes. */
    private final List<String> labels = new ArrayList<>();

    private final Map<Character, Integer> sizes = new HashMap<>();
    private String result = "";

    private Einsum(String equation) {
        this.equation = equation;
    }

    /** An operand on the way: a tensor, and the labels of its axes, each once. */
    private record Term<T>(T tensor, String labels) {}

    static <T extends TensorOps<T>> T apply(String equation, List<T> operands) {
        Einsum einsum = new Einsum(equation);
        einsum.parse(operands.stream().map(Operand::shape).toList());
        List<Term<T>> terms = new ArrayList<>();
        for (int i = 0; i < operands.size(); i++) {
            terms.add(einsum.plain(operands.get(i), einsum.labels.get(i)));
        }
        Term<T> last = einsum.summed(einsum.contracted(terms), einsum.result);
        int[] order = new int[einsum.result.length()];
        Arrays.setAll(order, i -> last.labels.indexOf(einsum.result.charAt(i)));
        return last.tensor.permute(order);
    }

    // ------------------------------------------------------------------ the equation

    private void parse(List<Shape> shapes) {
        String plain = equation.replace(" ", "");
        int arrow = plain.indexOf("->");
        String left = arrow < 0 ? plain : plain.substring(0, arrow);
        String[] parts = left.split(",", -1);
        if (shapes.isEmpty() || parts.length != shapes.size()) {
            throw fail("names %d operands, given were %d".formatted(parts.length, shapes.size()));
        }
        int ellipsis = 0;
        for (int i = 0; i < parts.length; i++) {
            int hidden = shapes.get(i).rank() - parts[i].replace("...", "").length();
            if (parts[i].contains("...") ? hidden < 0 : hidden != 0) {
                throw fail("has %s for an operand of shape %s".formatted(parts[i], shapes.get(i)));
            }
            labels.add(expanded(parts[i], hidden));
            ellipsis = Math.max(ellipsis, hidden);
            measure(labels.get(i), shapes.get(i));
        }
        result = arrow < 0 ? implied(ellipsis) : expanded(plain.substring(arrow + 2), ellipsis);
        for (int i = 0; i < result.length(); i++) {
            if (!sizes.containsKey(result.charAt(i)) || result.indexOf(result.charAt(i)) != i) {
                throw fail("has %s in its result twice, or in no operand".formatted(result.charAt(i)));
            }
        }
    }

    /** The labels of a part, those of an ellipsis written out. */
    private String expanded(String part, int hidden) {
        StringBuilder axes = new StringBuilder();
        for (int i = hidden - 1; i >= 0; i--) {
            axes.append((char) (ELLIPSIS + i));
        }
        String whole = part.replace("...", axes);
        for (int i = 0; i < whole.length(); i++) {
            char label = whole.charAt(i);
            if (label < ELLIPSIS && !Character.isLetter(label)) {
                throw fail("has '%s' where a letter, a comma, ... or -> is expected".formatted(label));
            }
        }
        return whole;
    }

    private void measure(String operand, Shape shape) {
        for (int axis = 0; axis < operand.length(); axis++) {
            int size = shape.size(axis);
            int known = sizes.getOrDefault(operand.charAt(axis), 1);
            if (known != size && known != 1 && size != 1) {
                throw fail("needs axes of one size for %s, but there are %d and %d (shape %s)"
                        .formatted(operand.charAt(axis), known, size, shape));
            }
            sizes.put(operand.charAt(axis), known == 1 ? size : known);
        }
    }

    /** The ellipsis' labels, then those that occur once, in alphabetical order. */
    private String implied(int ellipsis) {
        StringBuilder once = new StringBuilder(expanded("...", ellipsis));
        String all = String.join("", labels);
        sizes.keySet().stream()
                .filter(label -> label < ELLIPSIS && all.indexOf(label) == all.lastIndexOf(label))
                .sorted()
                .forEach(once::append);
        return once.toString();
    }

    private IllegalArgumentException fail(String what) {
        return new IllegalArgumentException("einsum: equation \"%s\" %s".formatted(equation, what));
    }

    // ------------------------------------------------------------------ the way

    /** An operand each of whose labels occurs once: of repeated ones the diagonal, without axes that only broadcast. */
    private <T extends TensorOps<T>> Term<T> plain(T operand, String operandLabels) {
        T tensor = operand;
        StringBuilder axes = new StringBuilder(operandLabels);
        for (int axis = axes.length() - 1; axis >= 0; axis--) {
            if (tensor.shape().size(axis) == 1 && size(axes.charAt(axis)) != 1) {
                tensor = tensor.squeeze(axis);
                axes.deleteCharAt(axis);
            }
        }
        for (int second = axes.length() - 1; second > 0; second--) {
            int first = axes.indexOf(String.valueOf(axes.charAt(second)));
            if (first < second) {
                char label = axes.charAt(second);
                tensor = tensor.diagonal(0, first, second); // the diagonal becomes the last axis
                axes.deleteCharAt(second).deleteCharAt(first).append(label);
                second = axes.length();
            }
        }
        return new Term<>(tensor, axes.toString());
    }

    /** The product of all terms, summed over what neither the result nor another term has. */
    private <T extends TensorOps<T>> Term<T> contracted(List<Term<T>> terms) {
        List<Term<T>> left = new ArrayList<>(terms);
        while (left.size() > 1) {
            int[] pair = left.size() <= MOST_COMPARED ? new Order(left).firstPair() : cheapestPair(left);
            Term<T> second = left.remove(pair[1]);
            Term<T> first = left.remove(pair[0]);
            left.add(pair[0], joined(first, second, labelsOf(left) + result));
        }
        return left.getFirst();
    }

    private static <T> String labelsOf(List<Term<T>> terms) {
        StringBuilder all = new StringBuilder();
        terms.forEach(term -> all.append(term.labels));
        return all.toString();
    }

    private <T extends TensorOps<T>> int[] cheapestPair(List<Term<T>> terms) {
        int[] best = {0, 1};
        double least = Double.POSITIVE_INFINITY;
        for (int i = 0; i < terms.size(); i++) {
            for (int j = i + 1; j < terms.size(); j++) {
                double cost = count(union(terms.get(i).labels, terms.get(j).labels));
                if (cost < least) {
                    least = cost;
                    best = new int[] {i, j};
                }
            }
        }
        return best;
    }

    /** The product of two terms, summed over what nobody else needs. */
    private <T extends TensorOps<T>> Term<T> joined(Term<T> first, Term<T> second, String needed) {
        Term<T> left = summed(first, second.labels + needed);
        Term<T> right = summed(second, first.labels + needed);
        String both = common(left.labels, right.labels);
        String batch = common(both, needed);
        String inner = without(both, needed);
        String rows = without(left.labels, both);
        String columns = without(right.labels, both);
        T a = ordered(left, batch + rows + inner).reshape(matrices(batch, rows, inner));
        T b = ordered(right, batch + inner + columns).reshape(matrices(batch, inner, columns));
        T product = batch.isEmpty() ? a.squeeze(0).matmul(b.squeeze(0)) : a.matmul(b); // (batch, rows, columns)
        String all = batch + rows + columns;
        int[] shape = new int[all.length()];
        Arrays.setAll(shape, i -> size(all.charAt(i)));
        return new Term<>(product.reshape(shape), all);
    }

    /** The term summed over the labels that are not needed. */
    private <T extends TensorOps<T>> Term<T> summed(Term<T> term, String needed) {
        String unneeded = without(term.labels, needed);
        if (unneeded.isEmpty()) {
            return term;
        }
        int[] axes = new int[unneeded.length()];
        Arrays.setAll(axes, i -> term.labels.indexOf(unneeded.charAt(i)));
        return new Term<>(term.tensor.sum(Axes.of(axes)), without(term.labels, unneeded));
    }

    private static <T extends TensorOps<T>> T ordered(Term<T> term, String order) {
        int[] axes = new int[order.length()];
        Arrays.setAll(axes, i -> term.labels.indexOf(order.charAt(i)));
        return term.tensor.permute(axes);
    }

    private int[] matrices(String batch, String rows, String columns) {
        return new int[] {(int) count(batch), (int) count(rows), (int) count(columns)};
    }

    private int size(char label) {
        return sizes.getOrDefault(label, 1);
    }

    private double count(String all) {
        double count = 1;
        for (int i = 0; i < all.length(); i++) {
            count *= size(all.charAt(i));
        }
        return count;
    }

    private static String common(String first, String second) {
        StringBuilder common = new StringBuilder();
        first.chars().filter(label -> second.indexOf(label) >= 0).forEach(label -> common.append((char) label));
        return common.toString();
    }

    private static String without(String labels, String others) {
        StringBuilder rest = new StringBuilder();
        labels.chars().filter(label -> others.indexOf(label) < 0).forEach(label -> rest.append((char) label));
        return rest.toString();
    }

    private static String union(String first, String second) {
        return first + without(second, first);
    }

    /** The order of joining with the fewest multiplications, by the best order of every subset of the terms. */
    private final class Order {
        private final List<String> terms;
        private final double[] costs;

        /** Of each subset, the one of its two parts that holds its lowest term. */
        private final int[] parts;

        <T> Order(List<Term<T>> terms) {
            this.terms = terms.stream().map(Term::labels).toList();
            int subsets = 1 << terms.size();
            costs = new double[subsets];
            parts = new int[subsets];
            for (int set = 1; set < subsets; set++) {
                if (Integer.bitCount(set) > 1) {
                    choose(set);
                }
            }
        }

        private void choose(int set) {
            int lowest = Integer.lowestOneBit(set);
            costs[set] = Double.POSITIVE_INFINITY;
            for (int part = (set - 1) & set; part > 0; part = (part - 1) & set) {
                if ((part & lowest) != 0) {
                    double cost = costs[part] + costs[set ^ part] + count(union(labelsOf(part), labelsOf(set ^ part)));
                    if (cost < costs[set]) {
                        costs[set] = cost;
                        parts[set] = part;
                    }
                }
            }
        }

        /** What remains of a subset once it is joined: the labels that the result or a term outside needs. */
        private String labelsOf(int set) {
            String own = "";
            StringBuilder needed = new StringBuilder(result);
            for (int i = 0; i < terms.size(); i++) {
                if ((set >> i & 1) != 0) {
                    own = union(own, terms.get(i));
                } else {
                    needed.append(terms.get(i));
                }
            }
            return common(own, needed.toString());
        }

        /** The first two terms to be joined: a part of the best order that consists of two. */
        int[] firstPair() {
            int set = (1 << terms.size()) - 1;
            while (Integer.bitCount(set) > 2) {
                set = Integer.bitCount(parts[set]) > 1 ? parts[set] : set ^ parts[set];
            }
            int first = Integer.numberOfTrailingZeros(set);
            return new int[] {first, Integer.numberOfTrailingZeros(set ^ 1 << first)};
        }
    }
}
