package dev.lanewise.nn.train;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Records of TensorBoard's event files. A file is a sequence of TFRecords (tensorflow/core/lib/io/record_writer.h):
 *
 * <pre>
 * length of the data, 8 bytes | masked CRC-32C of these 8 bytes, 4 | the data | masked CRC-32C of the data, 4
 * </pre>
 *
 * <p>each number low byte first; the data of each are one {@code Event} (tensorflow/core/util/event.proto) in the wire
 * format of protocol buffers, of which three kinds of fields occur: a number of 8 or 4 bytes, a number of variable
 * length, and a length with so many bytes.
 */
final class EventRecord {
    /** What the first event of a file says. */
    private static final String VERSION = "brain.Event:2";

    /** Added to a rotated checksum (tensorflow/core/lib/hash/crc32c.h, kMaskDelta). */
    private static final int MASK_DELTA = 0xa282ead8;

    // Wire types of protocol buffers.
    private static final int VARIABLE = 0;
    private static final int EIGHT_BYTES = 1;
    private static final int BYTES = 2;
    private static final int FOUR_BYTES = 5;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private EventRecord() {}

    /** The record that a file begins with. */
    static byte[] version(double wallTime) {
        var event = new EventRecord();
        event.eightBytes(1, wallTime); // Event.wall_time
        event.bytes(3, VERSION.getBytes(StandardCharsets.UTF_8)); // Event.file_version
        return framed(event.bytes.toByteArray());
    }

    /** A record of numbers by their names. */
    static byte[] scalars(double wallTime, long step, Map<String, Double> values) {
        var summary = new EventRecord();
        values.forEach((tag, value) -> {
            var one = new EventRecord();
            one.bytes(1, tag.getBytes(StandardCharsets.UTF_8)); // Summary.Value.tag
            one.fourBytes(2, value.floatValue()); // Summary.Value.simple_value
            summary.bytes(1, one.bytes.toByteArray()); // Summary.value
        });
        var event = new EventRecord();
        event.eightBytes(1, wallTime); // Event.wall_time
        event.key(2, VARIABLE); // Event.step
        event.variable(step);
        event.bytes(5, summary.bytes.toByteArray()); // Event.summary
        return framed(event.bytes.toByteArray());
    }

    private void key(int field, int wireType) {
        variable(((long) field << 3) | wireType);
    }

    /** Seven bits a byte, the lowest first; the highest bit says that more follow. */
    private void variable(long number) {
        long rest = number;
        while ((rest & ~0x7fL) != 0) {
            bytes.write((int) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        bytes.write((int) rest);
    }

    private void eightBytes(int field, double value) {
        key(field, EIGHT_BYTES);
        bytes.writeBytes(littleEndian(8).putDouble(value).array());
    }

    private void fourBytes(int field, float value) {
        key(field, FOUR_BYTES);
        bytes.writeBytes(littleEndian(4).putFloat(value).array());
    }

    private void bytes(int field, byte[] content) {
        key(field, BYTES);
        variable(content.length);
        bytes.writeBytes(content);
    }

    private static ByteBuffer littleEndian(int size) {
        return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] framed(byte[] data) {
        byte[] length = littleEndian(8).putLong(data.length).array();
        return littleEndian(8 + 4 + data.length + 4)
                .put(length)
                .putInt(maskedChecksum(length))
                .put(data)
                .putInt(maskedChecksum(data))
                .array();
    }

    private static int maskedChecksum(byte[] data) {
        var checksum = new CRC32C();
        checksum.update(data);
        return Integer.rotateRight((int) checksum.getValue(), 15) + MASK_DELTA;
    }
}
