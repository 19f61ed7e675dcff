package dev.lanewise.core.kernel;

import dev.lanewise.core.kernel.Splitter.Stage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A program too large for one method, as a sequence of compiled stages: a row is cut into blocks, and each stage is run
 * over the block, its values going to the next through the first-level cache.
 */
final class StagedKernel implements RowKernel {

    private static final int[] NO_STRIDES = new int[Long.SIZE];

    private final RowKernel[] stages;
    /** Of each stage, where its operands come from: as in {@link Stage}, but by the numbers of temporaries. */
    private final int[][] sources;

    /** Of each stage, which operands have one value per row, by the bits. */
    private final long[] rowConstants;

    private final int[][] targets;
    private final int temporaries;
    private final int[] results;
    private final List<Reduction> outputs;

    /** Compiles a program in stages of the size that the compiler wishes. */
    StagedKernel(KernelCompiler compiler, String name, Program program, long rowConstants, List<Reduction> outputs) {
        this.outputs = outputs;
        List<Stage> parts = Splitter.split(program, rowConstants, compiler.largestProgram(List.of(Reduction.STORE)));
        stages = new RowKernel[parts.size()];
        sources = new int[parts.size()][];
        this.rowConstants = new long[parts.size()];
        targets = new int[parts.size()][];
        Map<Integer, Integer> temporary = new HashMap<>();
        for (int s = 0; s < stages.length; s++) {
            Stage part = parts.get(s);
            if (part.sources().size() > Long.SIZE) {
                throw new IllegalStateException(
                        name + ": a stage has " + part.sources().size() + " operands, more than " + Long.SIZE);
            }
            stages[s] = compiler.compile(
                    name + "Stage" + (s + 1),
                    part.program(),
                    part.rowConstants(),
                    part.values().stream().map(value -> Reduction.STORE).toList());
            sources[s] = part.sources().stream()
                    .mapToInt(source -> source >= 0 ? source : ~Objects.requireNonNull(temporary.get(~source)))
                    .toArray();
            this.rowConstants[s] = part.rowConstants();
            targets[s] = part.values().stream()
                    .mapToInt(value -> temporary.computeIfAbsent(value, v -> temporary.size()))
                    .toArray();
        }
        temporaries = temporary.size();
        results = program.results().stream().mapToInt(temporary::get).toArray();
    }

    @Override
    public void run(
            float[][] in,
            int[] inOffset,
            int[] inRowStride,
            float[][] out,
            int[] outOffset,
            int[] outRowStride,
            int rows,
            int n) {
        var workspace = Workspace.ofThread();
        float[][] blocks = workspace.temporaries(temporaries);
        float[][] lanes = workspace.lanes(results.length);
        int[] at = new int[Long.SIZE];
        float[][][] operands = new float[stages.length][][];
        float[][][] values = new float[stages.length][][];
        for (int s = 0; s < stages.length; s++) {
            operands[s] = new float[sources[s].length][];
            for (int o = 0; o < sources[s].length; o++) {
                operands[s][o] = sources[s][o] >= 0 ? in[sources[s][o]] : blocks[~sources[s][o]];
            }
            values[s] = new float[targets[s].length][];
            for (int v = 0; v < targets[s].length; v++) {
                values[s][v] = blocks[targets[s][v]];
            }
        }
        for (int row = 0; row < rows; row++) {
            Finish.start(outputs, lanes);
            for (int from = 0; from < n; from += Workspace.BLOCK) {
                int count = Math.min(Workspace.BLOCK, n - from);
                for (int s = 0; s < stages.length; s++) {
                    locate(s, inOffset, inRowStride, row, from, at);
                    stages[s].run(operands[s], at, NO_STRIDES, values[s], NO_STRIDES, NO_STRIDES, 1, count);
                }
                for (int r = 0; r < results.length; r++) {
                    int to = outOffset[r] + row * outRowStride[r] + from;
                    Finish.block(outputs.get(r), blocks[results[r]], count, out[r], to, lanes[r]);
                }
            }
            Finish.row(outputs, lanes, out, outOffset, outRowStride, row);
        }
    }

    private void locate(int stage, int[] inOffset, int[] inRowStride, int row, int from, int[] at) {
        for (int o = 0; o < sources[stage].length; o++) {
            int source = sources[stage][o];
            if (source >= 0) {
                at[o] = inOffset[source]
                        + row * inRowStride[source]
                        + ((rowConstants[stage] >>> o & 1) == 1 ? 0 : from);
            } else {
                at[o] = 0;
            }
        }
    }
}
