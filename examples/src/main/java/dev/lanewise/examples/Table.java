package dev.lanewise.examples;

import java.util.List;
import java.util.Locale;

/**
 * A table of texts in named columns, as a file has it. Numbers are read when a column is asked for, so that columns
 * that nobody uses may hold anything.
 *
 * @param source the file's name, for messages
 * @param columns the columns' names
 * @param rows one text for each column
 * @param lines the number of each row's line in the file, for messages
 */
record Table(String source, List<String> columns, List<String[]> rows, List<Integer> lines) {
    /** The number of a column, from 0, by its name or by its number from 1; −1 if there is none. */
    int find(String column) {
        int byName = columns.indexOf(column);
        if (byName >= 0) {
            return byName;
        }
        if (column.matches("[0-9]{1,9}")) {
            int number = Integer.parseInt(column);
            if (number >= 1 && number <= columns.size()) {
                return number - 1;
            }
        }
        return -1;
    }

    /** The number that stands in a row and a column. */
    double number(int row, int column) {
        String text = rows.get(row)[column].strip();
        if (text.isEmpty() || text.equals("?") || text.toLowerCase(Locale.ROOT).matches("na|nan|null")) {
            throw Problem.failure(
                    "%s: column %s has no value (%s); fill it in, drop the row, or choose other columns by --features"
                            .formatted(place(row), columns.get(column), text.isEmpty() ? "it is empty" : text));
        }
        double number;
        try {
            number = Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw Problem.failure("%s: column %s has %s, expected a number; choose other columns by --features"
                    .formatted(place(row), columns.get(column), quote(text)));
        }
        if (!Double.isFinite(number)) {
            throw Problem.failure(
                    "%s: column %s has %s, expected a finite number".formatted(place(row), columns.get(column), text));
        }
        return number;
    }

    /** Where a row stands, for messages. */
    String place(int row) {
        return source + ", line " + lines.get(row);
    }

    /** The columns' names, for messages. */
    String columnList() {
        return String.join(", ", columns);
    }

    /** A text in quotation marks, cut if it is long. */
    static String quote(String text) {
        int longest = 40;
        return "\"" + (text.length() <= longest ? text : text.substring(0, longest) + "...") + "\"";
    }
}
