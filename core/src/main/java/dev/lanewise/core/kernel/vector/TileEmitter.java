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
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * Writes the code of one {@link TileKernel}: a method that calls another one for each tile. For tiles of 2 rows and 1
 * vector of 512 bits, that one is
 *
 * <pre>{@code
 * private static void tile(int k, float[] a, int aOffset, …) {
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
 * <p>With 16 registers instead of 32 three things are done about the instructions beside multiply-adds, of which there
 * are then as many. Steps of packed panels are constants, so that the compiler checks indices before the loop and not
 * in each turn. What the loop counts is itself the index in the operand with the smaller step, and the other's is a
 * multiple of it and a constant:
 *
 * <pre>{@code
 * int beyond = bOffset - aOffset * 2;
 * for (int p = aOffset, end = aOffset + k * 8; p < end; p += 8) {
 *     FloatVector b0 = FloatVector.fromArray(SPECIES_256, b, beyond + p * 2);
 *     FloatVector b1 = FloatVector.fromArray(SPECIES_256, b, beyond + p * 2 + 8);
 *     FloatVector factor = FloatVector.broadcast(SPECIES_256, a[p]);
 *     …
 * }
 * }</pre>
 *
 * There is then a method for sums that begin at 0 and one for those that go on with what C holds, with those parameters
 * alone that they need, as the compiler otherwise keeps that index in memory. (A kernel that reads B by a table took
 * 1.05 to 1.1 times as long in two methods as in one, for the like reason.)
 *
 * <p>And after each row there is a fence, which is no instruction on x86, but keeps the compiler from reading the
 * elements of A for all rows at a turn's beginning, for which it would have to put sums in memory. On a Zen 3 core the
 * 6 x 2 tile has 25 instructions for 12 multiply-adds instead of 44, none of which moves sums or B to memory and back;
 * with indices that are computed from the number of the step it has 31, and took 1.1 times as long.
 */
final class TileEmitter {
    /** The method for any tile. */
    private static final String TILE = "tile";

    /** The method for a tile whose sums begin at 0, if there are two, and that for one whose sums go on. */
    private static final String FRESH = "fresh";

    private static final String CONTINUED = "continued";

    /** Of the parameters for one tile, those that these two methods may lack. */
    private static final int LEFT_STEP = 3;

    private static final int RIGHT_STEP = 6;
    private static final int CONTINUES = 10;

    /** A kernel's parameters before those for one tile. */
    private static final int TILES_PARAMETERS = 2;

    /** Instead of the distance between rows of A, for kernels that read its columns. */
    static final int NO_ROWS = 0;

    /** Instead of a local variable's number. */
    private static final int NONE = -1;

    private static final ClassDesc VAR_HANDLE = ClassDesc.of("java.lang.invoke.VarHandle");

    /** What a method's sums begin with; {@code EITHER} is for a parameter to say. */
    private enum Begin {
        ZERO,
        C,
        EITHER
    }

    private final int bits;
    private final int lanes;
    private final int rows;
    private final int vectors;
    private final int rowPitch;
    private final int leftStep;
    private final int rightStep;

    /** Whether what the loop counts is an index, and not the number of the step. */
    private final boolean countsIndex;

    /** Whether that index is A's; otherwise it is B's. */
    private final boolean leftCounts;

    /** By how much the loop counts. */
    private final int counted;

    private final boolean gathers;
    private final boolean fences;
    private final Begin begin;
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
    private final int sums;
    private final int bVectors;
    private final int factor;
    private final int p;
    private final int end;
    private final int beyond;
    private final int at;

    private TileEmitter(
            int rows,
            int vectors,
            int rowPitch,
            int leftStep,
            int rightStep,
            boolean gathers,
            boolean fences,
            int bits,
            Begin begin,
            CodeBuilder code) {
        this.begin = begin;
        this.bits = bits;
        this.rows = rows;
        this.vectors = vectors;
        this.rowPitch = rowPitch;
        this.leftStep = leftStep;
        this.rightStep = rightStep;
        countsIndex = begin != Begin.EITHER && (leftStep > 0 || rightStep > 0);
        leftCounts = leftStep > 0 && (rightStep == 0 || leftStep <= rightStep);
        counted = !countsIndex ? 1 : leftCounts ? leftStep : rightStep;
        this.gathers = gathers;
        this.fences = fences;
        this.code = code;
        lanes = bits / Float.SIZE;
        int parameter = 0;
        k = code.parameterSlot(parameter++);
        a = code.parameterSlot(parameter++);
        aOffset = code.parameterSlot(parameter++);
        aStep = begin == Begin.EITHER || leftStep == 0 ? code.parameterSlot(parameter++) : NONE;
        b = code.parameterSlot(parameter++);
        bOffset = code.parameterSlot(parameter++);
        bStep = begin == Begin.EITHER || rightStep == 0 ? code.parameterSlot(parameter++) : NONE;
        c = code.parameterSlot(parameter++);
        cOffset = code.parameterSlot(parameter++);
        cRowStride = code.parameterSlot(parameter);
        sums = locals(code, TypeKind.REFERENCE, rows * vectors);
        bVectors = locals(code, TypeKind.REFERENCE, vectors);
        factor = locals(code, TypeKind.REFERENCE, 1);
        p = locals(code, TypeKind.INT, 1);
        end = locals(code, TypeKind.INT, 1);
        beyond = locals(code, TypeKind.INT, 1);
        at = locals(code, TypeKind.INT, 1);
    }

    /**
     * A new kernel.
     *
     * @param rows the tile's rows
     * @param vectors its columns, in vectors
     * @param rowPitch from one row of A to the next, or {@link #NO_ROWS} if it reads columns
     * @param leftStep what {@code aStep} always is, 1 for rows; 0 if it varies
     * @param rightStep what {@code bStep} always is, a multiple of the other or a divisor; 0 if it varies
     * @param fences whether the code keeps the compiler from reading elements of A ahead of their turn
     * @param bits the width of a vector
     */
    static TileKernel kernel(
            int rows, int vectors, int rowPitch, int leftStep, int rightStep, boolean fences, int bits) {
        String name = "Tile%dx%dOf%d%s%s%s"
                .formatted(
                        rows,
                        vectors,
                        bits,
                        rowPitch != NO_ROWS ? "Rows%dApart".formatted(rowPitch) : "",
                        leftStep > 0 && rowPitch == NO_ROWS ? "LeftPacked" : "",
                        rightStep > 0 ? "RightPacked" : "");
        boolean split = fences;
        int[] parameters = parameters(split, leftStep, rightStep);
        MethodTypeDesc kernel = HiddenKernel.descriptor(TileKernel.class);
        MethodTypeDesc part = MethodTypeDesc.of(
                kernel.returnType(),
                IntStream.of(parameters)
                        .mapToObj(i -> kernel.parameterType(TILES_PARAMETERS + i))
                        .toList());
        BiConsumer<Begin, CodeBuilder> writer = (begin, code) ->
                new TileEmitter(rows, vectors, rowPitch, leftStep, rightStep, false, fences, bits, begin, code).write();
        Map<String, Consumer<CodeBuilder>> parts = split
                ? Map.of(
                        FRESH, code -> writer.accept(Begin.ZERO, code), CONTINUED, code -> writer.accept(Begin.C, code))
                : Map.of(TILE, code -> writer.accept(Begin.EITHER, code));
        return HiddenKernel.define(
                TileKernel.class,
                name,
                code -> each(code, name, split, part, parameters, vectors * bits / Float.SIZE),
                part,
                parts);
    }

    /**
     * A new kernel that reads B by a table. It has the same parameters in the same order, but for those that concern
     * several tiles, for {@code aStep}, which is the table's first step here, and {@code bStep}, which is the table.
     */
    static GatherKernel gathering(int rows, int vectors, int leftStep, boolean fences, int bits) {
        int tableStep = 1; // so that B's offset stays as it is
        return HiddenKernel.define(
                GatherKernel.class,
                "Gather%dx%dOf%d".formatted(rows, vectors, bits),
                code -> new TileEmitter(
                                rows, vectors, NO_ROWS, leftStep, tableStep, true, fences, bits, Begin.EITHER, code)
                        .write());
    }

    /**
     * Which of the parameters for one tile its methods have: two have neither {@code continues} nor steps that are
     * constant.
     */
    private static int[] parameters(boolean split, int leftStep, int rightStep) {
        return IntStream.rangeClosed(0, CONTINUES)
                .filter(i -> !split
                        || (i != CONTINUES && (i != LEFT_STEP || leftStep == 0) && (i != RIGHT_STEP || rightStep == 0)))
                .toArray();
    }

    /** Calls the method for one tile after the other. */
    private static void each(
            CodeBuilder code, String name, boolean split, MethodTypeDesc part, int[] parameters, int columns) {
        int tiles = code.parameterSlot(0);
        int bPitch = code.parameterSlot(1);
        int tile = locals(code, TypeKind.INT, 1);
        Label loop = code.newLabel();
        Label done = code.newLabel();
        code.loadConstant(0)
                .istore(tile)
                .labelBinding(loop)
                .iload(tile)
                .iload(tiles)
                .if_icmpge(done);
        for (int i = 0; i < parameters.length; i++) {
            code.loadLocal(TypeKind.from(part.parameterType(i)), code.parameterSlot(TILES_PARAMETERS + parameters[i]));
        }
        ClassDesc owner = HiddenKernel.owner(name);
        if (split) {
            code.iload(code.parameterSlot(TILES_PARAMETERS + CONTINUES))
                    .ifThenElse(
                            then -> then.invokestatic(owner, CONTINUED, part),
                            otherwise -> otherwise.invokestatic(owner, FRESH, part));
        } else {
            code.invokestatic(owner, TILE, part);
        }
        increase(code, code.parameterSlot(TILES_PARAMETERS + 5), bPitch);
        code.iinc(code.parameterSlot(TILES_PARAMETERS + 8), columns);
        code.iinc(tile, 1).goto_(loop).labelBinding(done).return_();
    }

    private void write() {
        switch (begin) {
            case ZERO -> zeros();
            case C -> eachOfC(this::load);
            case EITHER -> {
                Label zero = code.newLabel();
                Label begun = code.newLabel();
                code.iload(code.parameterSlot(CONTINUES)).ifeq(zero);
                eachOfC(this::load);
                code.goto_(begun).labelBinding(zero);
                zeros();
                code.labelBinding(begun);
            }
        }
        steps();
        eachOfC(this::store);
        code.return_();
    }

    private void zeros() {
        for (int i = 0; i < rows * vectors; i++) {
            species();
            code.invokestatic(FLOAT_VECTOR, "zero", ZERO).astore(sums + i);
        }
    }

    private void steps() {
        Label loop = code.newLabel();
        Label done = code.newLabel();
        count();
        code.labelBinding(loop).iload(p).iload(end).if_icmpge(done);
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
        if (leftStep == 0) {
            increase(code, aOffset, aStep);
        }
        if (rightStep == 0) {
            increase(code, bOffset, bStep);
        }
        code.iinc(p, counted).goto_(loop).labelBinding(done);
    }

    /** Sets where the loop begins and ends to count, and what is between its index and the other operand's. */
    private void count() {
        if (!countsIndex) {
            code.loadConstant(0).istore(p).iload(k).istore(end);
            return;
        }
        code.iload(leftCounts ? aOffset : bOffset).istore(p);
        code.iload(k).loadConstant(counted).imul().iload(p).iadd().istore(end);
        if (leftStep > 0 && rightStep > 0) {
            int ratio = (leftCounts ? rightStep : leftStep) / counted;
            code.iload(leftCounts ? bOffset : aOffset);
            code.iload(p).loadConstant(ratio).imul().isub().istore(beyond);
        }
    }

    private void loadB(int vector) {
        species();
        code.aload(b);
        if (gathers) {
            plus(code, at, vector * lanes);
        } else {
            index(rightStep, !leftCounts, bOffset, vector * lanes);
        }
        code.invokestatic(FLOAT_VECTOR, "fromArray", FROM_ARRAY).astore(bVectors + vector);
    }

    private void loadFactor(int row) {
        species();
        code.aload(a);
        index(leftStep, leftCounts, aOffset, rowPitch == NO_ROWS ? row : row * rowPitch);
        code.faload().invokestatic(FLOAT_VECTOR, "broadcast", BROADCAST).astore(factor);
    }

    /** Puts the index of a step of an operand on the stack, and a constant added to it. */
    private void index(int step, boolean counts, int offset, int constant) {
        if (step == 0) {
            plus(code, offset, constant);
        } else if (countsIndex && counts) {
            plus(code, p, constant);
        } else {
            code.iload(countsIndex ? beyond : offset);
            code.iload(p).loadConstant(step / counted).imul().iadd();
            code.loadConstant(constant).iadd();
        }
    }

    /** Does something with each vector of C's tile and its sum; the local variable {@code at} is the row's offset. */
    private void eachOfC(VectorAction action) {
        for (int row = 0; row < rows; row++) {
            if (begin != Begin.EITHER) {
                code.iload(cOffset)
                        .iload(cRowStride)
                        .loadConstant(row)
                        .imul()
                        .iadd()
                        .istore(at);
            } else if (row == 0) {
                code.iload(cOffset).istore(at);
            } else {
                increase(code, at, cRowStride);
            }
            for (int vector = 0; vector < vectors; vector++) {
                action.write(vector, sums + row * vectors + vector);
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
