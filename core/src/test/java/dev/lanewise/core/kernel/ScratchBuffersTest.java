package dev.lanewise.core.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScratchBuffersTest {

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 1023, 1024, 1025, 5000, 1 << 20, (1 << 21) + 1})
    void aBufferIsAsLongAsAskedFor(int length) {
        float[] buffer = ScratchBuffers.take(length);
        assertThat(buffer.length).isGreaterThanOrEqualTo(length);
        ScratchBuffers.give(buffer);
    }

    @Test
    void noBufferIsTakenTwice() {
        float[] first = ScratchBuffers.take(3000);
        float[] second = ScratchBuffers.take(3000);
        assertThat(first).isNotSameAs(second);
        ScratchBuffers.give(first);
        ScratchBuffers.give(second);
    }

    @Test
    void otherArraysAreNotKept() {
        float[] odd = new float[3000];
        ScratchBuffers.give(odd);
        ScratchBuffers.give(new float[0]);
        assertThat(ScratchBuffers.take(2900)).isNotSameAs(odd);
    }
}
