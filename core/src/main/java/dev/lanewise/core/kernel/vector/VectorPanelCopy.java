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

    @Override
    public int copy(int width, int k, float[] from, int at, int columnStride, float[] to, int offset, int step) {
        int vectors = (width + LANES - 1) / LANES;
        int columns = within(k, from.length - vectors * LANES - at, columnStride);
        if (vectors == 1) {
            copyOne(columns, from, at, columnStride, to, offset, step);
        } else if (vectors == 2) {
            copyTwo(columns, from, at, columnStride, to, offset, step);
        } else {
            for (int vector = 0; vector < vectors; vector++) {
                copyOne(columns, from, at + vector * LANES, columnStride, to, offset + vector * LANES, step);
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
            FloatVector.fromArray(SPECIES, from, at).intoArray(to, offset);
            at += columnStride;
            offset += step;
        }
    }

    private static void copyTwo(int columns, float[] from, int at, int columnStride, float[] to, int offset, int step) {
        for (int p = 0; p < columns; p++) {
            FloatVector.fromArray(SPECIES, from, at).intoArray(to, offset);
            FloatVector.fromArray(SPECIES, from, at + LANES).intoArray(to, offset + LANES);
            at += columnStride;
            offset += step;
        }
    }
}
