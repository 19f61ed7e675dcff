package dev.lanewise.core;

import dev.lanewise.core.kernel.DoubleRowKernel;
import dev.lanewise.core.kernel.Kernels;
import dev.lanewise.core.kernel.Program;
import dev.lanewise.core.kernel.Reduction;
import dev.lanewise.core.kernel.RowKernel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The kernels of one formula that have been asked for. There are few, and they are looked up at every call, so they
 * stand in an array that is searched from the front and replaced when one is added.
 */
final class KernelCache {

    private record Entry<K>(long rowConstants, Reduction[] outputs, K kernel) {}

    private volatile List<Entry<RowKernel>> floats = List.of();
    private volatile List<Entry<DoubleRowKernel>> doubles = List.of();
    private volatile @Nullable Program program;
    private volatile @Nullable DoubleReading reference;

    RowKernel floats(String name, Supplier<Program> lowering, long rowConstants, Reduction[] outputs) {
        RowKernel known = find(floats, rowConstants, outputs);
        return known != null ? known : addFloats(name, lowering, rowConstants, outputs);
    }

    DoubleRowKernel doubles(List<Expr> results, long rowConstants, Reduction[] outputs) {
        DoubleRowKernel known = find(doubles, rowConstants, outputs);
        return known != null ? known : addDoubles(results, rowConstants, outputs);
    }

    /** The double-precision reading, prepared at its first use. */
    DoubleReading reference(List<Expr> results) {
        DoubleReading known = reference;
        if (known == null) {
            known = new DoubleReading(results);
            reference = known;
        }
        return known;
    }

    private synchronized RowKernel addFloats(
            String name, Supplier<Program> lowering, long rowConstants, Reduction[] outputs) {
        RowKernel known = find(floats, rowConstants, outputs);
        if (known == null) {
            Program lowered = program;
            if (lowered == null) {
                lowered = lowering.get();
                program = lowered;
            }
            known = Kernels.get(name, lowered, rowConstants, List.of(outputs));
            floats = with(floats, new Entry<>(rowConstants, outputs.clone(), known));
        }
        return known;
    }

    private synchronized DoubleRowKernel addDoubles(List<Expr> results, long rowConstants, Reduction[] outputs) {
        DoubleRowKernel known = find(doubles, rowConstants, outputs);
        if (known == null) {
            known = reference(results).kernel(rowConstants, List.of(outputs));
            doubles = with(doubles, new Entry<>(rowConstants, outputs.clone(), known));
        }
        return known;
    }

    private static <K> @Nullable K find(List<Entry<K>> entries, long rowConstants, Reduction[] outputs) {
        for (int i = 0; i < entries.size(); i++) {
            Entry<K> entry = entries.get(i);
            if (entry.rowConstants == rowConstants && Arrays.equals(entry.outputs, outputs)) {
                return entry.kernel;
            }
        }
        return null;
    }

    private static <K> List<Entry<K>> with(List<Entry<K>> entries, Entry<K> added) {
        var all = new ArrayList<>(entries);
        all.add(added);
        return List.copyOf(all);
    }
}
