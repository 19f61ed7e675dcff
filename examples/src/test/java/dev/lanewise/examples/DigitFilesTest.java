package dev.lanewise.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.core.Rng;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DigitFilesTest {
    private static final int UNSIGNED_BYTES = 0x08; // the format's code

    @TempDir
    Path folder;

    private DigitFiles.Sets read(Path... data) throws IOException {
        return DigitFiles.read(List.of(data), Rng.of(1));
    }

    /** A line of optdigits' form whose pixels are 0, 1, .., 16, 0, … */
    private static String line(int label) {
        return IntStream.range(0, 64).mapToObj(i -> Integer.toString(i % 17)).collect(Collectors.joining(",")) + ","
                + label;
    }

    private static String lines(int count) {
        return IntStream.range(0, count).mapToObj(i -> line(i % 10)).collect(Collectors.joining("\n", "", "\n"));
    }

    private Path write(String name, String content) throws IOException {
        return Files.writeString(folder.resolve(name), content);
    }

    private Path writeIdx(String name, int type, int[] sizes, int... values) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new DataOutputStream(name.endsWith(".gz") ? new GZIPOutputStream(bytes) : bytes)) {
            out.writeShort(0);
            out.writeByte(type);
            out.writeByte(sizes.length);
            for (int size : sizes) {
                out.writeInt(size);
            }
            for (int value : values) {
                out.writeByte(value);
            }
        }
        return Files.write(folder.resolve(name), bytes.toByteArray());
    }

    private Path writeImages(String name, int count, int side) throws IOException {
        int[] values = IntStream.range(0, count * side * side).map(i -> i % 256).toArray();
        return writeIdx(name, UNSIGNED_BYTES, new int[] {count, side, side}, values);
    }

    private Path writeLabels(String name, int... labels) throws IOException {
        return writeIdx(name, UNSIGNED_BYTES, new int[] {labels.length}, labels);
    }

    private void assertProblem(Path data, String... parts) {
        assertThatThrownBy(() -> read(data))
                .isInstanceOf(Problem.class)
                .hasMessageContaining(folder.toString())
                .hasMessageContainingAll(parts);
    }

    @Test
    void aFolderOfOptdigitsIsRead() throws IOException {
        write("optdigits.tra", lines(20));
        write("optdigits.tes", lines(3));
        DigitFiles.Sets sets = read(folder);

        assertThat(sets.training().count()).isEqualTo(20);
        assertThat(sets.test().count()).isEqualTo(3);
        assertThat(sets.training().side()).isEqualTo(8);
        assertThat(sets.test().labels().toArray()).containsExactly(0, 1, 2);
        assertThat(sets.test().images().at(2, 0, 1, 7)).isEqualTo(15 / 16.0); // the 16th pixel
        assertThat(sets.test().images().at(2, 0, 2, 0)).isEqualTo(1);
    }

    @Test
    void aFolderOfMnistIsReadCompressedOrNot() throws IOException {
        int[] labels = IntStream.range(0, 12).map(i -> i % 10).toArray();
        writeImages("train-images-idx3-ubyte.gz", 12, 5);
        writeLabels("train-labels-idx1-ubyte.gz", labels);
        writeImages("t10k-images-idx3-ubyte.gz", 2, 5);
        writeLabels("t10k-labels-idx1-ubyte", 7, 9);
        DigitFiles.Sets sets = read(folder);

        assertThat(sets.training().images().shape().toArray()).containsExactly(12, 1, 5, 5);
        assertThat(sets.training().labels().toArray()).isEqualTo(labels);
        assertThat(sets.test().labels().toArray()).containsExactly(7, 9);
        assertThat(sets.test().images().at(1, 0, 0, 2)).isEqualTo(27f / 255); // 25 pixels a picture
    }

    @Test
    void ofASingleFileAPartIsKeptToTestWith() throws IOException {
        Path file = write(
                "digits.csv",
                "label," + IntStream.range(0, 16).mapToObj(i -> "p" + i).collect(Collectors.joining(","))
                        + "\n"
                        + IntStream.range(0, 20)
                                .mapToObj(i -> i % 10 + ",255".repeat(1) + ",0".repeat(14) + "," + i)
                                .collect(Collectors.joining("\n")));
        DigitFiles.Sets sets = read(file);

        assertThat(sets.training().count()).isEqualTo(16);
        assertThat(sets.test().count()).isEqualTo(4);
        // The last pixel is the row's number: each row is in one part, with its own label from the first column.
        assertThat(IntStream.range(0, 20)
                        .map(i -> i < 16 ? row(sets.training(), i) : row(sets.test(), i - 16))
                        .sorted())
                .containsExactly(IntStream.range(0, 20).boxed().toArray(Integer[]::new));
        assertThat(sets.test().labels().get(0)).isEqualTo(row(sets.test(), 0) % 10);
    }

    private static int row(DigitImages images, int number) {
        return Math.round(images.pixels(number)[15] * 255);
    }

    @Test
    void whatIsMalformedInATableIsNamed() throws IOException {
        assertProblem(write("a.csv", line(1) + "\n" + line(2).substring(2)), "a.csv, line 2", "64 fields, expected 65");
        assertProblem(write("b.csv", "1,2,3\n4,5,6\n"), "b.csv, line 1", "3 columns", "65 for optdigits");
        assertProblem(write("c.csv", line(1) + "\n\n" + line(10)), "c.csv, line 3: column 65 has \"10\"", "0 to 9");
        assertProblem(write("d.csv", line(1).replaceFirst("^0,1,", "0,17,")), "line 1: column 2 has \"17\"", "0 to 16");
        assertProblem(write("e.csv", line(1).replaceFirst("^0,", "0.5,")), "column 1", "\"0.5\"", "whole number");
        assertProblem(write("f.csv", line(1).replaceFirst("^0,", ",")), "column 1 has \"\"");
        assertProblem(write("g.csv", ""), "empty");
        assertProblem(write("h.csv", lines(9)), "7 pictures to learn from", "at least 10");
    }

    @Test
    void whatIsMalformedInAnIdxFileIsNamed() throws IOException {
        Path images = writeImages("images-idx3-ubyte", 20, 5);
        assertProblem(images, "its labels are missing", "labels-idx1-ubyte");
        writeLabels("labels-idx1-ubyte", 1, 2);
        assertProblem(images, "labels-idx1-ubyte: numbers of shape [2], expected [20]");
        int[] labels = new int[20];
        labels[3] = 12;
        writeLabels("labels-idx1-ubyte", labels);
        assertProblem(images, "labels-idx1-ubyte: the label of picture 3", "is 12", "0 to 9");

        writeLabels("labels-idx1-ubyte", new int[20]);
        assertThat(read(images).training().count()).isEqualTo(16);
        Files.write(images, new byte[] {1, 2, 3, 4, 5});
        assertProblem(images, "images-idx3-ubyte: byte 0 is 0x01, expected 0", "not an idx file");
        Files.write(images, new byte[0]);
        assertProblem(images, "images-idx3-ubyte: ends at byte 0");
        writeIdx("images-idx3-ubyte", UNSIGNED_BYTES, new int[] {20, 5, 6}, new int[600]);
        assertProblem(images, "images-idx3-ubyte: numbers of shape [20, 5, 6], expected [count, side, side]");
        writeIdx("images-idx3-ubyte", UNSIGNED_BYTES, new int[] {20, 5, 5}, new int[499]);
        assertProblem(images, "images-idx3-ubyte: bytes 4 to 15 say shape [20, 5, 5]", "the file can hold 499");
        writeIdx(
                "images-idx3-ubyte",
                0x09,
                new int[] {20, 5, 5},
                IntStream.range(0, 500).map(i -> i == 30 ? -1 : 0).toArray());
        assertProblem(images, "picture 1, counted from 0, has a pixel -1.0, expected 0 to 255");
        assertProblem(writeImages("pictures-idx3-ubyte", 20, 5), "expected a name with \"images\"");
    }

    @Test
    void whatIsMissingInAFolderIsNamed() throws IOException {
        assertProblem(folder, "no digits in this folder (it holds nothing)", "archive.ics.uci.edu", "github.com");
        writeImages("t10k-images-idx3-ubyte.gz", 20, 5);
        assertProblem(folder, "no train-images-idx3-ubyte.gz", "or name the one file");
    }

    @Test
    void sizesMustAgree() throws IOException {
        Path training = write("optdigits.tra", lines(20));
        Path test = write("test.csv", "0,".repeat(16) + "3\n");

        assertThatThrownBy(() -> read(training, test))
                .isInstanceOf(Problem.class)
                .hasMessageContainingAll("optdigits.tra has pictures of 8 x 8", "test.csv of 4 x 4");
    }

    @Test
    void mnistsTestFileIsRead() throws IOException {
        DigitFiles.Sets sets = read(Oracle.file("mnist/t10k-images-idx3-ubyte.gz"));

        assertThat(sets.training().count()).isEqualTo(8000);
        assertThat(sets.test().count()).isEqualTo(2000);
        assertThat(sets.training().side()).isEqualTo(28);
        long sevens = IntStream.concat(
                        IntStream.of(sets.training().labels().toArray()),
                        IntStream.of(sets.test().labels().toArray()))
                .filter(label -> label == 7)
                .count();
        assertThat(sevens).isEqualTo(1028); // as is widely published of MNIST's test set
    }
}
