package dev.lanewise.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class LeastSquaresTest {
    private static final Offset<Double> ROUNDING = within(1e-12);

    @Test
    void aLineThroughThreePoints() {
        var data = new Observations(List.of("x"), new double[][] {{0, 1, 2}}, "y", new double[] {1, 3, 4});

        LeastSquares fit = LeastSquares.fit(data);

        // By hand: slope = Σ(x−1)(y−8/3) / Σ(x−1)² = 3/2; residuals −1/6, 1/3, −1/6 with 1 degree of freedom.
        assertThat(fit.model().coefficient(0)).isCloseTo(1.5, ROUNDING);
        assertThat(fit.model().intercept()).isCloseTo(7.0 / 6, ROUNDING);
        assertThat(fit.model().residualSumOfSquares(data)).isCloseTo(1.0 / 6, ROUNDING);
        assertThat(fit.coefficientError(0)).isCloseTo(Math.sqrt(1.0 / 6 / 2), ROUNDING);
        assertThat(fit.interceptError()).isCloseTo(Math.sqrt(1.0 / 6 * (1.0 / 3 + 1.0 / 2)), ROUNDING);
    }

    @Test
    void aColumnThatRepeatsOthersIsNamed() {
        double[][] columns = {{1, 2, 3, 4, 5}, {2, 1, 5, 2, 2}, {3, 3, 8, 6, 7}};
        var data = new Observations(List.of("a", "b", "c"), columns, "y", new double[] {1, 2, 2, 3, 1});

        assertThatThrownBy(() -> LeastSquares.fit(data))
                .hasMessageContainingAll("Column c", "linear combination", "(a, b)", "--features");
    }

    /** NIST's certified values, of data sets on which careless programs lose all digits. */
    @Test
    void longleyAndNorrisHaveTheirCertifiedDigits() throws IOException {
        Table longley = TableReader.read("", Oracle.file("nist/longley.csv"));
        LeastSquares fit = LeastSquares.fit(observations(longley));
        double[] certified = {
            -3482258.63459582,
            15.0618722713733,
            -0.358191792925910e-01,
            -2.02022980381683,
            -1.03322686717359,
            -0.511041056535807e-01,
            1829.15146461355
        };
        assertThat(fit.model().intercept()).isCloseTo(certified[0], digits(9));
        for (int j = 0; j < 6; j++) {
            assertThat(fit.model().coefficient(j)).isCloseTo(certified[j + 1], digits(9));
        }
        assertThat(fit.interceptError()).isCloseTo(890420.383607373, digits(9));
        assertThat(fit.coefficientError(0)).isCloseTo(84.9149257747669, digits(9));

        Table norris = TableReader.read("", Oracle.file("nist/norris.csv"));
        LeastSquares line = LeastSquares.fit(observations(norris));
        assertThat(line.model().intercept()).isCloseTo(-0.262323073774029, digits(9));
        assertThat(line.model().coefficient(0)).isCloseTo(1.00211681802045, digits(9));
    }

    private static Percentage digits(int digits) {
        return Percentage.withPercentage(100 * Math.pow(10, -digits));
    }

    /** All columns but the last, which is the target. */
    private static Observations observations(Table table) {
        int features = table.columns().size() - 1;
        double[][] columns = IntStream.range(0, features)
                .mapToObj(column -> Term.ofColumn(table, column).values(table))
                .toArray(double[][]::new);
        return new Observations(
                table.columns().subList(0, features),
                columns,
                table.columns().get(features),
                Term.ofColumn(table, features).values(table));
    }
}
