package dev.lanewise.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.core.Rng;
import java.util.Arrays;
import java.util.HashSet;
import org.junit.jupiter.api.Test;

class DrawnDigitsTest {
    @Test
    void picturesAreAFunctionOfTheSeed() {
        DigitImages digits = DrawnDigits.draw(30, Rng.of(1));

        assertThat(DrawnDigits.draw(30, Rng.of(1))).isEqualTo(digits);
        assertThat(DrawnDigits.draw(30, Rng.of(2)).images()).isNotEqualTo(digits.images());
        assertThat(digits.labels().toArray()).startsWith(0, 1, 2).endsWith(8, 9);
        var different = new HashSet<String>();
        for (int i = 0; i < 30; i++) {
            different.add(Arrays.toString(digits.pixels(i)));
        }
        assertThat(different).hasSize(30);
    }

    /** As optdigits: each pixel is the share of a block's 16 points. */
    @Test
    void pixelsAreSixteenths() {
        for (double pixel : DrawnDigits.draw(30, Rng.of(1)).images().toDoubles()) {
            assertThat(pixel).isBetween(0.0, 1.0).isEqualTo(Math.rint(16 * pixel) / 16);
        }
    }

    /** The nearest plain digit is nearly always the one that was drawn; by chance it would be one of ten. */
    @Test
    void picturesLookLikeTheirDigits() {
        DigitImages digits = DrawnDigits.draw(500, Rng.of(3));
        int right = 0;
        for (int i = 0; i < digits.count(); i++) {
            right += nearest(digits.pixels(i)) == digits.labels().get(i) ? 1 : 0;
        }
        assertThat(right).isBetween(300, 490); // and are not so alike that nothing is to be learnt
    }

    private static int nearest(float[] pixels) {
        int best = -1;
        double least = Double.POSITIVE_INFINITY;
        for (int digit = 0; digit < DigitImages.CLASSES; digit++) {
            boolean[] plain = DrawnDigits.plain(digit, DrawnDigits.SIDE);
            double distance = 0;
            for (int i = 0; i < pixels.length; i++) {
                double off = pixels[i] - (plain[i] ? 1 : 0);
                distance += off * off;
            }
            if (distance < least) {
                least = distance;
                best = digit;
            }
        }
        return best;
    }
}
