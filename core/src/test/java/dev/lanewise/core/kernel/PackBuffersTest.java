package dev.lanewise.core.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PackBuffersTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1023, 1024, 1025, 5000, 1 << 20, (1 << 21) + 1})
    void aBufferIsAsLongAsAskedFor(int length) {
        float[] buffer = PackBuffers.take(length);
        assertThat(buffer.length).isGreaterThanOrEqualTo(length);
        PackBuffers.give(buffer);
    }

    @Test
    void noBufferIsTakenTwice() {
        float[] first = PackBuffers.take(3000);
        float[] second = PackBuffers.take(3000);
        assertThat(first).isNotSameAs(second);
        PackBuffers.give(first);
        PackBuffers.give(second);
    }

    @Test
    void otherArraysAreNotKept() {
        float[] odd = new float[3000];
        PackBuffers.give(odd);
        PackBuffers.give(new float[0]);
        assertThat(PackBuffers.take(2900)).isNotSameAs(odd);
    }
}
