package dev.lanewise.core.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Which kernels there are for rows that are read where they stand. */
class TilesTest {
    private static final int MOST_PITCHES = 32;

    private final Tiles tiles = new Tiles(new ScalarProductKernels(), false);

    @Test
    void eachDistanceHasItsOwn() {
        Tiles five = tiles.forRowsInPlace(5);
        assertThat(five.rowPitch()).isEqualTo(5);
        assertThat(five.areForRowsInPlace()).isTrue();
        assertThat(tiles.forRowsInPlace(6)).isNotSameAs(five);
        assertThat(tiles.forRowsInPlace(5)).isSameAs(five);
        assertThat(tiles.areForRowsInPlace()).isFalse();
        assertThat(tiles.wholeOnly().forRowsInPlace(5)).isNull();
    }

    @Test
    void rowsThatAreVeryFarApartHaveNone() {
        assertThat(tiles.forRowsInPlace(1 << 16)).isNotNull();
        assertThat(tiles.forRowsInPlace((1 << 16) + 1)).isNull();
    }

    @Test
    void distancesOfWhichNothingCameMakeRoomForOthers() {
        Tiles used = tiles.forRowsInPlace(1);
        assertThat(used.areReady(4, 16, 0, TileKernel.Left.ROWS, 0)).isTrue();
        for (int pitch = 2; pitch < 1000; pitch++) {
            assertThat(tiles.forRowsInPlace(pitch)).isNotNull();
        }
        assertThat(tiles.forRowsInPlace(1)).isSameAs(used);
    }

    @Test
    void thereAreNotTooManyThatAreUsed() {
        for (int pitch = 1; pitch <= MOST_PITCHES; pitch++) {
            tiles.forRowsInPlace(pitch).areReady(4, 16, 0, TileKernel.Left.ROWS, 0);
        }
        assertThat(tiles.forRowsInPlace(MOST_PITCHES + 1)).isNull();
        assertThat(tiles.forRowsInPlace(MOST_PITCHES)).isNotNull();
    }
}
