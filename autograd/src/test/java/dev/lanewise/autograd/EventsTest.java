package dev.lanewise.autograd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What Java Flight Recorder hears of a small graph. */
class EventsTest {
    @TempDir
    private Path folder;

    @Test
    void operationsAreRecordedWithShapesAndWork() throws IOException {
        Variable left = Variable.of(Rng.of(1).normal(3, 4));
        Variable right = Variable.of(Rng.of(2).normal(4, 5));
        Path file = folder.resolve("recording.jfr");
        try (Recording recording = new Recording()) {
            recording.enable("dev.lanewise.Operation").withoutThreshold();
            recording.enable("dev.lanewise.Backward").withoutThreshold();
            recording.start();
            left.matmul(right).square().sum().backward();
            left.linearCrossEntropy(Variable.constantOf(right.value().transpose()), null, IntTensor.of(0, 1, 2), -1);
            recording.stop();
            recording.dump(file);
        }
        List<RecordedEvent> events = RecordingFile.readAllEvents(file);

        RecordedEvent product = first(events, "dev.lanewise.Operation", "matmul");
        assertThat(product.getString("operands")).isEqualTo("[3, 4] [4, 5]");
        assertThat(product.getString("results")).isEqualTo("[3, 5]");
        assertThat(product.getLong("flops")).isEqualTo(2 * 3 * 4 * 5);
        assertThat(product.getLong("bytes")).isEqualTo(4 * (12 + 20 + 15));
        assertThat(first(events, "dev.lanewise.Operation", "square").getLong("flops"))
                .isEqualTo(15);
        assertThat(first(events, "dev.lanewise.Operation", "sum").getLong("flops"))
                .isEqualTo(15);

        // the logits, and the gradient of the one operand that wants one
        assertThat(first(events, "dev.lanewise.Operation", "linearCrossEntropy").getLong("flops"))
                .isEqualTo(2 * (2 * 4 + 4) * 3 * 5);

        RecordedEvent back = first(events, "dev.lanewise.Backward", "matmul");
        assertThat(back.getString("operands")).isEqualTo("[3, 4] [4, 5]");
        assertThat(back.getString("results")).isEqualTo("[3, 5]");
        // both gradients of the product are products, within its way back
        assertThat(events.stream()
                        .filter(event -> is(event, "dev.lanewise.Operation", "matmul"))
                        .filter(event -> !event.getStartTime().isBefore(back.getStartTime())
                                && !event.getEndTime().isAfter(back.getEndTime())))
                .hasSize(2);
    }

    private static boolean is(RecordedEvent event, String type, String operation) {
        return event.getEventType().getName().equals(type)
                && event.getString("operation").equals(operation);
    }

    private static RecordedEvent first(List<RecordedEvent> events, String type, String operation) {
        return events.stream()
                .filter(event -> is(event, type, operation))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + type + " of " + operation + " in " + events));
    }
}
