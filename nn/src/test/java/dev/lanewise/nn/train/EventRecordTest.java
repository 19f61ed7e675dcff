package dev.lanewise.nn.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Against what TensorBoard 2.21's own RecordWriter and protocol buffers write of the same events. */
class EventRecordTest {
    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    @Test
    void theFirstRecordNamesTheVersion() {
        assertThat(hex(EventRecord.version(1700000000.5)))
                .isEqualTo(
                        "1800000000000000a37f4b22" // 24 bytes, checksum
                                + "0900002040fc54d941" // wall_time
                                + "1a0d627261696e2e4576656e743a32" // file_version
                                + "2b353110");
    }

    @Test
    void scalarsOfAStep() {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("loss", 0.25);
        values.put("epoch/training loss", Double.NaN);
        assertThat(hex(EventRecord.scalars(1700000001.0, 300, values)))
                .isEqualTo("3700000000000000e7e8ca59"
                        + "0900004040fc54d941" // wall_time
                        + "10ac02" // step
                        + "2a29" // summary
                        + "0a0b0a046c6f7373150000803e"
                        + "0a1a0a1365706f63682f747261696e696e67206c6f7373150000c07f"
                        + "5847e67d");
    }

    @Test
    void longNamesAndNumbersAndLettersBeyondAscii() {
        Map<String, Double> values = new LinkedHashMap<>();
        values.put("größe", -1e-3);
        values.put("y".repeat(130), 1e30);
        assertThat(hex(EventRecord.scalars(0.001, 1L << 40, values)))
                .isEqualTo(
                        "b000000000000000964d093409fca9f1d24d62503f108080808080202a9d010a0e0a076772c3b6c39f65156f1283ba0a8a010a8201"
                                + "79".repeat(130)
                                + "15caf2497185d377d4");
    }
}
