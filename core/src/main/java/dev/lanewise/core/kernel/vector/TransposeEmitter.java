package dev.lanewise.core.kernel.vector;

import static dev.lanewise.core.kernel.vector.HiddenKernel.FLOAT_VECTOR;
import static dev.lanewise.core.kernel.vector.HiddenKernel.FROM_ARRAY;
import static dev.lanewise.core.kernel.vector.HiddenKernel.INT;
import static dev.lanewise.core.kernel.vector.HiddenKernel.INTO_ARRAY;
import static dev.lanewise.core.kernel.vector.HiddenKernel.INTS;
import static dev.lanewise.core.kernel.vector.HiddenKernel.INT_VECTOR;
import static dev.lanewise.core.kernel.vector.HiddenKernel.LONG;
import static dev.lanewise.core.kernel.vector.HiddenKernel.SPECIES;
import static dev.lanewise.core.kernel.vector.HiddenKernel.VECTOR;
import static dev.lanewise.core.kernel.vector.HiddenKernel.VECTOR_MASK;
import static dev.lanewise.core.kernel.vector.HiddenKernel.locals;

import dev.lanewise.core.kernel.PanelTranspose;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;

/**
 * Writes the code of one {@link PanelTranspose}, which transposes squares of as many rows and columns as a vector has
 * lanes in registers.
 *
 * <p>With four lanes, first the square's quarters off the diagonal change places, then those of each quarter:
 *
 * <pre>
 *   a0 a1 a2 a3        a0 a1 c0 c1        a0 b0 c0 d0
 *   b0 b1 b2 b3   →    b0 b1 d0 d1   →    a1 b1 c1 d1
 *   c0 c1 c2 c3        a2 a3 c2 c3        a2 b2 c2 d2
 *   d0 d1 d2 d3        b2 b3 d2 d3        a3 b3 c3 d3
 * </pre>
 *
 * Each step takes two vectors to two others. With AVX-512, whose instructions pick lanes from two vectors, that is two
 * of them: 0.08 ns an element were measured, where loops over single elements take 0.29. Where they pick from one, it
 * is an exchange of lanes within each and a blend, on squares of four lanes however many a vector could have: eight
 * rows of eight lanes, their exchanges and masks are more than 16 registers hold, and an exchange between the halves of
 * a vector takes longer than one within four lanes. What is picked from two vectors is handled as ints: for floats the
 * instruction's indices would be converted each time, at a hundredfold of the cost. An exchange is not: until there is
 * machine code, floats become ints by way of memory, and a kernel was ready in 0.75 s, where it is in 0.49. Fewer rows
 * than lanes leave the last lanes of each column undefined.
 */
final class TransposeEmitter {
    /** For each step, from distance 1 up, which lanes its two instructions pick. */
    static final int[] PICKS_512 = picks(16);

    /** The lane that each lane changes places with, at distance 1; constants, since to make one makes an object. */
    static final VectorShuffle<Float> EXCHANGE_1 = exchange(1);

    /** The same at distance 2. */
    static final VectorShuffle<Float> EXCHANGE_2 = exchange(2);

    private static final ClassDesc SHUFFLE = ClassDesc.of("jdk.incubator.vector.VectorShuffle");
    private static final ClassDesc SELF = ClassDesc.of(TransposeEmitter.class.getName());
    private static final MethodTypeDesc SELECT_FROM_TWO = MethodTypeDesc.of(INT_VECTOR, VECTOR, VECTOR);
    private static final MethodTypeDesc REARRANGE = MethodTypeDesc.of(FLOAT_VECTOR, SHUFFLE);
    private static final MethodTypeDesc BLEND = MethodTypeDesc.of(FLOAT_VECTOR, VECTOR, VECTOR_MASK);

    private final CodeBuilder code;
    private final int rows;
    private final int step;
    private final int bits;
    private final int lanes;
    private final int log;
    private final int k;
    private final int from;
    private final int at;
    private final int rowStride;
    private final int to;
    private final int offset;
    private final int p;
    private final int last;
    private final boolean fromTwo;

