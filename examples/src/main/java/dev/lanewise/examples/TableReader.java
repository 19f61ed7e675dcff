package dev.lanewise.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Reads tables.
 *
 * <p>CSV: a row a line, fields between commas, semicolons or tabs, quoted by {@code "} if need be. If the first line
 * has a field that is no number it names the columns, else they are called column1, column2, … ARFF (the format of
 * Weka): lines of {@code @attribute NAME TYPE}, then {@code @data}, then rows as of CSV; {@code %} begins a comment.
 */
final class TableReader {
    private final String source;
    private final List<String> columns = new ArrayList<>();
    private final List<String[]> rows = new ArrayList<>();
    private final List<Integer> lines = new ArrayList<>();

    private TableReader(String source) {
        this.source = source;
    }

    /** Reads a file, as ARFF if its name ends so, else as CSV. */
    static Table read(String option, Path file) throws IOException {
        TableReader reader = new TableReader(file.toString());
        String text = TextFile.read(option, file);
        if (file.toString().toLowerCase(Locale.ROOT).endsWith(".arff")) {
            reader.readArff(text);
        } else {
            reader.readCsv(text);
        }
        return reader.finish();
    }

    private Table finish() {
        if (rows.isEmpty()) {
            throw Problem.failure("%s: there is no row of data".formatted(source));
        }
        var seen = new HashSet<String>();
        for (String column : columns) {
            if (!seen.add(column)) {
                throw Problem.failure("%s: two columns are called %s; names must differ".formatted(source, column));
            }
        }
        return new Table(source, List.copyOf(columns), rows, lines);
    }

    private void readCsv(String text) {
        int number = 0;
        char separator = ',';
        for (String line : text.lines().toList()) {
            number++;
            if (line.isBlank()) {
                continue;
            }
            if (columns.isEmpty()) {
                separator = mostFrequent(line, ",;\t");
                List<String> first = split(line, separator, "\"", number);
                if (first.stream().allMatch(TableReader::isNumber)) {
                    int fields = first.size();
                    checkFirst(fields, number, text, separator);
                    for (int i = 1; i <= fields; i++) {
                        columns.add("column" + i);
                    }
                    addRow(first, number);
                } else {
                    first.forEach(name -> columns.add(name.strip()));
                }
            } else {
                addRow(split(line, separator, "\"", number), number);
            }
        }
    }

    private void readArff(String text) {
        int number = 0;
        boolean data = false;
        for (String line : text.lines().toList()) {
            number++;
            String content = line.strip();
            if (content.isEmpty() || content.startsWith("%")) {
                continue;
            }
            String keyword = content.split("\\s", 2)[0].toLowerCase(Locale.ROOT);
            if (data) {
                if (content.startsWith("{")) {
                    throw Problem.failure(
                            "%s, line %d: a sparse row, {index value, ..}; expected all values, separated by commas"
                                    .formatted(source, number));
                }
                boolean commas = content.indexOf(',') >= 0;
                String row = commas ? content : content.replaceAll("\\s+", " ");
                addRow(split(row, commas ? ',' : ' ', "'\"", number), number);
            } else if (keyword.equals("@attribute")) {
                columns.add(attributeName(content.substring(keyword.length()).strip(), number));
            } else if (keyword.equals("@data")) {
                data = true;
                if (columns.isEmpty()) {
                    throw Problem.failure("%s, line %d: @data, but no line of @attribute NAME TYPE before it"
                            .formatted(source, number));
                }
            } else if (!keyword.equals("@relation")) {
                throw Problem.failure(
                        "%s, line %d: found %s, expected @relation, @attribute or @data; is this an ARFF file?"
                                .formatted(source, number, Table.quote(content)));
            }
        }
        if (!data) {
            throw Problem.failure("%s: there is no line with @data; is this an ARFF file?".formatted(source));
        }
    }

    /** The name in {@code NAME TYPE}, where the name may be quoted. */
    private String attributeName(String declaration, int line) {
        int end = 0;
        String name = "";
        if (declaration.startsWith("'") || declaration.startsWith("\"")) {
            end = declaration.indexOf(declaration.charAt(0), 1);
            name = end < 0 ? "" : declaration.substring(1, end);
            end++;
        } else {
            while (end < declaration.length()
                    && !Character.isWhitespace(declaration.charAt(end))
                    && declaration.charAt(end) != '{') {
                end++;
            }
            name = declaration.substring(0, end);
        }
        if (name.isEmpty() || declaration.substring(end).isBlank()) {
            throw Problem.failure(
                    "%s, line %d: found @attribute %s, expected @attribute NAME TYPE, as in: @attribute area numeric"
                            .formatted(source, line, declaration));
        }
        return name;
    }

    /** Where no line names the columns the first row counts them; but not if all others have another number of them. */
    private void checkFirst(int fields, int number, String text, char separator) {
        List<String> all = text.lines().toList();
        Set<Integer> others = new HashSet<>();
        int rowsBehind = 0;
        for (int i = number; i < all.size(); i++) {
            if (!all.get(i).isBlank()) {
                others.add(split(all.get(i), separator, "\"", i + 1).size());
                rowsBehind++;
            }
        }
        if (rowsBehind > 1 && others.size() == 1 && !others.contains(fields)) {
            throw Problem.failure("%s, line %d: %d fields, expected %d, as in all rows behind it"
                    .formatted(source, number, fields, others.iterator().next()));
        }
    }

    private void addRow(List<String> fields, int line) {
        if (fields.size() != columns.size()) {
            throw Problem.failure("%s, line %d: %d fields, expected %d, one for each column (%s)"
                    .formatted(source, line, fields.size(), columns.size(), Table.quote(String.join(", ", columns))));
        }
        rows.add(fields.toArray(String[]::new));
        lines.add(line);
    }

    private List<String> split(String line, char separator, String quotes, int number) {
        List<String> fields = new ArrayList<>();
        var field = new StringBuilder();
        char quote = 0; // the mark that the field began with, while inside it
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (quote != 0) {
                if (c != quote) {
                    field.append(c);
                } else if (i + 1 < line.length() && line.charAt(i + 1) == quote) {
                    field.append(c); // a mark doubled is a mark
                    i++;
                } else {
                    quote = 0;
                }
            } else if (quotes.indexOf(c) >= 0 && field.toString().isBlank()) {
                field.setLength(0);
                quote = c;
            } else if (c == separator) {
                fields.add(field.toString());
                field.setLength(0);
            } else {
                field.append(c);
            }
        }
        if (quote != 0) {
            throw Problem.failure("%s, line %d: a field begins with %s, which does not end on this line"
                    .formatted(source, number, quote));
        }
        fields.add(field.toString());
        return fields;
    }

    private static char mostFrequent(String line, String candidates) {
        char best = candidates.charAt(0);
        long most = 0;
        for (int i = 0; i < candidates.length(); i++) {
            char candidate = candidates.charAt(i);
            long count = line.chars().filter(c -> c == candidate).count();
            if (count > most) {
                most = count;
                best = candidate;
            }
        }
        return best;
    }

    private static boolean isNumber(String field) {
        String text = field.strip();
        try {
            Double.parseDouble(text);
            return true;
        } catch (NumberFormatException e) {
            return text.isEmpty() || text.equals("?");
        }
    }
}
