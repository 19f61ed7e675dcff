package dev.lanewise.nn.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.lanewise.core.DType;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Linear regressions whose results are certified or published, by least squares in double precision. */
class RegressionTest {
    /**
     * A data set of NIST's, and to how many significant digits its certified values have to be met.
     *
     * @param degree of the polynomial that is fitted; 0 if the columns are taken as they are
     */
    private record Certified(String name, int degree, boolean intercept, int digits, int digitsByQr) {}

    /**
     * The oracle's README asks for 9 digits of norris and noint, 7 of longley, 6 of wampler1 and filip. Where the data
     * are whole numbers, refined least squares reach all that were printed; the powers of filip are rounded before.
     */
    private static final List<Certified> NIST = List.of(
            new Certified("norris", 1, true, 13, 9),
            new Certified("pontius", 2, true, 12, 9),
            new Certified("noint1", 1, false, 13, 9),
            new Certified("noint2", 1, false, 13, 9),
            new Certified("longley", 0, true, 13, 9),
            new Certified("filip", 10, true, 7, 6),
            new Certified("wampler1", 5, true, 13, 8),
            new Certified("wampler2", 5, true, 12, 8));

    /** A regression: the columns, an intercept of ones among them, and what they are to explain. */
    private record Problem(Tensor columns, Tensor target) {
        int degreesOfFreedom() {
            return columns.shape().size(0) - columns.shape().size(1);
        }

        double residuals(Tensor coefficients) {
            return target.sub(columns.matmul(coefficients)).sumOfSquares();
        }

        /** √ of the diagonal of s²·(Xᵀ·X)⁻¹, which is s²·X⁺·X⁺ᵀ. */
        Tensor standardDeviations(Tensor coefficients) {
            Tensor inverse = columns.lstsq(identity(columns.shape().size(0))); // X⁺
            double variance = residuals(coefficients) / degreesOfFreedom();
            return inverse.square().sum(1).mul(variance).sqrt();
        }
    }

    private static Tensor identity(int size) {
        return Tensor.eye(size).to(DType.FLOAT64);
    }

    private static Tensor tensor(List<double[]> rows) {
        int columns = rows.getFirst().length;
        return Tensor.fill(DType.FLOAT64, Shape.of(rows.size(), columns), i -> rows.get(i / columns)[i % columns]);
    }

    /** The rows of a table, numbers between commas. */
    private static List<double[]> table(List<String> lines) {
        return lines.stream()
                .filter(line -> !line.isBlank())
                .map(line -> Arrays.stream(line.split(","))
                        .mapToDouble(Double::parseDouble)
                        .toArray())
                .toList();
    }

    // ------------------------------------------------------------------ NIST

    @TestFactory
    List<DynamicTest> coefficientsAreAsCertified() {
        return forEachSet((set, problem) -> {
            Tensor coefficients = problem.columns.lstsq(problem.target);
            checkDigits(set.digits, coefficients, certified(set, "coef"));
            List<Tensor> factors = problem.columns.qr();
            Tensor byQr =
                    factors.get(1).solveTriangular(factors.get(0).transpose().matmul(problem.target), true);
            checkDigits(set.digitsByQr, byQr, certified(set, "coef"));
        });
    }

    @TestFactory
    List<DynamicTest> standardDeviationsAndResidualsAreAsCertified() {
        return forEachSet((set, problem) -> {
            Tensor coefficients = problem.columns.lstsq(problem.target);
            int digits = Math.min(set.digits, 11); // of differences, which cancel
            checkDigits(digits, problem.standardDeviations(coefficients), certified(set, "sd"));
            double[] residuals = certified(set, "rss");
            checkDigits(digits, Tensor.of(new double[] {problem.residuals(coefficients)}), residuals);

            // The same by (Xᵀ·X)⁻¹ = R⁻¹·R⁻ᵀ.
            Tensor r = problem.columns.qr().get(1);
            Tensor inverse = r.solveTriangular(identity(r.shape().size(0)), true);
            double variance = residuals[0] / problem.degreesOfFreedom();
            checkDigits(set.digitsByQr, inverse.square().sum(1).mul(variance).sqrt(), certified(set, "sd"));
        });
    }

    private interface SetTest {
        void run(Certified set, Problem problem) throws IOException;
    }

    private static List<DynamicTest> forEachSet(SetTest test) {
        Golden.path("nist");
        return NIST.stream()
                .map(set -> dynamicTest(set.name, () -> test.run(set, read(set))))
                .toList();
    }

    private static Problem read(Certified set) throws IOException {
        List<String> lines = Files.readAllLines(Golden.path("nist/" + set.name + ".csv"));
        List<double[]> columns = new ArrayList<>();
        List<double[]> target = new ArrayList<>();
        for (double[] row : table(lines.subList(1, lines.size()))) {
            List<Double> terms = new ArrayList<>(set.intercept ? List.of(1.0) : List.of());
            double power = 1;
            for (int degree = 1; degree <= set.degree; degree++) {
                power *= row[0];
                terms.add(power);
            }
            for (int column = 0; set.degree == 0 && column < row.length - 1; column++) {
                terms.add(row[column]);
            }
            columns.add(terms.stream().mapToDouble(term -> term).toArray());
            target.add(new double[] {row[row.length - 1]});
        }
        return new Problem(tensor(columns), tensor(target).squeeze(-1));
    }

