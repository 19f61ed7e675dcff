package dev.lanewise.core.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class WarmUpTest {
    @Test
    void isSkippedIfTheUserSaysSo() {
        assertThat(WarmUp.isSkipped("none")).isTrue();
        assertThat(WarmUp.isSkipped("background")).isFalse();
    }

    @Test
    void anotherValueIsAnErrorThatNamesThePossibleOnes() {
        assertThatThrownBy(() -> WarmUp.isSkipped("off"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("-Dlanewise.warmup=off cannot be had. Possible: background (the default), none.");
    }
}
