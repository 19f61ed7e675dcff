package dev.lanewise.examples;

import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.data.IdxFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds and reads files of digits: in idx format, as MNIST's, where the labels stand in a file of their own beside the
 * images, or as {@linkplain DigitTable tables}.
 */
final class DigitFiles {
    /** Where there are digits to be had. */
    static final String SOURCES = """
            optdigits.tra and optdigits.tes from https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits
            or train-images-idx3-ubyte.gz and the three like it from https://github.com/cvdfoundation/mnist""";

    /** Which file is the first of a set to learn from, and which of the one to test with. */
    private static final List<List<String>> NAMES = List.of(
            List.of("optdigits.tra", "optdigits.tes"),
            List.of("train-images-idx3-ubyte", "t10k-images-idx3-ubyte"),
            List.of("train-images-idx3-ubyte.gz", "t10k-images-idx3-ubyte.gz"),
            List.of("train-images.idx3-ubyte", "t10k-images.idx3-ubyte"));

    private static final double INK = 255;
    private static final int LARGEST_SIDE = 512; // a slip is told at once, not by the lack of memory
    private static final double TEST_SHARE = 0.2;

    private DigitFiles() {}

    /** Digits to learn from and others to test with, of one size. */
    record Sets(DigitImages training, DigitImages test) {}

    /**
     * Reads what the user named by {@code --data}: a folder that holds files of well-known names; a file to learn from
     * and one to test with; or a single file, a part of which, drawn at random, is kept to test with.
     */
    static Sets read(List<Path> data, Rng rng) throws IOException {
        if (data.size() > 2) {
            throw Problem.usage(
                    "--data names %d files, expected a folder, or a file to learn from and one to test with; labels of idx files are found by themselves"
                            .formatted(data.size()));
        }
        List<Path> files = data.size() == 1 && Files.isDirectory(data.getFirst()) ? find(data.getFirst()) : data;
        DigitImages first = readFile(files.getFirst());
        if (files.size() == 1) {
            DigitImages.Split split = first.split(1 - TEST_SHARE, rng);
            return checked(split.first(), split.second());
        }
        DigitImages second = readFile(files.get(1));
        if (first.side() != second.side()) {
            throw Problem.failure("%s has pictures of %d x %d, but %s of %d x %d; expected the same size"
                    .formatted(
                            first.source(), first.side(), first.side(), second.source(), second.side(), second.side()));
        }
        return checked(first, second);
    }

    /** One batch of each kind is the least that anything can be said of. */
    private static Sets checked(DigitImages training, DigitImages test) {
        if (training.count() < DigitImages.CLASSES || test.count() == 0) {
            throw Problem.failure("%s: %d pictures to learn from and %d to test with, expected at least %d and 1"
                    .formatted(training.source(), training.count(), test.count(), DigitImages.CLASSES));
        }
        return new Sets(training, test);
    }

    /** The two files of a folder; if there are none, says what is missing. */
    private static List<Path> find(Path folder) throws IOException {
        for (List<String> names : NAMES) {
            List<Path> files = names.stream().map(folder::resolve).toList();
            if (files.stream().allMatch(Files::exists)) {
                return files;
            }
        }
        for (List<String> names : NAMES) {
            for (int i = 0; i < 2; i++) {
                if (Files.exists(folder.resolve(names.get(i)))) {
                    throw Problem.failure("--data %s: there is %s, but no %s; add it, or name the one file: --data %s"
                            .formatted(folder, names.get(i), names.get(1 - i), folder.resolve(names.get(i))));
                }
            }
        }
        try (Stream<Path> there = Files.list(folder)) {
            List<String> some = there.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .limit(5)
                    .toList();
            throw Problem.failure("--data %s: no digits in this folder (it holds %s); expected%n%s"
                    .formatted(folder, some.isEmpty() ? "nothing" : String.join(", ", some), SOURCES));
        }
    }

