package dev.lanewise.core.kernel.vector;

import static dev.lanewise.core.kernel.vector.HiddenKernel.BROADCAST;
import static dev.lanewise.core.kernel.vector.HiddenKernel.FLOAT_VECTOR;
import static dev.lanewise.core.kernel.vector.HiddenKernel.FMA;
import static dev.lanewise.core.kernel.vector.HiddenKernel.FROM_ARRAY;
import static dev.lanewise.core.kernel.vector.HiddenKernel.INTO_ARRAY;
import static dev.lanewise.core.kernel.vector.HiddenKernel.ZERO;
import static dev.lanewise.core.kernel.vector.HiddenKernel.increase;
import static dev.lanewise.core.kernel.vector.HiddenKernel.locals;
import static dev.lanewise.core.kernel.vector.HiddenKernel.plus;

import dev.lanewise.core.kernel.GatherKernel;
import dev.lanewise.core.kernel.TileKernel;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;

/**
 * Writes the code of one {@link TileKernel}: a method that calls another one for each tile. For tiles of 2 rows and 1
 * vector of 512 bits, that one is
 *
 * <pre>{@code
 * private static void part(int k, float[] a, int aOffset, …) {
 *     FloatVector c0, c1;
 *     if (continues) {
 *         c0 = FloatVector.fromArray(SPECIES_512, c, cOffset);
 *         c1 = FloatVector.fromArray(SPECIES_512, c, cOffset + cRowStride);
 *     } else {
 *         c0 = FloatVector.zero(SPECIES_512);
 *         c1 = FloatVector.zero(SPECIES_512);
 *     }
 *     for (int p = 0; p < k; p++) {
 *         FloatVector b0 = FloatVector.fromArray(SPECIES_512, b, bOffset);
 *         FloatVector factor = FloatVector.broadcast(SPECIES_512, a[aOffset]);
 *         c0 = factor.fma(b0, c0);
 *         factor = FloatVector.broadcast(SPECIES_512, a[aOffset + 1]);
 *         c1 = factor.fma(b0, c1);
 *         aOffset += aStep;
 *         bOffset += bStep;
 *     }
 *     c0.intoArray(c, cOffset);
 *     c1.intoArray(c, cOffset + cRowStride);
 * }
 * }</pre>
 *
 * <p>Every sum is a local variable, so that the compiler keeps it in a register; a loop over rows, or an array of
 * vectors, would put them in memory and cost most of the speed. One step per turn of the loop: two were slower (224
 * against 232 GFLOP/s), and four no longer compiled to registers at all (1.7 GFLOP/s). Nor did masked loads and stores,
 * for tiles at C's right edge, with a mask on one vector in each of 12 rows; such tiles go through a scratch array.
 *
 * <p>The tiles' loop is not around this one, in one method: the compiler then makes three copies of the inner loop, two
 * of which check indices in each turn, and keeps what belongs to it in memory.
 *
 * <p>With 16 registers instead of 32 two things are done about the instructions beside multiply-adds, of which there
 * are then as many. Steps are constants, so that the compiler checks indices before the loop and not in each turn. And
 * after each row there is a fence, which is no instruction on x86, but keeps the compiler from reading the elements of
 * A for all rows at a turn's beginning, for which it would have to put sums in memory. On a Zen 3 core the 6 x 2 tile
 * has 30 instructions for 12 multiply-adds instead of 44, none of which moves sums or B to memory and back, and
 * products take 0.65 of the time.
 */
final class TileEmitter {
    /** The method for one tile: what the kernel's has, but for the number of tiles. */
    private static final MethodTypeDesc TILE =
            HiddenKernel.descriptor(TileKernel.class).dropParameterTypes(0, 2);

    private static final ClassDesc VAR_HANDLE = ClassDesc.of("java.lang.invoke.VarHandle");

    private final int bits;
    private final int lanes;
    private final int rows;
    private final int vectors;
    private final boolean rowMajor;
    private final boolean constantSteps;
    private final boolean gathers;
    private final boolean fences;
    private final CodeBuilder code;

