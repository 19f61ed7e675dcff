package dev.lanewise.examples;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A number computed from a row's columns, as the user wrote it: {@code area}, {@code ln(rooms/population)},
 * {@code income^2}. There are products, quotients, whole and broken powers, ln and brackets; a column whose name is not
 * a word of letters, digits, {@code _} and {@code .} stands in double quotation marks.
 */
final class Term {
    private sealed interface Node {}

    private record Literal(double value) implements Node {}

    private record Column(int index) implements Node {}

    private record Product(Node left, Node right) implements Node {}

    private record Quotient(Node left, Node right) implements Node {}

    private record Power(Node base, double exponent) implements Node {}

    private record Logarithm(Node argument) implements Node {}

    private final String text;
    private final Node node;
    private final SortedSet<Integer> columns;

    private Term(String text, Node node, SortedSet<Integer> columns) {
        this.text = text;
        this.node = node;
        this.columns = columns;
    }

    /** Reads one term. What is the name of a column as a whole is that column, whatever signs it holds. */
    static Term parse(String option, String text, Table table) {
        String stripped = text.strip();
        var columns = new TreeSet<Integer>();
        int whole = table.columns().indexOf(stripped);
        if (whole >= 0) {
            columns.add(whole);
            return new Term(stripped, new Column(whole), columns);
        }
        Node node = new Parser(option, stripped, table, columns).parse();
        if (columns.isEmpty()) {
            throw Problem.usage("%s \"%s\": this is a number and no column of %s, which has %s"
                    .formatted(option, stripped, table.source(), table.columnList()));
        }
        return new Term(stripped, node, columns);
    }

    /** Reads terms that are separated by commas. */
    static List<Term> parseList(String option, String text, Table table) {
        List<Term> terms = new ArrayList<>();
        boolean quoted = false;
        int start = 0;
        for (int i = 0; i <= text.length(); i++) {
            if (i == text.length() || (text.charAt(i) == ',' && !quoted)) {
                terms.add(parse(option, text.substring(start, i), table));
                start = i + 1;
            } else if (text.charAt(i) == '"') {
                quoted = !quoted;
            }
        }
        return terms;
    }

    /** The term of one column. */
    static Term ofColumn(Table table, int column) {
        return new Term(table.columns().get(column), new Column(column), new TreeSet<>(List.of(column)));
    }

    /** The numbers of the columns that occur. */
    SortedSet<Integer> columns() {
        return columns;
    }

    /** The term's values in all rows. */
    double[] values(Table table) {
        double[] values = new double[table.rows().size()];
        for (int row = 0; row < values.length; row++) {
            values[row] = value(node, table, row);
            if (!Double.isFinite(values[row])) {
                throw Problem.failure("%s: %s is %s".formatted(table.place(row), text, values[row]));
            }
        }
        return values;
    }

    private double value(Node part, Table table, int row) {
        return switch (part) {
            case Literal(double number) -> number;
            case Column(int index) -> table.number(row, index);
            case Product(Node left, Node right) -> value(left, table, row) * value(right, table, row);
            case Quotient(Node left, Node right) -> value(left, table, row) / value(right, table, row);
            case Power(Node base, double exponent) -> StrictMath.pow(value(base, table, row), exponent);
            case Logarithm(Node argument) -> {
                double number = value(argument, table, row);
                if (!(number > 0)) {
                    throw Problem.failure("%s: %s takes the logarithm of %s, expected a number above 0"
                            .formatted(table.place(row), text, number));
                }
                yield StrictMath.log(number);
            }
        };
    }

    @Override
    public String toString() {
        return text;
    }

    /**
     * Recursive descent: product = power {(*|/) power}; power = atom [^ number]; atom = number, column, ln(..), (..).
     */
    private static final class Parser {
        private final String option;
        private final String text;
        private final Table table;
        private final SortedSet<Integer> columns;
        private int position;

        Parser(String option, String text, Table table, SortedSet<Integer> columns) {
            this.option = option;
            this.text = text;
            this.table = table;
            this.columns = columns;
        }

        Node parse() {
            Node node = product();
            if (position < text.length()) {
                throw unexpected("*, /, ^ or the end");
            }
            return node;
        }

        private Node product() {
            Node left = power();
            while (true) {
                if (accept('*')) {
                    left = new Product(left, power());
                } else if (accept('/')) {
                    left = new Quotient(left, power());
                } else {
                    return left;
                }
            }
        }

        private Node power() {
            Node base = atom();
            if (!accept('^')) {
                return base;
            }
            boolean negative = accept('-');
            double exponent = number(word());
            if (Double.isNaN(exponent)) {
                throw unexpected("a number as the power");
            }
            return new Power(base, negative ? -exponent : exponent);
        }

        private Node atom() {
            if (accept('(')) {
                return closed(product());
            }
            if (accept('"')) {
                int end = text.indexOf('"', position);
                if (end < 0) {
                    throw unexpected("a closing quotation mark");
                }
                String name = text.substring(position, end);
                position = end + 1;
                skipBlanks();
                return column(name);
            }
            int start = position;
            String word = word();
            if (word.equals("ln") && accept('(')) {
                return new Logarithm(closed(product()));
            }
            if (word.isEmpty()) {
                throw unexpected("a column, a number, ln(..) or (..)");
            }
            double number = number(word);
            boolean named = table.columns().contains(word);
            if (Double.isNaN(number) || named) {
                position = start + word.length();
                skipBlanks();
                return column(word);
            }
            return new Literal(number);
        }

        private Node closed(Node inner) {
            if (!accept(')')) {
                throw unexpected("a closing bracket");
            }
            return inner;
        }

        private Node column(String name) {
            int index = table.columns().indexOf(name);
            if (index < 0) {
                throw Problem.usage("%s \"%s\": %s has no column %s; it has %s"
                        .formatted(option, text, table.source(), name, table.columnList()));
            }
            columns.add(index);
            return new Column(index);
        }

        /** Letters, digits, underscores and points, then blanks; may be empty. */
        private String word() {
            int start = position;
            while (position < text.length() && isWordPart(text.charAt(position))) {
                position++;
            }
            String word = text.substring(start, position);
            skipBlanks();
            return word;
        }

        private static boolean isWordPart(char c) {
            return Character.isLetterOrDigit(c) || c == '_' || c == '.';
        }

        /** The number that a word is, or NaN. */
        private static double number(String word) {
            return word.matches("[0-9]+(\\.[0-9]*)?|\\.[0-9]+") ? Double.parseDouble(word) : Double.NaN;
        }

        private boolean accept(char expected) {
            if (position < text.length() && text.charAt(position) == expected) {
                position++;
                skipBlanks();
                return true;
            }
            return false;
        }

        private void skipBlanks() {
            while (position < text.length() && text.charAt(position) == ' ') {
                position++;
            }
        }

        private Problem unexpected(String expected) {
            String found = position < text.length() ? "'" + text.charAt(position) + "'" : "its end";
            return Problem.usage("%s \"%s\": found %s at character %d, expected %s"
                    .formatted(option, text, found, position + 1, expected));
        }
    }
}
