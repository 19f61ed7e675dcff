package dev.lanewise.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinearRegressionTest {
    /** The columns of Pace and Barry's regression, in the order of their table. */
    private static final String CALIFORNIA = "medianIncome, medianIncome^2, medianIncome^3, ln(housingMedianAge),"
            + " ln(totalRooms/population), ln(totalBedrooms/population), ln(population/households), ln(households)";

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void housesAreLearnt(int seed) {
        Programs.Result result = Programs.succeed("linear-regression", "--seed", seed, "--out", folder);

        assertThat(result.line("intercept  ")).isNotEmpty();
        assertThat(result.out()).doesNotContain(" NO\n");
        assertThat(result.out().lines().filter(line -> line.endsWith(" yes"))).hasSize(6);
        assertThat(folder.resolve("linear-regression.png")).isNotEmptyFile();
        assertThat(result.err()).isEmpty();
    }

    @Test
    void theSameSeedGivesTheSameLines() {
        Programs.Result once = Programs.succeed("linear-regression", "--out", folder);
        Programs.Result again = Programs.succeed("linear-regression", "--out", folder);
        Programs.Result other = Programs.succeed("linear-regression", "--out", folder, "--seed", 8);

        assertThat(again.out()).isEqualTo(once.out()).isNotEqualTo(other.out());
    }

    @Test
    void theCaliforniaHousesAreAsPublished() throws IOException {
        Path file = Oracle.file("uci-housing/cal_housing.arff");
        Table table = TableReader.read("--data", file);
        List<Term> terms = Term.parseList("--features", CALIFORNIA, table);
        Term target = Term.parse("--target", "ln(medianHouseValue)", table);
        var data = new Observations(
                terms.stream().map(Term::toString).toList(),
                terms.stream().map(term -> term.values(table)).toArray(double[][]::new),
                target.toString(),
                target.values(table));
        LeastSquares leastSquares = LeastSquares.fit(data);
        var descent = new Descent(data);

        LinearModel learnt = descent.run(
                        descent.bestRate(),
                        descent.bestMomentum(),
                        10_000,
                        dev.lanewise.core.Rng.of(1),
                        (step, model) -> {})
                .model();

        double least = leastSquares.model().residualSumOfSquares(data);
        assertThat(learnt.residualSumOfSquares(data)).isBetween(least * (1 - 1e-12), least * (1 + 1e-6));
        // Pace and Barry 1997, as printed: to four decimals.
        double[] published = {11.4939, 0.4790, -0.0166, -0.0002, 0.1570, -0.8582, 0.8043, -0.4077, 0.0477};
        double[] tValues = {275.7518, 45.7768, -9.4841, -1.9157, 33.6123, -56.1280, 38.0685, -20.8762, 13.0792};
        for (int j = -1; j < data.features(); j++) {
            double coefficient = j < 0 ? learnt.intercept() : learnt.coefficient(j);
            double error = j < 0 ? leastSquares.interceptError() : leastSquares.coefficientError(j);
            assertThat(Math.round(coefficient * 1e4) / 1e4).isEqualTo(published[j + 1]);
            assertThat(Math.round(coefficient / error * 1e4) / 1e4).isEqualTo(tValues[j + 1]);
        }
    }

    @Test
    void aTableIsLearntFromTheCommandLine() {
        Path file = Oracle.file("uci-housing/ex1data2_portland.csv");
        Programs.Result result = Programs.succeed(
                "linear-regression", "--data", file, "--target", 3, "--validation", 0, "--out", folder);

        assertThat(result.line("intercept")).contains("89,597.9"); // 89597.9095, 139.2107, −8738.0191
        assertThat(result.line("column1 ")).contains("139.2107");
        assertThat(result.line("column2 ")).contains("-8,738.0");
        assertThat(result.line("residual sum of squares")).endsWith("yes");
    }

    @Test
    void anExactLineIsFound() throws IOException {
        Path file = Files.writeString(folder.resolve("line.csv"), "x,y\n1,5\n2,7\n3,9\n4,11\n");
        Programs.Result result = Programs.succeed(
                "linear-regression", "--data", file, "--target", "y", "--validation", 0, "--out", folder);

        assertThat(result.line("slope")).contains("2.000000").endsWith("yes");
        assertThat(result.line("residual sum of squares")).endsWith("yes");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"x,y\n1,5\n2,7\n", "x,y\n1,5\n1,7\n1,8\n1,9\n", "x,y\n1,5\n2,5\n3,5\n4,5\n", "y\n1\n2\n3\n4\n"})
    void tablesThatTeachNothingAreToldSo(String content) throws IOException {
        Path file = Files.writeString(folder.resolve("poor.csv"), content);
        Programs.Result result =
                Programs.run("linear-regression", "--data", file, "--target", "y", "--validation", 0, "--out", folder);

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).containsAnyOf("rows to learn from", "no column beside the target");
        assertThat(folder.resolve("linear-regression.png")).doesNotExist();
    }
}