    // The numbers of the parameters, then of the other local variables.
    private final int k;
    private final int a;
    private final int aOffset;
    private final int aStep;
    private final int b;
    private final int bOffset;
    private final int bStep;
    private final int c;
    private final int cOffset;
    private final int cRowStride;
    private final int continues;
    private final int sums;
    private final int bVectors;
    private final int factor;
    private final int p;
    private final int at;

    private TileEmitter(
            int rows,
            int vectors,
            boolean rowMajor,
            boolean constantSteps,
            boolean gathers,
            boolean fences,
            int bits,
            CodeBuilder code) {
        this.bits = bits;
        this.rows = rows;
        this.vectors = vectors;
        this.rowMajor = rowMajor;
        this.constantSteps = constantSteps;
        this.gathers = gathers;
        this.fences = fences;
        this.code = code;
        lanes = bits / Float.SIZE;
        k = code.parameterSlot(0);
        a = code.parameterSlot(1);
        aOffset = code.parameterSlot(2);
        aStep = code.parameterSlot(3);
        b = code.parameterSlot(4);
        bOffset = code.parameterSlot(5);
        bStep = code.parameterSlot(6);
        c = code.parameterSlot(7);
        cOffset = code.parameterSlot(8);
        cRowStride = code.parameterSlot(9);
        continues = code.parameterSlot(10);
        sums = locals(code, TypeKind.REFERENCE, rows * vectors);
        bVectors = locals(code, TypeKind.REFERENCE, vectors);
        factor = locals(code, TypeKind.REFERENCE, 1);
        p = locals(code, TypeKind.INT, 1);
        at = locals(code, TypeKind.INT, 1);
    }

    /**
     * A new kernel.
     *
     * @param rows the tile's rows
     * @param vectors its columns, in vectors
     * @param rowMajor whether it reads rows of A, {@link TileKernel#ROW_PITCH} apart; otherwise columns, {@code aStep}
     *     apart
     * @param constantSteps whether {@code bStep} is always the number of its columns and {@code aStep}, unless it reads
     *     rows, that of its rows
     * @param fences whether the code keeps the compiler from reading elements of A ahead of their turn
     * @param bits the width of a vector
     */
    static TileKernel kernel(int rows, int vectors, boolean rowMajor, boolean constantSteps, boolean fences, int bits) {
        String name = "Tile%dx%dOf%d%s%s"
                .formatted(rows, vectors, bits, rowMajor ? "RowMajor" : "", constantSteps ? "Packed" : "");
        return HiddenKernel.define(
                TileKernel.class,
                name,
                code -> each(
                        code, ClassDesc.of(HiddenKernel.class.getPackageName(), name), vectors * bits / Float.SIZE),
                TILE,
                code -> new TileEmitter(rows, vectors, rowMajor, constantSteps, false, fences, bits, code).write());
    }

    /**
     * A new kernel that reads B by a table. It has the same parameters in the same order, but for {@code aStep}, which
     * is the table's first step here, and {@code bStep}, which is the table.
     */
    static GatherKernel gathering(int rows, int vectors, boolean fences, int bits) {
        return HiddenKernel.define(
                GatherKernel.class,
                "Gather%dx%dOf%d".formatted(rows, vectors, bits),
                code -> new TileEmitter(rows, vectors, false, true, true, fences, bits, code).write());
    }

    /** Calls the tile's method for one tile after the other. */
    private static void each(CodeBuilder code, ClassDesc owner, int columns) {
        int tiles = code.parameterSlot(0);
        int bPitch = code.parameterSlot(1);
        int first = 2; // of the parameters of the tile's method
        int tile = locals(code, TypeKind.INT, 1);
        Label loop = code.newLabel();
        Label done = code.newLabel();
        code.loadConstant(0)
                .istore(tile)
                .labelBinding(loop)
                .iload(tile)
                .iload(tiles)
                .if_icmpge(done);
        for (int i = 0; i < TILE.parameterCount(); i++) {
            code.loadLocal(TypeKind.from(TILE.parameterType(i)), code.parameterSlot(first + i));
        }
        code.invokestatic(owner, HiddenKernel.PART, TILE);
        increase(code, code.parameterSlot(first + 5), bPitch);
        code.iinc(code.parameterSlot(first + 8), columns);
        code.iinc(tile, 1).goto_(loop).labelBinding(done).return_();
    }

