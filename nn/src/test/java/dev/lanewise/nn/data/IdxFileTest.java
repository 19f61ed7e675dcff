package dev.lanewise.nn.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.core.DType;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxFileTest {
    @TempDir
    private Path folder;

    private Path file(String hex) throws IOException {
        return file(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    private Path file(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("some.idx"), bytes);
    }

    private static byte[] compressed(byte[] bytes) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        }
        return out.toByteArray();
    }

    @Test
    void bytesAreUnsigned() throws IOException {
        IdxFile idx = IdxFile.read(file("00 00 08 02  00 00 00 02  00 00 00 03  00 01 02 7f 80 ff"));
        assertThat(idx.shape()).isEqualTo(Shape.of(2, 3));
        assertThat(idx.toIntTensor()).isEqualTo(IntTensor.of(Shape.of(2, 3), 0, 1, 2, 127, 128, 255));
        assertThat(idx.toTensor().toFloats()).containsExactly(0, 1, 2, 127, 128, 255);
        assertThat(idx.toTensor().shape()).isEqualTo(Shape.of(2, 3));
    }

    @Test
    void allTypesOfNumbers() throws IOException {
        assertThat(IdxFile.read(file("00 00 09 01  00 00 00 02  80 7f")).toIntTensor())
                .isEqualTo(IntTensor.of(-128, 127));
        assertThat(IdxFile.read(file("00 00 0b 01  00 00 00 02  80 00  01 02")).toIntTensor())
                .isEqualTo(IntTensor.of(-32768, 258));
        assertThat(IdxFile.read(file("00 00 0c 01  00 00 00 02  80 00 00 00  00 01 00 00"))
                        .toIntTensor())
                .isEqualTo(IntTensor.of(Integer.MIN_VALUE, 65536));
        IdxFile floats = IdxFile.read(file("00 00 0d 01  00 00 00 02  3f 80 00 00  c0 00 00 00"));
        assertThat(floats.toTensor().toFloats()).containsExactly(1, -2);
        IdxFile doubles = IdxFile.read(file("00 00 0e 01  00 00 00 01  3f b9 99 99 99 99 99 9a"));
        assertThat(doubles.toTensor(DType.FLOAT64).toDoubles()).containsExactly(0.1);
        assertThat(doubles.toTensor().toFloats()).containsExactly(0.1f);
        assertThatThrownBy(floats::toIntTensor)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("FLOAT");
    }

    @Test
    void aScalarAndAnEmptyArray() throws IOException {
        assertThat(IdxFile.read(file("00 00 08 00  2a")).toTensor().item()).isEqualTo(42);
        assertThat(IdxFile.read(file("00 00 08 02  00 00 00 00  00 00 00 05")).shape())
                .isEqualTo(Shape.of(0, 5));
    }

    @Test
    void compressedFilesAreReadAlike() throws IOException {
        byte[] plain = HexFormat.of().parseHex("0000080100000003010203");
        assertThat(IdxFile.read(file(compressed(plain))).toIntTensor()).isEqualTo(IntTensor.of(1, 2, 3));

        byte[] large = new byte[16 + 3 * 500 * 500];
        ByteBuffer.wrap(large).putInt(0x00000803).putInt(3).putInt(500).putInt(500);
        assertThat(IdxFile.read(file(compressed(large))).shape()).isEqualTo(Shape.of(3, 500, 500));
    }

    @Test
    void anythingElseIsRefusedNamingFileAndByte() throws IOException {
        refused("", "ends at byte 0, within the magic number");
        refused("00 00 08", "ends at byte 3");
        refused("50 4b 03 04 00", "byte 0 is 0x50");
        refused("00 01 08 01 00", "byte 1 is 0x01");
        refused("00 00 0a 01 00 00 00 00", "byte 2, the type of the numbers, is 0x0a");
        refused("00 00 08 02 00 00 00 01 00", "ends at byte 9, within the sizes of 2 axes");
        refused("00 00 08 ff", "ends at byte 4, within the sizes of 255 axes");
        refused("00 00 08 01 ff ff ff ff 00", "byte 4: axis 0 has size 4294967295");
        refused("00 00 08 02 00 00 00 02 00 00 00 03 00 00 00 00 00", "shape [2, 3], which is 6 bytes");
        refused("00 00 08 01 00 00 00 02 00 00 00", "goes on at byte 10");
    }

    /** Sizes far beyond the file's length, and beyond all memory, must not be asked for. */
    @Test
    void hostileSizesAreRefused() throws IOException {
        refused("00 00 08 01 7f ff ff ff 00", "2,147,483,647 bytes");
        refused("00 00 0e 01 7f ff ff ff 00", "17,179,869,176 bytes");
        refused("00 00 08 03 7f ff ff ff 7f ff ff ff 7f ff ff ff", "more than 2^31-1 elements");
        refused(compressed(HexFormat.of().parseHex("000008017fffffff00")), "2,147,483,647 bytes");
        // What a stream of this length could hold, but does not.
        byte[] short1 = compressed(HexFormat.of().parseHex("0000080100001000" + "00".repeat(4095)));
        refused(short1, "ends at byte 4,103, shape [4096] needs 4,104 bytes");
    }

    @Test
    void damagedCompressionIsRefused() throws IOException {
        byte[] good = compressed(HexFormat.of().parseHex("0000080100000400" + "00".repeat(1024)));
        refused(Arrays.copyOf(good, 15), "the gzip stream is damaged");
        refused(HexFormat.of().parseHex("1f8b08"), "the gzip stream is damaged");
        refused(HexFormat.of().parseHex("1f8b0900000000000000"), "the gzip stream is damaged");
        byte[] data = HexFormat.of().parseHex("0000080100000003010203");
        byte[] wrongSum = compressed(data);
        wrongSum[wrongSum.length - 6] ^= 1;
        refused(wrongSum, "the gzip stream is damaged");
    }

    @Test
    void aMissingFileIsSaidToBeMissing() {
        assertThatThrownBy(() -> IdxFile.read(folder.resolve("none"))).isInstanceOf(NoSuchFileException.class);
    }

    private void refused(String hex, String message) throws IOException {
        refused(HexFormat.of().parseHex(hex.replace(" ", "")), message);
    }

    private void refused(byte[] bytes, String message) throws IOException {
        Path file = file(bytes);
        assertThatThrownBy(() -> IdxFile.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(message);
    }
}