    /** Local variables: where each row begins. */
    private final int begins;

    /** Local variables: the picks, or the exchanges. */
    private final int lanesOfSteps;

    /** Local variables, if there are no picks: for each step, the mask of lanes that stay in the lower of two rows. */
    private final int lower;

    private TransposeEmitter(int rows, int step, int bits, CodeBuilder code) {
        this.rows = rows;
        this.step = step;
        this.code = code;
        lanes = side(bits);
        this.bits = lanes * Float.SIZE;
        fromTwo = bits == 512;
        log = Integer.numberOfTrailingZeros(lanes);
        k = code.parameterSlot(0);
        from = code.parameterSlot(1);
        at = code.parameterSlot(2);
        rowStride = code.parameterSlot(3);
        to = code.parameterSlot(4);
        offset = code.parameterSlot(5);
        p = locals(code, TypeKind.INT, 1);
        last = locals(code, TypeKind.INT, 1); // where the last whole square begins, or before it
        begins = locals(code, TypeKind.INT, rows);
        lanesOfSteps = locals(code, TypeKind.REFERENCE, 2 * log);
        lower = lanesOfSteps + log;
    }

    /** The rows and columns of a square, for vectors of this width. */
    static int side(int bits) {
        return bits == 512 ? 16 : 4;
    }

    /**
     * A new transposition.
     *
     * @param rows at most as many as a square has
     * @param step from a column of the panel to the next: a constant, so that the compiler checks indices before the
     *     loop and not in each turn
     */
    static PanelTranspose kernel(int rows, int step, int bits) {
        return HiddenKernel.define(
                PanelTranspose.class,
                "Transpose%dTo%dOf%d".formatted(rows, step, bits),
                code -> new TransposeEmitter(rows, step, bits, code).write());
    }

    private void write() {
        if (fromTwo) {
            lanesToPick();
        } else {
            exchangesAndMasks();
        }
        for (int row = 0; row < rows; row++) {
            code.iload(at).iload(rowStride).loadConstant(row).imul().iadd().istore(begins + row);
        }
        Label loop = code.newLabel();
        Label done = code.newLabel();
        code.iload(k).loadConstant(lanes).isub().istore(last);
        code.loadConstant(0).istore(p).labelBinding(loop);
        code.iload(p).iload(last).if_icmpgt(done);
        int[] square = load();
        for (int distance = log - 1; distance >= 0; distance--) {
            square = swap(square, distance);
        }
        store(square);
        code.iinc(p, lanes).goto_(loop).labelBinding(done).iload(p).ireturn();
    }

    private void lanesToPick() {
        for (int i = 0; i < 2 * log; i++) {
            HiddenKernel.species(code, INT_VECTOR, bits);
            code.getstatic(SELF, "PICKS_" + bits, INTS)
                    .loadConstant(i * lanes)
                    .invokestatic(INT_VECTOR, "fromArray", MethodTypeDesc.of(INT_VECTOR, SPECIES, INTS, INT))
                    .astore(lanesOfSteps + i);
        }
    }

    private void exchangesAndMasks() {
        for (int i = 0; i < log; i++) {
            code.getstatic(SELF, "EXCHANGE_" + (1 << i), SHUFFLE).astore(lanesOfSteps + i);
            HiddenKernel.species(code, FLOAT_VECTOR, bits);
            code.loadConstant(mask(1 << i))
                    .invokestatic(VECTOR_MASK, "fromLong", MethodTypeDesc.of(VECTOR_MASK, SPECIES, LONG))
                    .astore(lower + i);
        }
    }

