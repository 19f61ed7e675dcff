package dev.lanewise.examples;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import javax.imageio.ImageIO;

/** Pictures that a model took for other digits than they show, the surest mistakes first. */
final class MisreadDigits {
    /**
     * A mistake.
     *
     * @param pixels of the picture, row by row, 0 for paper to 1 for ink
     * @param label what it shows
     * @param read what it was taken for
     * @param certainty how probable the model thought that, 0 to 1
     */
    record Misread(float[] pixels, int label, int read, double certainty) {}

    private static final String SHADES = " ░▒▓█";
    private static final String HALVES = " ▀▄█"; // by the upper and the lower half
    private static final int LINE = 79; // characters, fits the narrowest of usual terminals
    private static final int CAPTION = 18; // characters of "is 3, read 5 (98%)"
    private static final int LARGEST_SHADED = 16; // pixels along an edge that are two characters wide each
    private static final int GAP = 2; // characters

    // Of the PNG, in its pixels. It has captions of drawn digits, not of letters: a Java without fonts can draw it too.
    private static final int PICTURE = 96; // at least this is a picture's edge, rounded down to whole pixels
    private static final int LABEL = 32;
    private static final int MARGIN = 12;
    private static final int COLUMNS = 8;
    private static final int MOST = 64;

    private final int side;
    private final List<Misread> all = new ArrayList<>();

    /** No mistakes yet, on pictures of the given size. */
    MisreadDigits(int side) {
        this.side = side;
    }

    void add(Misread misread) {
        all.add(misread);
        all.sort(Comparator.comparingDouble(Misread::certainty).reversed()); // stable: the first comes first
    }

    int count() {
        return all.size();
    }

    /** The first few in block characters, some beside each other, with what each is and was taken for. */
    String text(int most) {
        int width = Math.max(CAPTION, side > LARGEST_SHADED ? side : 2 * side);
        int columns = Math.max(1, (LINE + GAP) / (width + GAP));
        var text = new StringBuilder();
        int count = Math.min(most, all.size());
        for (int from = 0; from < count; from += columns) {
            List<Misread> row = all.subList(from, Math.min(count, from + columns));
            List<List<String>> blocks = new ArrayList<>();
            row.forEach(misread -> blocks.add(block(misread)));
            for (int line = 0; line < blocks.getFirst().size(); line++) {
                var joined = new StringBuilder();
                for (List<String> block : blocks) {
                    joined.append(("%-" + (width + GAP) + "s").formatted(block.get(line)));
                }
                text.append(joined.toString().stripTrailing()).append('\n');
            }
            text.append('\n');
        }
        return text.toString();
    }

    private List<String> block(Misread misread) {
        List<String> lines = new ArrayList<>();
        lines.add("is %d, read %d (%.0f%%)".formatted(misread.label, misread.read, 100 * misread.certainty));
        boolean shaded = side <= LARGEST_SHADED;
        for (int y = 0; y < side; y += shaded ? 1 : 2) {
            var line = new StringBuilder();
            for (int x = 0; x < side; x++) {
                if (shaded) {
                    int shade = Math.round(misread.pixels[y * side + x] * (SHADES.length() - 1));
                    line.repeat(SHADES.charAt(shade), 2);
                } else {
                    int upper = isInk(misread, x, y) ? 1 : 0;
                    int lower = isInk(misread, x, y + 1) ? 2 : 0;
                    line.append(HALVES.charAt(upper + lower));
                }
            }
            lines.add(line.toString());
        }
        return lines;
    }

    private boolean isInk(Misread misread, int x, int y) {
        return y < side && misread.pixels[y * side + x] >= 0.5f;
    }

    /** The first ones as a picture; under each what it is, in green, and what it was taken for, in orange. */
    BufferedImage picture() {
        int scale = Math.max(1, PICTURE / side);
        int edge = scale * side;
        int count = Math.min(MOST, all.size());
        int columns = Math.max(1, Math.min(COLUMNS, count));
        int rows = Math.max(1, Math.ceilDiv(count, columns));
        int width = edge + MARGIN;
        int height = edge + LABEL + 2 * MARGIN;
        var image = new BufferedImage(columns * width + MARGIN, rows * height + MARGIN, BufferedImage.TYPE_INT_RGB);
        fill(image, 0, 0, image.getWidth(), image.getHeight(), Color.LIGHT_GRAY);
        for (int i = 0; i < count; i++) {
            Misread misread = all.get(i);
            int left = MARGIN + i % columns * width;
            int top = MARGIN + i / columns * height;
            for (int pixel = 0; pixel < side * side; pixel++) {
                float light = 1 - misread.pixels[pixel];
                fill(
                        image,
                        left + pixel % side * scale,
                        top + pixel / side * scale,
                        scale,
                        scale,
                        new Color(light, light, light));
            }
            int captions = top + edge + MARGIN / 2;
            drawDigit(image, misread.label, left + edge / 4 - LABEL / 2, captions, Charts.GREEN);
            drawDigit(image, misread.read, left + 3 * edge / 4 - LABEL / 2, captions, Charts.ORANGE);
        }
        return image;
    }

    private static void drawDigit(BufferedImage image, int digit, int left, int top, Color color) {
        boolean[] ink = DrawnDigits.plain(digit, LABEL);
        for (int i = 0; i < ink.length; i++) {
            if (ink[i]) {
                image.setRGB(left + i % LABEL, top + i / LABEL, color.getRGB());
            }
        }
    }

    private static void fill(BufferedImage image, int left, int top, int width, int height, Color color) {
        for (int y = top; y < top + height; y++) {
            for (int x = left; x < left + width; x++) {
                image.setRGB(x, y, color.getRGB());
            }
        }
    }

    /** Writes {@link #picture} as PNG. */
    void save(Path file) throws IOException {
        try (OutputFile output = new OutputFile(file)) {
            ImageIO.write(picture(), "png", output.stream());
            output.finish();
        }
    }
}
