package dev.lanewise.examples;

import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Reads pictures of digits from tables: a picture a line, its pixels row by row as whole numbers, and the digit in the
 * last column or in one that is called label, class or digit. Pixels are 0 for paper to 16 for ink in pictures of 8 x
 * 8, as optdigits has them, and to 255 in others, as in MNIST made a table.
 */
final class DigitTable {
    /** Pictures of this size have pixels of 0 to 16: the black ones of a block of 4 x 4. */
    private static final int OPTDIGITS_SIDE = 8;

    private static final int OPTDIGITS_INK = 16;
    private static final int BYTE_INK = 255;
    private static final List<String> LABEL_COLUMNS = List.of("label", "class", "digit");

    private DigitTable() {}

    /** Reads the file that the user named by {@code --data}. */
    static DigitImages read(Path file) throws IOException {
        Table table = TableReader.read("--data", file);
        int pixelCount = table.columns().size() - 1;
        int side = (int) Math.round(Math.sqrt(pixelCount));
        if (side * side != pixelCount || side < DigitModel.LEAST_SIDE) {
            throw Problem.failure(
                    "%s: %d columns, expected the pixels of a square picture of at least %d x %d and one for the digit: %d for optdigits, %d for MNIST"
                            .formatted(
                                    table.place(0),
                                    table.columns().size(),
                                    DigitModel.LEAST_SIDE,
                                    DigitModel.LEAST_SIDE,
                                    OPTDIGITS_SIDE * OPTDIGITS_SIDE + 1,
                                    28 * 28 + 1));
        }
        int ink = side == OPTDIGITS_SIDE ? OPTDIGITS_INK : BYTE_INK;
        int labelColumn = labelColumn(table);
        int count = table.rows().size();
        float[] pixels = new float[Math.multiplyExact(count, pixelCount)];
        int[] labels = new int[count];
        for (int row = 0; row < count; row++) {
            labels[row] = whole(table, row, labelColumn, DigitImages.CLASSES - 1, "the digit");
            for (int i = 0; i < pixelCount; i++) {
                int column = i < labelColumn ? i : i + 1;
                pixels[row * pixelCount + i] =
                        (float) whole(table, row, column, ink, "a pixel of %d x %d".formatted(side, side)) / ink;
            }
        }
        return new DigitImages(file.toString(), Tensor.of(pixels, count, 1, side, side), IntTensor.of(labels));
    }

    private static int labelColumn(Table table) {
        List<String> names = table.columns().stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .toList();
        return LABEL_COLUMNS.stream()
                .mapToInt(names::indexOf)
                .filter(column -> column >= 0)
                .findFirst()
                .orElse(names.size() - 1);
    }

    private static int whole(Table table, int row, int column, int most, String what) {
        String text = table.rows().get(row)[column].strip();
        if (!text.matches("[0-9]{1,3}") || Integer.parseInt(text) > most) {
            throw Problem.failure("%s: column %d has %s, expected %s, a whole number from 0 to %d"
                    .formatted(table.place(row), column + 1, Table.quote(text), what, most));
        }
        return Integer.parseInt(text);
    }
}
