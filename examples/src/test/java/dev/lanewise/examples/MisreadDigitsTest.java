package dev.lanewise.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MisreadDigitsTest {
    private static final int WHITE = 0xffffffff;
    private static final int BLACK = 0xff000000;

    @TempDir
    Path folder;

    /** A picture of 8 x 8 whose ink, if any, is in one pixel. */
    private static MisreadDigits.Misread misread(int inkAt, float ink, int label, int read, double certainty) {
        float[] pixels = new float[64];
        pixels[inkAt] = ink;
        return new MisreadDigits.Misread(pixels, label, read, certainty);
    }

    @Test
    void smallPicturesHaveFourShades() {
        var misread = new MisreadDigits(8);
        misread.add(misread(0, 0.5f, 1, 7, 0.61));
        misread.add(misread(9, 1, 3, 5, 0.98));

        assertThat(misread.text(5).lines())
                .startsWith("is 3, read 5 (98%)  is 1, read 7 (61%)", " ".repeat(20) + "▒▒", "  ██", "");
        assertThat(misread.text(1)).contains("is 3").doesNotContain("is 1");
        assertThat(misread.text(0)).isEmpty();
    }

    @Test
    void largePicturesHaveTwoPixelsACharacter() {
        var misread = new MisreadDigits(28);
        float[] pixels = new float[28 * 28];
        pixels[1] = 1; // upper half of the second character
        pixels[28 + 2] = 0.5f; // lower half of the third
        pixels[3] = 0.6f;
        pixels[28 + 3] = 0.9f;
        pixels[4] = 0.4f;
        misread.add(new MisreadDigits.Misread(pixels, 4, 9, 0.5));

        assertThat(misread.text(5).lines().toList()).startsWith("is 4, read 9 (50%)", " ▀▄█", "");
        assertThat(misread.text(5).lines()).hasSize(1 + 14 + 1);
    }

    @Test
    void thePictureIsAFileOfTilesWithCaptions() throws IOException {
        var misread = new MisreadDigits(8);
        for (int i = 0; i < 9; i++) {
            misread.add(misread(i, 1, 1, 7, 1 - 0.1 * i));
        }
        Path file = folder.resolve("misread.png");
        misread.save(file);
        BufferedImage image = ImageIO.read(file.toFile());

        assertThat(folder.toFile().list()).containsExactly("misread.png");
        assertThat(image.getWidth()).isEqualTo(12 + 8 * (96 + 12));
        assertThat(image.getHeight()).isEqualTo(12 + 2 * (96 + 32 + 24));
        for (int i = 0; i < 8; i++) { // the first row's tiles have their ink in their i-th pixel
            int left = 12 + i * 108;
            assertThat(image.getRGB(left + 12 * i + 6, 12 + 6)).isEqualTo(BLACK);
            assertThat(image.getRGB(left + 6, 12 + 90)).isEqualTo(WHITE);
            assertThat(count(image, left, 12 + 96, 48, Charts.GREEN.getRGB())).isBetween(50, 400);
            assertThat(count(image, left + 48, 12 + 96, 48, Charts.ORANGE.getRGB()))
                    .isBetween(50, 400);
        }
        assertThat(image.getRGB(12 + 6, 12 + 152 + 12 + 6)).isEqualTo(BLACK); // the ninth's ink: second row of pixels
    }

    private static int count(BufferedImage image, int left, int top, int side, int color) {
        int count = 0;
        for (int y = top; y < top + side; y++) {
            for (int x = left; x < left + side; x++) {
                count += image.getRGB(x, y) == color ? 1 : 0;
            }
        }
        return count;
    }
}