    /** The numbers behind a key of a set, one or a list. */
    private static double[] certified(Certified set, String key) throws IOException {
        String all = Files.readString(Golden.path("nist/certified.json"));
        Matcher matcher = Pattern.compile("\"%s\":\\s*(\\[[^]]*]|\"[^\"]*\")".formatted(key))
                .matcher(all);
        assertThat(matcher.find(all.indexOf("\"" + set.name + "\":"))).isTrue();
        return Arrays.stream(matcher.group(1).split(","))
                .mapToDouble(number -> Double.parseDouble(number.replaceAll("[\\[\\]\"\\s]", "")))
                .toArray();
    }

    /** NIST's measure, −lg of the relative error, or of the absolute one where 0 is certified. */
    private static void checkDigits(int digits, Tensor actual, double[] expected) {
        assertThat(actual.shape().count()).isEqualTo(expected.length);
        for (int i = 0; i < expected.length; i++) {
            double scale = expected[i] == 0 ? 1 : Math.abs(expected[i]);
            assertThat(Math.abs(actual.at(i) - expected[i]) / scale)
                    .as("number %d is %s, certified is %s", i, actual.at(i), expected[i])
                    .isLessThanOrEqualTo(Math.pow(10, -digits));
        }
    }

    // ------------------------------------------------------------------ houses

    /**
     * The prices of Portland's houses from their area and bedrooms, as Stanford's course on machine learning has it.
     */
    @Test
    void portlandsHouses() throws IOException {
        List<double[]> rows = table(Files.readAllLines(Golden.path("uci-housing/ex1data2_portland.csv")));
        Tensor columns = tensor(
                rows.stream().map(row -> new double[] {1, row[0], row[1]}).toList());
        Tensor prices =
                tensor(rows.stream().map(row -> new double[] {row[2]}).toList()).squeeze(-1);

        Tensor theta = columns.lstsq(prices);

        assertThat(rounded(theta, 1e4)).containsExactly(89597.9095, 139.2107, -8738.0191);
        Tensor house = Tensor.of(new double[] {1, 1650, 3});
        assertThat(rounded(house.dot(theta), 100)).containsExactly(293_081.46);
        // The normal equations and Cholesky's factor come to the same, with fewer digits.
        Tensor factor = columns.transpose().matmul(columns).cholesky();
        Tensor half = factor.solveTriangular(columns.transpose().matmul(prices), false);
        assertThat(rounded(factor.transpose().solveTriangular(half, true), 1e4))
                .containsExactly(89597.9095, 139.2107, -8738.0191);
    }

    /** Pace and Barry 1997: nine coefficients and their t-values, as printed in the file's comment. */
    @Test
    void californiasHouses() throws IOException {
        List<String> lines = Files.readAllLines(Golden.path("uci-housing/cal_housing.arff"));
        List<double[]> columns = new ArrayList<>();
        List<double[]> target = new ArrayList<>();
        for (double[] row : table(lines.subList(lines.indexOf("@data") + 1, lines.size()))) {
            double age = row[2];
            double rooms = row[3];
            double bedrooms = row[4];
            double population = row[5];
            double households = row[6];
            double income = row[7];
            columns.add(new double[] {
                1,
                income,
                income * income,
                income * income * income,
                Math.log(age),
                Math.log(rooms / population),
                Math.log(bedrooms / population),
                Math.log(population / households),
                Math.log(households)
            });
            target.add(new double[] {Math.log(row[8])});
        }
        var problem = new Problem(tensor(columns), tensor(target).squeeze(-1));
        List<double[]> published = new ArrayList<>();
        Pattern line = Pattern.compile("% (?:INTERCEPT|MEDIAN|ln\\().*\\s(-?[0-9.]+)\\s+(-?[0-9.]+)");
        for (String comment : lines) {
            Matcher matcher = line.matcher(comment);
            if (matcher.matches()) {
                published.add(
                        new double[] {Double.parseDouble(matcher.group(1)), Double.parseDouble(matcher.group(2))});
            }
        }
        assertThat(published).hasSize(9);

        Tensor coefficients = problem.columns.lstsq(problem.target);
        Tensor r = problem.columns.qr().get(1);
        double variance = problem.residuals(coefficients) / problem.degreesOfFreedom();
        Tensor deviations = r.inverse().square().sum(1).mul(variance).sqrt();

        assertThat(rounded(coefficients, 1e4))
                .containsExactly(published.stream().mapToDouble(pair -> pair[0]).toArray());
        assertThat(rounded(coefficients.div(deviations), 1e4))
                .containsExactly(published.stream().mapToDouble(pair -> pair[1]).toArray());
    }

    /** The numbers as they are printed, in units of 1 / perUnit. */
    private static double[] rounded(Tensor numbers, double perUnit) {
        return Arrays.stream(numbers.toDoubles())
                .map(number -> Math.round(number * perUnit) / perUnit)
                .toArray();
    }
}
