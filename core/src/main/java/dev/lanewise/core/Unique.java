package dev.lanewise.core;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The different elements of a tensor, or slices along one of its axes; of {@link Tensor#unique}.
 *
 * @param values the different ones, along one axis or along that axis
 * @param first of each, the number of the element or slice where it first occurs
 * @param inverse of each element or slice of the tensor, the number of the different one that it is: {@code values} at
 *     these numbers is the tensor again
 * @param counts of each, how often it occurs
 */
public record Unique(Tensor values, IntTensor first, IntTensor inverse, IntTensor counts) {
    /** All elements, each a slice of one. */
    static Unique ofElements(Tensor x, boolean sorted) {
        Unique flat = ofSlices(x.reshape(x.shape().count()), 0, sorted);
        return new Unique(
                flat.values, flat.first, flat.inverse.reshape(x.shape().toArray()), flat.counts);
    }

    static Unique ofSlices(Tensor x, int axis, boolean sorted) {
        int count = x.shape().size(axis);
        int[] order = new int[x.shape().rank()];
        Arrays.setAll(order, i -> i == 0 ? axis : i <= axis ? i - 1 : i);
        double[] numbers = x.permute(order).toDoubles(); // one slice behind the other
        int size = count == 0 ? 0 : numbers.length / count;
        // Of each different slice its numbers, and where it occurs, in the order of first occurrence.
        Map<List<Double>, List<Integer>> places = new LinkedHashMap<>();
        List<List<Double>> keys = new ArrayList<>();
        List<List<Integer>> occurrences = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<Double> key = new ArrayList<>(size);
            boolean comparable = true;
            for (double number : Arrays.copyOfRange(numbers, i * size, (i + 1) * size)) {
                key.add(number + 0.0); // −0 becomes 0
                comparable &= !Double.isNaN(number);
            }
            List<Integer> here = comparable ? places.get(key) : null;
            if (here == null) {
                here = new ArrayList<>();
                places.put(key, here);
                keys.add(key);
                occurrences.add(here);
            }
            here.add(i);
        }
        Integer[] ranks = new Integer[keys.size()];
        Arrays.setAll(ranks, i -> i);
        if (sorted) {
            Arrays.sort(ranks, (a, b) -> compare(keys.get(a), keys.get(b)));
        }
        int[] first = new int[ranks.length];
        int[] counts = new int[ranks.length];
        int[] inverse = new int[count];
        for (int i = 0; i < ranks.length; i++) {
            List<Integer> here = occurrences.get(ranks[i]);
            first[i] = here.getFirst();
            counts[i] = here.size();
            for (int place : here) {
                inverse[place] = i;
            }
        }
        IntTensor numbersOfFirst = IntTensor.of(first);
        return new Unique(
                x.indexSelect(axis, numbersOfFirst), numbersOfFirst, IntTensor.of(inverse), IntTensor.of(counts));
    }

    private static int compare(List<Double> a, List<Double> b) {
        for (int i = 0; i < a.size(); i++) {
            int order = Double.compare(a.get(i), b.get(i)); // NaN last
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }
}
