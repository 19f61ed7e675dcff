package dev.lanewise.core.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.IntSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LanesTest {
    private static final Lanes.Offer NONE = new Lanes.Offer(0, "the module is not there, start with its flag");

    private static Lanes.Offer offer(int widest) {
        return new Lanes.Offer(widest, "");
    }

    @Test
    void withoutPropertyThePreferredWidthIsTakenSilently() {
        Lanes.Decision decision = Lanes.decide(null, offer(256));
        assertThat(decision.bits()).isEqualTo(256);
        assertThat(decision.sentence()).contains("256");
        assertThat(decision.warning()).isEmpty();
        assertThat(decision.error()).isEmpty();
    }

    @Test
    void withoutVectorsScalarLoopsAreTakenWithAWarningThatSaysWhy() {
        Lanes.Decision decision = Lanes.decide(null, NONE);
        assertThat(decision.bits()).isZero();
        assertThat(decision.sentence()).contains("Scalar", "start with its flag");
        assertThat(decision.warning()).contains("scalar loops", "start with its flag");
        assertThat(decision.error()).isEmpty();
    }

    @Test
    void whoAsksForScalarLoopsIsNotWarned() {
        for (Lanes.Offer offer : new Lanes.Offer[] {NONE, offer(512)}) {
            Lanes.Decision decision = Lanes.decide(" scalar ", offer);
            assertThat(decision.bits()).isZero();
            assertThat(decision.warning()).isEmpty();
            assertThat(decision.error()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"128, 512", "256, 512", "512, 512", "128, 128", "256, 256"})
    void aWidthThatThereIsCanBeAskedFor(int width, int widest) {
        Lanes.Decision decision = Lanes.decide(Integer.toString(width), offer(widest));
        assertThat(decision.bits()).isEqualTo(width);
        assertThat(decision.error()).isEmpty();
    }

    @Test
    void aWidthBeyondTheHardwareIsAnErrorThatNamesWhatIsPossible() {
        Lanes.Decision decision = Lanes.decide("512", offer(256));
        assertThat(decision.error())
                .contains("-Dlanewise.lanes=512", "256 bits")
                .endsWith("Possible here: scalar, 128, 256.");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "64", "1024", "-128", "0", "128 bits", "Scalar", "auto", "१२८"})
    void nonsenseIsAnErrorThatNamesWhatIsPossible(String value) {
        Lanes.Decision decision = Lanes.decide(value, offer(512));
        assertThat(decision.error()).contains("-Dlanewise.lanes=" + value).contains("scalar, 128, 256, 512");
    }

    @Test
    void aWidthWithoutAnyVectorsIsAnErrorThatSaysWhy() {
        assertThat(Lanes.decide("256", NONE).error()).contains("start with its flag", "Possible here: scalar.");
    }

    @ParameterizedTest
    @CsvSource({
        "OpenJDK 64-Bit Server VM, 'mixed mode, sharing', ''",
        "Java HotSpot(TM) 64-Bit Server VM, 'mixed mode, sharing', ''",
        "OpenJDK 64-Bit Server VM, 'compiled mode', ''",
        "OpenJDK 64-Bit Server VM, 'interpreted mode, sharing', -Xint",
        "OpenJDK 64-Bit Server VM, 'mixed mode, emulated-client, sharing', TieredStopAtLevel",
        "OpenJDK Client VM, mixed mode, TieredStopAtLevel",
        "Eclipse OpenJ9 VM, JRE 25, HotSpot",
        "Substrate VM, static mode, HotSpot",
    })
    void onlyHotSpotWithItsOptimisingCompilerHasVectors(String name, String info, String reason) {
        String lack = Lanes.compilerLack(name, info);
        if (reason.isEmpty()) {
            assertThat(lack).isEmpty();
        } else {
            assertThat(lack).contains(reason);
        }
    }

    @Test
    void whatIsInUseIsDescribed() {
        assertThat(Lanes.bits()).isIn(0, 128, 256, 512);
        assertThat(Lanes.describe()).contains(Lanes.bits() == 0 ? "Scalar" : Lanes.bits() + " bits");
    }

    @Test
    void theFallbackIsTakenExactlyWithoutVectors() {
        IntSupplier fallback = () -> 0;
        IntSupplier implementation = Lanes.vectorImplementation(IntSupplier.class, "PreferredWidth", fallback);
        assertThat(implementation == fallback).isEqualTo(Lanes.bits() == 0);
    }
}
