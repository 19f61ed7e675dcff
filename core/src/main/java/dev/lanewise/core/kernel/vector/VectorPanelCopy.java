package dev.lanewise.core.kernel.vector;

import dev.lanewise.core.kernel.Lanes;
import dev.lanewise.core.kernel.PanelCopy;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Copies columns by whole vectors, which for widths that are no multiple of a vector run on into the next column, to be
 * overwritten there. A call of {@code System.arraycopy} for each column takes two to four times as long.
 */
final class VectorPanelCopy implements PanelCopy {
    private static final VectorSpecies<Float> SPECIES =
            VectorSpecies.of(float.class, VectorShape.forBitSize(Lanes.bits()));
    private static final int LANES = SPECIES.length();
    private static final Class<?> TYPE = SPECIES.vectorType();

    /**
     * So many columns are taken to all panels before the next ones: memory is then read from front to back, in so many
     * streams, as the processor foresees it. With 32, panels of operands that came from beyond the caches took 1.5 to 2
     * times as long on a Zen 3 core; 2, 4 and 8 are alike.
     */
    private static final int COLUMNS_AT_ONCE = 4;

    @Override
    public int copy(
            int panels, int width, int k, float[] from, int at, int columnStride, float[] to, int offset, int step) {
        int vectors = Math.ceilDiv(width, LANES);
        int beyond = Math.max(0, vectors * LANES - step); // what the last columns would overwrite of the next panel
        int writable = Math.max(0, k - Math.ceilDiv(beyond, step));
        int room = from.length - at - (panels - 1) * width - vectors * LANES;
        int columns = within(writable, room, columnStride);
        for (int p = 0; p < columns; p += COLUMNS_AT_ONCE) {
            int count = Math.min(COLUMNS_AT_ONCE, columns - p);
            for (int i = 0; i < panels; i++) {
                int source = at + i * width + p * columnStride;
                int target = offset + (i * k + p) * step;
                if (vectors == 1) {
                    copyOne(count, from, source, columnStride, to, target, step);
                } else if (vectors == 2) {
                    copyTwo(count, from, source, columnStride, to, target, step);
                } else {
                    for (int vector = 0; vector < vectors; vector++) {
                        int first = vector * LANES;
                        copyOne(count, from, source + first, columnStride, to, target + first, step);
                    }
                }
            }
        }
        return columns;
    }

    /** How many of the columns can be read without running past the end of the array. */
    private static int within(int k, int room, int stride) {
        if (room < 0) {
            return 0;
        }
        return stride <= 0 ? k : (int) Math.min(k, (long) room / stride + 1);
    }

    private static void copyOne(int columns, float[] from, int at, int columnStride, float[] to, int offset, int step) {
        for (int p = 0; p < columns; p++) {
            load(from, at).intoArray(to, offset);
            at += columnStride;
            offset += step;
        }
    }

    private static void copyTwo(int columns, float[] from, int at, int columnStride, float[] to, int offset, int step) {
        for (int p = 0; p < columns; p++) {
            load(from, at).intoArray(to, offset);
            load(from, at + LANES).intoArray(to, offset + LANES);
            at += columnStride;
            offset += step;
        }
    }

    /**
     * A vector whose class the compiler knows. It would otherwise go by which classes {@code intoArray} has met
     * anywhere in the JVM, and if most were of another width, as those of {@link TransposeEmitter} may be, make an
     * object of each vector.
     */
    private static FloatVector load(float[] from, int at) {
        return (FloatVector) TYPE.cast(FloatVector.fromArray(SPECIES, from, at));
    }
}
