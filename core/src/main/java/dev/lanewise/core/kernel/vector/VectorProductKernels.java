package dev.lanewise.core.kernel.vector;

import dev.lanewise.core.kernel.DotKernel;
import dev.lanewise.core.kernel.Finish;
import dev.lanewise.core.kernel.GatherDotKernel;
import dev.lanewise.core.kernel.GatherKernel;
import dev.lanewise.core.kernel.Lanes;
import dev.lanewise.core.kernel.PanelCopy;
import dev.lanewise.core.kernel.PanelTranspose;
import dev.lanewise.core.kernel.ProductKernels;
import dev.lanewise.core.kernel.ThinKernel;
import dev.lanewise.core.kernel.TileKernel;

/** The matrix product's kernels on the Vector API; where registers are to be used to the full, hidden classes. */
public final class VectorProductKernels implements ProductKernels {
    private final int bits;
    private final boolean hasManyRegisters;

    /** For the width in use. */
    public VectorProductKernels() {
        this(Lanes.bits(), registers());
    }

    /**
     * For registers that may differ from those in use, in tests.
     *
     * @param bits the width of a vector
     * @param registers how many vector registers there are, 16 or 32
     */
    public VectorProductKernels(int bits, int registers) {
        this.bits = bits;
        hasManyRegisters = registers >= 32;
    }

    /** AVX-512 and NEON have 32 vector registers, AVX2 has 16. */
    private static int registers() {
        return Lanes.bits() == 512 || System.getProperty("os.arch", "").equals("aarch64") ? 32 : 16;
    }

    @Override
    public int lanes() {
        return bits / Float.SIZE;
    }

    /** Of 32 registers 24 are for sums, 2 for B, 1 for A; of 16 there are 12, 2 and 1. */
    @Override
    public int mostRows() {
        return hasManyRegisters ? 12 : 6;
    }

    @Override
    public TileKernel tile(int rows, int vectors, TileKernel.Left left, int rowPitch, boolean rightPacked) {
        boolean few = !hasManyRegisters;
        int leftStep = left == TileKernel.Left.ROWS ? 1 : few && left == TileKernel.Left.PACKED ? panelStep(rows) : 0;
        int leftPitch = left == TileKernel.Left.ROWS ? rowPitch : TileEmitter.NO_ROWS;
        int rightStep = few && rightPacked ? vectors * lanes() : 0;
        return TileEmitter.kernel(rows, vectors, leftPitch, leftStep, rightStep, few, bits);
    }

    /**
     * Where registers are few, powers of two: one index then serves for A and B, as one's is a multiple of the other's,
     * and tiles have 25 instructions a step instead of 31.
     */
    @Override
    public int panelStep(int rows) {
        return hasManyRegisters || rows < 3 ? rows : 2 * Integer.highestOneBit(rows - 1);
    }

    @Override
    public boolean hasTilesForPacked() {
        return !hasManyRegisters;
    }

    @Override
    public GatherKernel gathering(int rows, int vectors) {
        return TileEmitter.gathering(rows, vectors, panelStep(rows), !hasManyRegisters, bits);
    }

    @Override
    public ThinKernel thin() {
        return ThinEmitter.kernel(bits);
    }

    @Override
    public int mostTransposed() {
        return TransposeEmitter.side(bits);
    }

    @Override
    public PanelTranspose transpose(int rows, int step) {
        return TransposeEmitter.kernel(rows, step, bits);
    }

    @Override
    public PanelCopy copy() {
        return new VectorPanelCopy();
    }

    @Override
    public DotKernel dots(int vectors) {
        return DotEmitter.kernel(vectors, bits);
    }

    /** So many that, of 32 registers, 24 are for lanes, of which 12 do not wait for one another; of 16 registers 12. */
    @Override
    public int mostGatheringDots() {
        int parts = Finish.LANES / lanes();
        return hasManyRegisters ? Math.min(12, 24 / parts) : Math.min(6, 12 / parts);
    }

    @Override
    public GatherDotKernel gatheringDots(int vectors) {
        return DotEmitter.gathering(vectors, bits);
    }
}
