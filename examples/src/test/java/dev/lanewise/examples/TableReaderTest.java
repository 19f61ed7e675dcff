package dev.lanewise.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TableReaderTest {
    @TempDir
    Path folder;

    private Table read(String name, String content) throws IOException {
        return TableReader.read("--data", Files.writeString(folder.resolve(name), content));
    }

    @Test
    void aFirstLineWithoutNumbersNamesTheColumns() throws IOException {
        Table table = read("a.csv", "\uFEFFarea, price\r\n50,100.5\r\n\r\n60,-1e3\r\n");

        assertThat(table.columns()).containsExactly("area", "price");
        assertThat(table.number(0, 1)).isEqualTo(100.5);
        assertThat(table.number(1, 1)).isEqualTo(-1000);
        assertThat(table.place(1)).endsWith("a.csv, line 4");
    }

    @Test
    void aFirstLineOfNumbersIsData() throws IOException {
        Table table = read("a.csv", "1,2\n3,4");

        assertThat(table.columns()).containsExactly("column1", "column2");
        assertThat(table.rows()).hasSize(2);
        assertThat(table.find("column2")).isEqualTo(1);
        assertThat(table.find("2")).isEqualTo(1);
        assertThat(table.find("3")).isEqualTo(-1);
    }

    @Test
    void semicolonsTabsAndQuotesAreUnderstood() throws IOException {
        assertThat(read("a.csv", "\"fixed acidity\";ph\n7.4;3\n").columns()).containsExactly("fixed acidity", "ph");
        assertThat(read("b.csv", "a\tb\n1\t2\n").number(0, 1)).isEqualTo(2);
        assertThat(read("c.csv", "\"a, \"\"b\"\"\",'c\n1,2\n").columns()).containsExactly("a, \"b\"", "'c");
    }

    @Test
    void arffHasAHeader() throws IOException {
        Table table = read("a.arff", """
                % a comment
                @RELATION houses
                @attribute 'floor area' NUMERIC
                @attribute kind {flat, house}
                @attribute price real
                @data
                % another
                50, flat, 100
                60 house 200
                """);

        assertThat(table.columns()).containsExactly("floor area", "kind", "price");
        assertThat(table.number(0, 0)).isEqualTo(50);
        assertThat(table.number(1, 2)).isEqualTo(200);
        assertThatThrownBy(() -> table.number(1, 1))
                .hasMessageContainingAll("line 9", "column kind", "\"house\"", "expected a number", "--features");
    }

    /** The file's name, its content, what the message must contain. */
    @ParameterizedTest
    @CsvSource({
        "a.csv, 'a,b\n1,2\n3', 'line 3: 1 fields, expected 2'",
        "a.csv, '1\n1,2\n3,4', 'line 1: 1 fields, expected 2, as in all rows behind it'",
        "a.csv, '1,2\n3\n4,5', 'line 2: 1 fields, expected 2'",
        "a.csv, 'a,b\n1,\"2', 'line 2: a field begins with \"'",
        "a.csv, 'a,a\n1,2', two columns are called a",
        "a.csv, 'a,b\n', no row of data",
        "a.arff, 'a,b\n1,2', 'line 1: found \"a,b\", expected @relation'",
        "a.arff, '@attribute a', expected @attribute NAME TYPE",
        "a.arff, '@attribute ''a numeric', expected @attribute NAME TYPE",
        "a.arff, '@data\n1', 'line 1: @data, but no line of @attribute'",
        "a.arff, '@attribute a numeric\n', no line with @data",
        "a.arff, '@attribute a numeric\n@data\n{0 1}', 'line 3: a sparse row'"
    })
    void whatIsMalformedIsNamed(String name, String content, String message) {
        assertThatThrownBy(() -> read(name, content))
                .isInstanceOf(Problem.class)
                .hasMessageContaining(name)
                .hasMessageContaining(message);
    }

    /** A cell, what the message must contain. */
    @ParameterizedTest
    @CsvSource({
        "?, no value",
        "NA, no value",
        "'', it is empty",
        "1e999, expected a finite number",
        "12abc, expected a number"
    })
    void whatIsNoNumberIsNamed(String cell, String message) throws IOException {
        Table table = read("a.csv", "a,b\n1,2\n3," + cell + "\n");

        assertThatThrownBy(() -> table.number(1, 1)).hasMessageContainingAll("a.csv, line 3: column b", message);
    }
}
