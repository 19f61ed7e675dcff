package dev.lanewise.core.kernel;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.EnumMap;
import java.util.Map;

/**
 * What vector registers kernels are made for: of what width, and how many, on which the size of a tile depends. Kernels
 * for more registers than there are compute the same, but slowly.
 */
enum Registers {
    FEW_OF_128(128, 16),
    MANY_OF_128(128, 32),
    FEW_OF_256(256, 16),
    MANY_OF_256(256, 32),
    MANY_OF_512(512, 32);

    private static final Map<Registers, Tiles> TILES = new EnumMap<>(Registers.class);

    private final int bits;
    private final int count;

    Registers(int bits, int count) {
        this.bits = bits;
        this.count = count;
    }

    /** Kernels that run even before they are compiled; a width that the hardware lacks skips the test. */
    Tiles tiles() {
        assumeTrue(
                Lanes.bits() >= bits, "vectors of " + bits + " bits are not tested: this JVM or its hardware has none");
        synchronized (TILES) {
            return TILES.computeIfAbsent(this, Registers::newTiles);
        }
    }

    /** Kernels for the registers that this machine has; without vectors the test is skipped. */
    static Tiles present() {
        assumeTrue(Lanes.bits() > 0, "there are no vectors");
        return Present.TILES;
    }

    private static final class Present {
        static final Tiles TILES =
                new Tiles(Lanes.vectorImplementation(ProductKernels.class, "VectorProductKernels"), false);
    }

    private Tiles newTiles() {
        try {
            var kernels = Class.forName("dev.lanewise.core.kernel.vector.VectorProductKernels")
                    .asSubclass(ProductKernels.class)
                    .getConstructor(int.class, int.class)
                    .newInstance(bits, count);
            return new Tiles(kernels, false);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }
}
