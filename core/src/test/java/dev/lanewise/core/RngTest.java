package dev.lanewise.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.core.kernel.Philox;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RngTest {
    private final Rng rng = Rng.of(42);

    /** The three vectors for philox4x32-10 of Random123's kat_vectors. */
    @Test
    void philoxGivesThePublishedWords() {
        assertThat(block(0, 0, 0)).containsExactly(0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
        assertThat(block(-1, -1, -1)).containsExactly(0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
        assertThat(block(0x299f31d0_a4093822L, 0x85a308d3_243f6a88L, 0x03707344_13198a2eL))
                .containsExactly(0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
    }

    private static int[] block(long key, long low, long high) {
        int[] words = new int[4];
        Philox.block(key, low, high, words, 0);
        return words;
    }

    @Test
    void theSameIsDrawnAgainAndAgain() {
        assertThat(rng.uniform(5)).isEqualTo(rng.uniform(5));
        assertThat(Rng.of(42).normal(3, 3)).isEqualTo(rng.normal(3, 3));
        assertThat(rng.permutation(10)).isEqualTo(rng.permutation(10));
    }

    /** Drawing more gives the same numbers first, whatever the threads that drew them. */
    @Test
    void aDrawDependsOnItsIndexAlone() {
        float[] many = rng.uniform(100_003).toFloats();
        assertThat(rng.uniform(1001).toFloats()).isEqualTo(Arrays.copyOf(many, 1001));
        double[] exact = rng.uniform(DType.FLOAT64, Shape.of(50_001), 0, 1).toDoubles();
        assertThat(rng.uniform(DType.FLOAT64, Shape.of(7), 0, 1).toDoubles()).isEqualTo(Arrays.copyOf(exact, 7));
        float[] normal = rng.normal(70_001).toFloats();
        assertThat(rng.normal(99).toFloats()).isEqualTo(Arrays.copyOf(normal, 99));
        assertThat(rng.uniform(3, 4)).isEqualTo(rng.uniform(12).reshape(3, 4));
    }

    @Test
    void streamsDiffer() {
        Set<Tensor> drawn = new HashSet<>();
        for (Rng stream : new Rng[] {
            rng,
            Rng.of(43),
            rng.stream("a"),
            rng.stream("b"),
            rng.stream("ab"),
            rng.stream(""),
            rng.stream("a").stream("b"),
            rng.stream("b").stream("a"),
            rng.stream(0),
            rng.stream(1),
            rng.stream(-1),
            rng.stream("0"),
            rng.stream(1L << 40)
        }) {
            assertThat(drawn.add(stream.uniform(4))).isTrue();
            assertThat(drawn.add(stream.normal(4))).isTrue();
        }
        assertThat(rng.stream("a").uniform(4)).isEqualTo(Rng.of(42).stream("a").uniform(4));
    }

    /**
     * A name is hashed to a number, by FNV-1a; the stream of the number that "a" becomes is another one all the same.
     */
    @Test
    void streamsOfNamesAndOfNumbersDoNotMeet() {
        assertThat(rng.stream(0xaf63dc4c8601ec8cL).uniform(4))
                .isNotEqualTo(rng.stream("a").uniform(4));
    }

    @Test
    void uniformNumbersFillTheirRangeEvenly() {
        int count = 200_000;
        for (DType dtype : DType.values()) {
            double[] values = rng.uniform(dtype, Shape.of(count), -2, 3).toDoubles();
            int[] bins = new int[10];
            for (double value : values) {
                assertThat(value).isGreaterThanOrEqualTo(-2).isLessThan(3);
                bins[(int) ((value + 2) * 2)]++;
            }
            for (int bin : bins) { // expected 20000, deviation 134
                assertThat(bin).isCloseTo(count / 10, within(700));
            }
        }
    }

    @Test
    void normalNumbersHaveTheirMomentsAndTails() {
        int count = 200_000;
        for (DType dtype : DType.values()) {
            double[] values = rng.normal(dtype, Shape.of(count), 1, 2).toDoubles();
            double sum = 0;
            double squares = 0;
            double cubes = 0;
            double fourths = 0;
            int beyondTwo = 0;
            for (double value : values) {
                double z = (value - 1) / 2;
                sum += z;
                squares += z * z;
                cubes += z * z * z;
                fourths += z * z * z * z;
                beyondTwo += Math.abs(z) > 2 ? 1 : 0;
            }
            assertThat(sum / count).isCloseTo(0, within(0.01));
            assertThat(squares / count).isCloseTo(1, within(0.015));
            assertThat(cubes / count).isCloseTo(0, within(0.04));
            assertThat(fourths / count).isCloseTo(3, within(0.12));
            assertThat((double) beyondTwo / count).isCloseTo(0.0455, within(0.002));
            double neighbours = 0;
            for (int i = 1; i < count; i++) {
                neighbours += (values[i] - 1) * (values[i - 1] - 1) / 4;
            }
            assertThat(neighbours / count).isCloseTo(0, within(0.01));
        }
    }

    @Test
    void anOddNumberOfNormalNumbers() {
        assertThat(rng.normal(1).shape()).isEqualTo(Shape.of(1));
        assertThat(rng.normal(DType.FLOAT32, Shape.scalar(), 0, 1).isFinite()).isTrue();
        assertThat(rng.normal(0, 3).shape()).isEqualTo(Shape.of(0, 3));
        assertThat(rng.normal(DType.FLOAT32, Shape.of(3), 5, 0)).isEqualTo(Tensor.full(DType.FLOAT32, Shape.of(3), 5));
    }

    @Test
    void wholeNumbersAreEvenlySpread() {
        int[] bins = new int[7];
        for (int value : rng.integers(Shape.of(70_000), 7).toArray()) {
            bins[value]++;
        }
        for (int bin : bins) {
            assertThat(bin).isCloseTo(10_000, within(500));
        }
        for (int value : rng.integers(Shape.of(1000), Integer.MAX_VALUE).toArray()) {
            assertThat(value).isNotNegative();
        }
        assertThat(rng.integers(Shape.of(5), 1)).isEqualTo(IntTensor.of(0, 0, 0, 0, 0));
    }

    @Test
    void permutationsHoldEachNumberOnceAndEachOrderIsAsLikely() {
        int[] sorted = rng.permutation(1000).toArray();
        assertThat(sorted).isNotEqualTo(IntTensor.arange(1000).toArray());
        Arrays.sort(sorted);
        assertThat(sorted).isEqualTo(IntTensor.arange(1000).toArray());
        assertThat(rng.permutation(0)).isEqualTo(IntTensor.of());
        int[] orders = new int[27];
        for (int i = 0; i < 6000; i++) {
            int[] order = rng.stream(i).permutation(3).toArray();
            orders[order[0] * 9 + order[1] * 3 + order[2]]++;
        }
        int[] drawn = Arrays.stream(orders).filter(times -> times > 0).toArray();
        assertThat(drawn).hasSize(6);
        for (int times : drawn) {
            assertThat(times).isCloseTo(1000, within(150));
        }
    }

    @Test
    void impossibleRangesAreErrors() {
        assertThatThrownBy(() -> rng.uniform(DType.FLOAT32, Shape.of(2), 1, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("uniform: [1.0, 0.0) is no range of finite numbers");
        assertThatThrownBy(() -> rng.uniform(DType.FLOAT32, Shape.of(2), 0, Double.NaN))
                .hasMessageContaining("NaN");
        assertThatThrownBy(() -> rng.normal(DType.FLOAT32, Shape.of(2), 0, -1))
                .hasMessageContaining("deviation -1.0, expected finite numbers and a deviation of at least 0");
        assertThatThrownBy(() -> rng.integers(Shape.of(2), 0)).hasMessage("integers: bound 0 is not positive");
        assertThatThrownBy(() -> rng.permutation(-1)).isInstanceOf(IllegalArgumentException.class);
    }

    /** Of n draws the number of ones deviates by √(n·p·(1 − p)) or so: five of that are allowed. */
    @Test
    void bernoulliHasTheProbabilitiesGiven() {
        int n = 100_000;
        double[] probabilities = {0, 0.1, 0.5, 0.9, 1};
        for (DType dtype : DType.values()) {
            Tensor drawn = rng.bernoulli(Tensor.of(probabilities).to(dtype).expand(Shape.of(n, 5)));
            assertThat(drawn.dtype()).isEqualTo(dtype);
            assertThat(drawn.eq(0).add(drawn.eq(1)).all().item()).isEqualTo(1);
            double[] means = drawn.to(DType.FLOAT64).mean(0).toDoubles();
            for (int i = 0; i < 5; i++) {
                double deviation = Math.sqrt(probabilities[i] * (1 - probabilities[i]) / n);
                assertThat(means[i]).isCloseTo(probabilities[i], within(5 * deviation));
            }
            assertThat(rng.bernoulli(Tensor.zeros(0, 2).to(dtype)).shape()).isEqualTo(Shape.of(0, 2));
        }
        assertThat(rng.bernoulli(Tensor.full(DType.FLOAT32, Shape.of(50), 0.5)))
                .isEqualTo(Rng.of(42).bernoulli(Tensor.full(DType.FLOAT32, Shape.of(50), 0.5)))
                .isNotEqualTo(Rng.of(43).bernoulli(Tensor.full(DType.FLOAT32, Shape.of(50), 0.5)));
        assertThatThrownBy(() -> rng.bernoulli(Tensor.of(new double[] {0.5, 1.5})))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("bernoulli: 1.5 at position 1 of shape [2]");
        assertThatThrownBy(() -> rng.bernoulli(Tensor.scalar(Double.NaN))).hasMessageContaining("NaN");
    }

    @Test
    void multinomialDrawsInProportionToWeights() {
        int n = 100_000;
        double[] weights = {0, 1, 2, 0, 5, 2, 0};
        Tensor both = Tensor.of(weights).expand(Shape.of(2, 7));
        IntTensor drawn = rng.multinomial(both, n, true);
        assertThat(drawn.shape()).isEqualTo(Shape.of(2, n));
        for (int row = 0; row < 2; row++) {
            IntTensor counts = drawn.slice(row, row + 1).binCount(7);
            for (int i = 0; i < 7; i++) {
                double p = weights[i] / 10;
                assertThat((double) counts.get(i)).isCloseTo(n * p, within(5 * Math.sqrt(n * p * (1 - p))));
            }
        }
        assertThat(drawn.slice(0, 1)).isNotEqualTo(drawn.slice(1, 2));
        assertThat(rng.multinomial(both, 9, true)).isEqualTo(Rng.of(42).multinomial(both, 9, true));
    }

    /** The first is drawn by its weight; the second by its weight among those left. */
    @Test
    void withoutReplacementNoCategoryComesTwice() {
        int n = 60_000;
        double[] weights = {1, 0, 2, 5};
        IntTensor drawn = rng.multinomial(Tensor.of(weights).expand(Shape.of(n, 4)), 3, false);
        assertThat(drawn.shape()).isEqualTo(Shape.of(n, 3));
        int[][] pairs = new int[4][4];
        for (int row = 0; row < n; row++) {
            assertThat(drawn.at(row, 0) + drawn.at(row, 1) + drawn.at(row, 2)).isEqualTo(5);
            pairs[drawn.at(row, 0)][drawn.at(row, 1)]++;
        }
        for (int i = 0; i < 4; i++) {
            for (int j = 0; j < 4; j++) {
                double p = i == j ? 0 : weights[i] / 8 * weights[j] / (8 - weights[i]);
                assertThat((double) pairs[i][j]).isCloseTo(n * p, within(5 * Math.sqrt(n * p * (1 - p))));
            }
        }
        assertThat(rng.multinomial(Tensor.of(weights), 2, false).shape()).isEqualTo(Shape.of(2));
    }

    @Test
    void weightsThatAreNoneAreErrors() {
        Tensor weights = Tensor.of(new double[] {0, 1, 2});
        assertThatThrownBy(() -> rng.multinomial(weights, 3, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "multinomial: row 0 has 2 weights above 0, expected at least 3; draw fewer, or with replacement");
        assertThatThrownBy(() -> rng.multinomial(weights, 0, true)).hasMessageContaining("0 to be drawn");
        assertThatThrownBy(() -> rng.multinomial(Tensor.zeros(2, 3), 1, true))
                .hasMessageContaining("row 0 has 0 weights");
        assertThatThrownBy(() -> rng.multinomial(weights.neg(), 1, true))
                .hasMessageContaining("weight -1.0 of category 1");
        assertThatThrownBy(() -> rng.multinomial(Tensor.scalar(1), 1, true))
                .hasMessageContaining("weights have shape []");
    }
}
