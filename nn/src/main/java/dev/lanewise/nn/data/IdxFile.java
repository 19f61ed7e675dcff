package dev.lanewise.nn.data;

import dev.lanewise.core.DType;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * An array of numbers read from an idx file, the format of the MNIST digits, as it is or compressed by gzip.
 *
 * <pre>{@code
 * Tensor images = IdxFile.read(Path.of("train-images-idx3-ubyte.gz")).toTensor().div(255);  // (60000, 28, 28)
 * IntTensor labels = IdxFile.read(Path.of("train-labels-idx1-ubyte.gz")).toIntTensor();     // (60000)
 * }</pre>
 *
 * <p>The format: two zero bytes, one for the type of the numbers, one for the count of axes, a size of four bytes for
 * each axis, the numbers row-major; all high byte first (Y. LeCun, C. Cortes, C. Burges, "The MNIST database").
 */
public final class IdxFile {
    /** The most that deflate compresses: 258 bytes in 2 bits (zlib's manual says 1032 : 1). */
    private static final int DEFLATE_LIMIT = 1032;

    private static final int GZIP_MAGIC = 0x1f8b; // RFC 1952

    /** The types of numbers, by their codes. */
    private enum Type {
        UNSIGNED_BYTE(0x08, 1),
        SIGNED_BYTE(0x09, 1),
        SHORT(0x0b, 2),
        INT(0x0c, 4),
        FLOAT(0x0d, 4),
        DOUBLE(0x0e, 8);

        private final int code;
        private final int bytes;

        Type(int code, int bytes) {
            this.code = code;
            this.bytes = bytes;
        }

        boolean isWhole() {
            return this != FLOAT && this != DOUBLE;
        }
    }

    private final Path path;
    private final Type type;
    private final Shape shape;
    private final ByteBuffer numbers;

    private IdxFile(Path path, Type type, Shape shape, ByteBuffer numbers) {
        this.path = path;
        this.type = type;
        this.shape = shape;
        this.numbers = numbers;
    }

    /**
     * Reads a file.
     *
     * @throws IOException if it cannot be read, or is none of the format, naming the file and the byte; whatever sizes
     *     it claims, no more memory is asked for than a file of its length can fill
     */
    public static IdxFile read(Path path) throws IOException {
        long length = Files.size(path);
        try (InputStream file = new BufferedInputStream(Files.newInputStream(path))) {
            file.mark(2);
            boolean compressed = ((file.read() << 8) | file.read()) == GZIP_MAGIC;
            file.reset();
            return compressed
                    ? read(path, new GZIPInputStream(file), length * DEFLATE_LIMIT)
                    : read(path, file, length);
        } catch (ZipException | EOFException e) {
            throw new IOException("%s: the gzip stream is damaged: %s".formatted(path, e.getMessage()), e);
        }
    }

    /** Reads a stream of which at most so many bytes can come. */
    private static IdxFile read(Path path, InputStream in, long most) throws IOException {
        byte[] magic = in.readNBytes(4);
        if (magic.length < 4) {
            throw new IOException(
                    "%s: ends at byte %d, within the magic number; not an idx file".formatted(path, magic.length));
        }
        for (int i = 0; i < 2; i++) {
            if (magic[i] != 0) {
                throw new IOException(
                        "%s: byte %d is 0x%02x, expected 0; not an idx file".formatted(path, i, magic[i]));
            }
        }
        Type type = Arrays.stream(Type.values())
                .filter(one -> one.code == magic[2])
                .findFirst()
                .orElseThrow(() -> new IOException(
                        "%s: byte 2, the type of the numbers, is 0x%02x, expected 0x08, 0x09 or 0x0b to 0x0e; not an idx file"
                                .formatted(path, magic[2])));
        Shape shape = readShape(path, in, magic[3] & 0xff);
        long header = 4 + 4L * shape.rank();
        long bytes = (long) shape.count() * type.bytes;
        if (header + bytes > most || bytes > Integer.MAX_VALUE - 8) {
            throw new IOException(
                    "%s: bytes 4 to %d say shape %s, which is %,d bytes of numbers; the file can hold %,d at most, and this reader 2^31-9"
                            .formatted(path, header - 1, shape, bytes, Math.max(0, most - header)));
        }
        byte[] numbers = readNumbers(path, in, shape, (int) bytes);
        if (numbers.length < bytes) {
            throw new IOException("%s: ends at byte %,d, shape %s needs %,d bytes"
                    .formatted(path, header + numbers.length, shape, header + bytes));
        }
        if (in.read() >= 0) {
            throw new IOException(
                    "%s: goes on at byte %,d, where shape %s ends".formatted(path, header + bytes, shape));
        }
        return new IdxFile(path, type, shape, ByteBuffer.wrap(numbers));
    }