    /** Loads a vector of each row; the local variables that hold them, -1 for rows that are not there. */
    private int[] load() {
        int[] square = new int[lanes];
        for (int row = 0; row < lanes; row++) {
            square[row] = -1;
            if (row < rows) {
                HiddenKernel.species(code, FLOAT_VECTOR, bits);
                code.aload(from)
                        .iload(begins + row)
                        .iload(p)
                        .iadd()
                        .invokestatic(FLOAT_VECTOR, "fromArray", FROM_ARRAY);
                if (fromTwo) {
                    code.invokevirtual(FLOAT_VECTOR, "reinterpretAsInts", MethodTypeDesc.of(INT_VECTOR));
                }
                square[row] = kept();
            }
        }
        return square;
    }

    /** Changes the places of the parts off the diagonal, each of {@code 2^distance} rows and columns. */
    private int[] swap(int[] square, int distance) {
        int[] swapped = square.clone();
        for (int row = 0; row < lanes; row++) {
            int other = row | 1 << distance;
            if (other == row || square[row] < 0) {
                continue;
            }
            int first = square[row];
            int second = square[other];
            if (second < 0) { // the upper row keeps its first lanes, which are all that will be looked at
                swapped[other] = fromTwo ? picked(2 * distance + 1, first, first) : exchanged(distance, first);
            } else if (fromTwo) {
                swapped[row] = picked(2 * distance, first, second);
                swapped[other] = picked(2 * distance + 1, first, second);
            } else {
                swapped[row] = blended(distance, first, exchanged(distance, second));
                swapped[other] = blended(distance, exchanged(distance, first), second);
            }
        }
        return swapped;
    }

    private int picked(int pick, int first, int second) {
        code.aload(lanesOfSteps + pick).aload(first).aload(second);
        code.invokevirtual(INT_VECTOR, "selectFrom", SELECT_FROM_TWO);
        return kept();
    }

    private int exchanged(int distance, int vector) {
        code.aload(vector).aload(lanesOfSteps + distance).invokevirtual(FLOAT_VECTOR, "rearrange", REARRANGE);
        return kept();
    }

    /** The first vector, in those lanes that stay in the lower row the second. */
    private int blended(int distance, int first, int second) {
        code.aload(first).aload(second).aload(lower + distance).invokevirtual(FLOAT_VECTOR, "blend", BLEND);
        return kept();
    }

    private void store(int[] square) {
        for (int column = 0; column < lanes; column++) {
            code.aload(square[column]);
            if (fromTwo) {
                code.invokevirtual(INT_VECTOR, "reinterpretAsFloats", MethodTypeDesc.of(FLOAT_VECTOR));
            }
            code.aload(to)
                    .iload(offset)
                    .iload(p)
                    .loadConstant(step)
                    .imul()
                    .iadd()
                    .loadConstant(column * step)
                    .iadd()
                    .invokevirtual(FLOAT_VECTOR, "intoArray", INTO_ARRAY);
        }
    }

    /** Keeps the vector on the stack in a local variable of its own. */
    private int kept() {
        int local = locals(code, TypeKind.REFERENCE, 1);
        code.astore(local);
        return local;
    }

    private static int[] picks(int lanes) {
        int steps = Integer.numberOfTrailingZeros(lanes);
        int[] picks = new int[2 * steps * lanes];
        for (int step = 0; step < steps; step++) {
            int distance = 1 << step;
            for (int lane = 0; lane < lanes; lane++) {
                boolean upper = (lane & distance) != 0;
                // Lanes of the second vector are counted on from those of the first.
                picks[2 * step * lanes + lane] = upper ? lanes + lane - distance : lane;
                picks[(2 * step + 1) * lanes + lane] = upper ? lanes + lane : lane + distance;
            }
        }
        return picks;
    }

    private static VectorShuffle<Float> exchange(int distance) {
        return VectorShuffle.fromOp(FloatVector.SPECIES_128, lane -> lane ^ distance);
    }

    /** One bit for each lane whose number has the bit of the distance. */
    private long mask(int distance) {
        long mask = 0;
        for (int lane = 0; lane < lanes; lane++) {
            mask |= (lane & distance) == 0 ? 0 : 1L << lane;
        }
        return mask;
    }
}
