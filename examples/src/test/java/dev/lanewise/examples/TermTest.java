package dev.lanewise.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TermTest {
    private static final Table TABLE = new Table(
            "houses.csv",
            List.of("area", "rooms", "fixed acidity", "x-1", "2020"),
            List.of(new String[] {"50", "2", "7", "3", "11"}, new String[] {"0", "4", "8", "5", "13"}),
            List.of(2, 3));

    @ParameterizedTest
    @CsvSource({
        "area, 50",
        "area^2, 2500",
        "area ^ -1, 0.02",
        "area/rooms/rooms, 12.5",
        "area/(rooms/rooms), 50",
        "2*area * rooms, 200",
        "area^.5, 7.0710678118654755",
        "ln(area/rooms)^2, 10.361161",
        "fixed acidity, 7",
        "\"fixed acidity\"*rooms, 14",
        "x-1, 3",
        "2020, 11",
        "2020*2, 22"
    })
    void termsAreComputed(String text, double expected) {
        Term term = Term.parse(
                "--target",
                text,
                new Table(TABLE.source(), TABLE.columns(), TABLE.rows().subList(0, 1), List.of(2)));

        assertThat(term.values(new Table("", TABLE.columns(), TABLE.rows().subList(0, 1), List.of(2)))[0])
                .isCloseTo(expected, within(1e-5));
        assertThat(term).hasToString(text);
    }

    @Test
    void aListIsSplitAtCommas() {
        assertThat(Term.parseList("--features", "area, ln(rooms) ,fixed acidity", TABLE))
                .map(Term::toString)
                .containsExactly("area", "ln(rooms)", "fixed acidity");
        assertThat(Term.parse("--target", "area*rooms", TABLE).columns()).containsExactly(0, 1);
    }

    @ParameterizedTest
    @CsvSource({
        "price, 'no column price; it has area, rooms'",
        "'', expected a column",
        "area+rooms, 'found ''+'' at character 5, expected *'",
        "ln(area, expected a closing bracket",
        "area^rooms, expected a number as the power",
        "'area*', 'found its end at character 6, expected a column'",
        "3, this is a number",
        "'\"area', a closing quotation mark",
        "ln area, 'has no column ln'"
    })
    void whatCannotBeReadIsNamed(String text, String message) {
        assertThatThrownBy(() -> Term.parse("--target", text, TABLE))
                .isInstanceOf(Problem.class)
                .hasMessageContaining("--target \"" + text + "\"")
                .hasMessageContaining(message);
    }

    @Test
    void logarithmsAndQuotientsTellWhereTheyFail() {
        assertThatThrownBy(() -> Term.parse("--target", "ln(area)", TABLE).values(TABLE))
                .hasMessageContainingAll("houses.csv, line 3", "ln(area)", "0.0", "above 0");
        assertThatThrownBy(() -> Term.parse("--target", "rooms/area", TABLE).values(TABLE))
                .hasMessageContainingAll("houses.csv, line 3", "rooms/area", "Infinity");
    }
}