    private static Shape readShape(Path path, InputStream in, int rank) throws IOException {
        byte[] bytes = in.readNBytes(4 * rank);
        if (bytes.length < 4 * rank) {
            throw new IOException(
                    "%s: ends at byte %d, within the sizes of %d axes".formatted(path, 4 + bytes.length, rank));
        }
        int[] sizes = new int[rank];
        for (int axis = 0; axis < rank; axis++) {
            sizes[axis] = ByteBuffer.wrap(bytes).getInt(4 * axis);
            if (sizes[axis] < 0) {
                throw new IOException("%s: byte %d: axis %d has size %d, expected 0 to 2^31-1"
                        .formatted(path, 4 + 4 * axis, axis, sizes[axis] & 0xffffffffL));
            }
        }
        try {
            return Shape.of(sizes);
        } catch (IllegalArgumentException e) {
            throw new IOException("%s: byte 4: %s".formatted(path, e.getMessage()), e);
        }
    }

    /**
     * Asks for memory as the numbers come, so that a size that is not true costs nothing. That there is no room for
     * them is said in better words than an error's: such large arrays leave nothing behind.
     */
    private static byte[] readNumbers(Path path, InputStream in, Shape shape, int bytes) throws IOException {
        try {
            return in.readNBytes(bytes);
        } catch (OutOfMemoryError e) {
            throw new IOException(
                    "%s: shape %s needs %,d bytes, which this JVM has not free; give it more by -Xmx"
                            .formatted(path, shape, bytes),
                    e);
        }
    }

    /** The shape. */
    public Shape shape() {
        return shape;
    }

    /** The numbers in FLOAT32. */
    public Tensor toTensor() {
        return toTensor(DType.FLOAT32);
    }

    /** The numbers in the given type, each rounded once. */
    public Tensor toTensor(DType dtype) {
        return Tensor.fill(dtype, shape, position -> switch (type) {
            case FLOAT -> numbers.getFloat(4 * position);
            case DOUBLE -> numbers.getDouble(8 * position);
            default -> whole(position);
        });
    }

    /**
     * The numbers as whole ones.
     *
     * @throws IllegalStateException if the file has floating-point numbers
     */
    public IntTensor toIntTensor() {
        if (!type.isWhole()) {
            throw new IllegalStateException(
                    "%s: the numbers are of type %s, not whole ones; take toTensor()".formatted(path, type));
        }
        int[] values = new int[shape.count()];
        Arrays.setAll(values, this::whole);
        return IntTensor.of(shape, values);
    }

    private int whole(int position) {
        return switch (type) {
            case UNSIGNED_BYTE -> numbers.get(position) & 0xff;
            case SIGNED_BYTE -> numbers.get(position);
            case SHORT -> numbers.getShort(2 * position);
            case INT -> numbers.getInt(4 * position);
            case FLOAT, DOUBLE -> throw new AssertionError(type);
        };
    }

    /** The file, the type and the shape. */
    @Override
    public String toString() {
        return "%s: %s %s".formatted(path, type, shape);
    }
}