    private static DigitImages readFile(Path file) throws IOException {
        String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        if (!name.contains("idx") && !name.contains("ubyte")) {
            return DigitTable.read(file);
        }
        if (name.contains("labels") && !name.contains("images")) {
            throw Problem.usage(
                    "--data %s: these are labels; name the file of the images, whose labels are found by themselves"
                            .formatted(file));
        }
        return readIdx(file, labelsOf(file));
    }

    /** The file beside the images' that is called as it, but for labels and one axis; compressed or not. */
    private static Path labelsOf(Path images) {
        String name = String.valueOf(images.getFileName());
        String labels = name.replace("images", "labels").replace("idx3", "idx1");
        String other = labels.endsWith(".gz") ? labels.substring(0, labels.length() - 3) : labels + ".gz";
        if (!name.contains("images")) {
            throw Problem.failure(
                    "--data %s: expected a name with \"images\" in it, so that the labels are found beside it under the same name with \"labels\""
                            .formatted(images));
        }
        for (String candidate : List.of(labels, other)) {
            if (Files.exists(images.resolveSibling(candidate))) {
                return images.resolveSibling(candidate);
            }
        }
        throw Problem.failure("--data %s: its labels are missing, expected %s or %s beside it"
                .formatted(images, images.resolveSibling(labels), other));
    }

    private static DigitImages readIdx(Path imageFile, Path labelFile) throws IOException {
        IdxFile images = readIdx(imageFile);
        IdxFile labels = readIdx(labelFile);
        Shape shape = images.shape();
        if (shape.rank() != 3
                || shape.size(1) != shape.size(2)
                || shape.size(1) < DigitModel.LEAST_SIDE
                || shape.size(1) > LARGEST_SIDE) {
            throw Problem.failure("%s: numbers of shape %s, expected [count, side, side], sides from %d to %d"
                    .formatted(imageFile, shape, DigitModel.LEAST_SIDE, LARGEST_SIDE));
        }
        if (!labels.shape().equals(Shape.of(shape.size(0)))) {
            throw Problem.failure("%s: numbers of shape %s, expected [%d], one for each picture of %s"
                    .formatted(labelFile, labels.shape(), shape.size(0), imageFile));
        }
        if (shape.size(0) == 0) {
            throw Problem.failure("%s: there is no picture in it".formatted(imageFile));
        }
        Tensor pixels = images.toTensor();
        String wrong = outside(pixels);
        if (wrong != null) {
            throw Problem.failure("%s: %s, expected 0 to %.0f".formatted(imageFile, wrong, INK));
        }
        IntTensor digits;
        try {
            digits = labels.toIntTensor();
        } catch (IllegalStateException e) { // floating-point numbers; the message names the file
            throw Problem.failure(String.valueOf(e.getMessage()));
        }
        for (int i = 0; i < digits.shape().count(); i++) {
            if (digits.get(i) < 0 || digits.get(i) >= DigitImages.CLASSES) {
                throw Problem.failure("%s: the label of picture %d, counted from 0, is %d, expected a digit, 0 to 9"
                        .formatted(labelFile, i, digits.get(i)));
            }
        }
        return new DigitImages(
                imageFile.toString(),
                pixels.div(INK).unsqueeze(1), // (count, side, side) -> (count, 1, side, side)
                digits);
    }

    /** The first pixel that is none; null if all are. */
    private static @Nullable String outside(Tensor pixels) {
        float[] values = pixels.toFloats();
        int perPicture = pixels.shape().size(1) * pixels.shape().size(2);
        for (int i = 0; i < values.length; i++) {
            if (!(values[i] >= 0 && values[i] <= INK)) {
                return "picture %d, counted from 0, has a pixel %s".formatted(i / perPicture, values[i]);
            }
        }
        return null;
    }

    private static IdxFile readIdx(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw Problem.failure("--data %s: there is no such file (seen from %s)"
                    .formatted(file, Path.of("").toAbsolutePath()));
        }
        try {
            return IdxFile.read(file);
        } catch (IOException e) { // the message names the file and the byte
            throw Problem.failure(String.valueOf(e.getMessage()));
        }
    }
}