    private void write() {
        Label fresh = code.newLabel();
        Label begin = code.newLabel();
        code.iload(continues).ifeq(fresh);
        eachOfC(this::load);
        code.goto_(begin).labelBinding(fresh);
        for (int i = 0; i < rows * vectors; i++) {
            species();
            code.invokestatic(FLOAT_VECTOR, "zero", ZERO).astore(sums + i);
        }
        code.labelBinding(begin);
        steps();
        eachOfC(this::store);
        code.return_();
    }

    private void steps() {
        Label loop = code.newLabel();
        Label done = code.newLabel();
        code.loadConstant(0).istore(p).labelBinding(loop).iload(p).iload(k).if_icmpge(done);
        if (gathers) {
            code.iload(bOffset)
                    .aload(bStep)
                    .iload(aStep)
                    .iload(p)
                    .iadd()
                    .iaload()
                    .iadd()
                    .istore(at);
        }
        for (int vector = 0; vector < vectors; vector++) {
            loadB(vector);
        }
        for (int row = 0; row < rows; row++) {
            if (fences && row > 0) {
                code.invokestatic(VAR_HANDLE, "acquireFence", MethodTypeDesc.of(ConstantDescs.CD_void));
            }
            loadFactor(row);
            for (int vector = 0; vector < vectors; vector++) {
                int sum = sums + row * vectors + vector;
                code.aload(factor)
                        .aload(bVectors + vector)
                        .aload(sum)
                        .invokevirtual(FLOAT_VECTOR, "fma", FMA)
                        .astore(sum);
            }
        }
        if (!rowMajor && !constantSteps) {
            increase(code, aOffset, aStep);
        }
        if (!constantSteps) {
            increase(code, bOffset, bStep);
        }
        code.iinc(p, 1).goto_(loop).labelBinding(done);
    }

    private void loadB(int vector) {
        species();
        code.aload(b);
        if (gathers) {
            plus(code, at, vector * lanes);
        } else if (constantSteps) {
            atStep(bOffset, vectors * lanes, vector * lanes);
        } else {
            plus(code, bOffset, vector * lanes);
        }
        code.invokestatic(FLOAT_VECTOR, "fromArray", FROM_ARRAY).astore(bVectors + vector);
    }

    private void loadFactor(int row) {
        species();
        code.aload(a);
        if (rowMajor) {
            atStep(aOffset, 1, row * TileKernel.ROW_PITCH);
        } else if (constantSteps) {
            atStep(aOffset, rows, row);
        } else {
            plus(code, aOffset, row);
        }
        code.faload().invokestatic(FLOAT_VECTOR, "broadcast", BROADCAST).astore(factor);
    }

    /** Puts {@code offset + p * step + constant} on the stack. */
    private void atStep(int offset, int step, int constant) {
        code.iload(offset).iload(p);
        if (step != 1) {
            code.loadConstant(step).imul();
        }
        code.iadd().loadConstant(constant).iadd();
    }

    /** Does something with each vector of C's tile and its sum; the local variable {@code at} is the row's offset. */
    private void eachOfC(VectorAction action) {
        code.iload(cOffset).istore(at);
        for (int row = 0; row < rows; row++) {
            for (int vector = 0; vector < vectors; vector++) {
                action.write(vector, sums + row * vectors + vector);
            }
            if (row < rows - 1) {
                increase(code, at, cRowStride);
            }
        }
    }

    private interface VectorAction {
        void write(int vector, int sum);
    }

    private void load(int vector, int sum) {
        species();
        code.aload(c);
        plus(code, at, vector * lanes);
        code.invokestatic(FLOAT_VECTOR, "fromArray", FROM_ARRAY).astore(sum);
    }

    private void store(int vector, int sum) {
        code.aload(sum).aload(c);
        plus(code, at, vector * lanes);
        code.invokevirtual(FLOAT_VECTOR, "intoArray", INTO_ARRAY);
    }

    private void species() {
        HiddenKernel.species(code, FLOAT_VECTOR, bits);
    }
}
