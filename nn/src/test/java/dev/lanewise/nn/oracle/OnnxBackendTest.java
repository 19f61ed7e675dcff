package dev.lanewise.nn.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The operations that are here give what ONNX's own tests of single operations expect, within rtol 1e-3 and atol 1e-5.
 * Cases that are flagged as random are left out, as the oracle's README asks; those of types, attributes or versions
 * that the library does not have are told, and do not count.
 */
class OnnxBackendTest {
    /** The part of the cases that has to be covered, and pass. */
    private static final double LEAST = 0.9;

    private static List<Golden.Case> cases() {
        return Golden.cases("onnx-backend").stream()
                .filter(golden -> golden.heading().get(1).equals("single"))
                .filter(golden -> golden.heading().get(4).equals("exact"))
                .toList();
    }

    private static String op(Golden.Case golden) {
        return golden.nodes().getFirst().getFirst();
    }

    private static void check(Golden.Case golden, Function<OnnxCall, List<OnnxResult>> entry) {
        OnnxCall call = new OnnxCall(golden);
        List<OnnxResult> results = entry.apply(call);
        List<Golden.Entry> expected = call.expected();
        assertThat(results).hasSizeGreaterThanOrEqualTo(expected.size());
        int compared = 0;
        for (int i = 0; i < expected.size(); i++) {
            if (expected.get(i) != null) {
                results.get(i).check(expected.get(i));
                compared++;
            }
        }
        assertThat(compared).as("results compared").isEqualTo(golden.all("out").size());
    }

    @TestFactory
    List<DynamicTest> casesOfEveryOperationClaimedPass() {
        Map<String, Function<OnnxCall, List<OnnxResult>>> table = OnnxTable.entries();
        List<DynamicTest> tests = new ArrayList<>();
        for (Golden.Case golden : cases()) {
            Function<OnnxCall, List<OnnxResult>> entry = table.get(op(golden));
            if (entry != null) {
                tests.add(dynamicTest(op(golden) + " " + golden, () -> {
                    try {
                        check(golden, entry);
                    } catch (OpCall.Uncovered e) {
                        // counted by enoughCasesPass
                    }
                }));
            }
        }
        return tests;
    }

    @Test
    void enoughCasesPass() {
        Map<String, Function<OnnxCall, List<OnnxResult>>> table = OnnxTable.entries();
        Map<String, Integer> all = new TreeMap<>();
        Map<String, Integer> passed = new TreeMap<>();
        Map<String, Integer> uncovered = new TreeMap<>();
        Map<String, Integer> unclaimed = new TreeMap<>();
        for (Golden.Case golden : cases()) {
            String op = op(golden);
            Function<OnnxCall, List<OnnxResult>> entry = table.get(op);
            if (entry == null) {
                unclaimed.merge(op, 1, Integer::sum);
                continue;
            }
            all.merge(op, 1, Integer::sum);
            try {
                check(golden, entry);
                passed.merge(op, 1, Integer::sum);
            } catch (OpCall.Uncovered e) {
                uncovered.merge(op + " (" + e.getMessage() + ")", 1, Integer::sum);
            }
        }
        StringBuilder list = new StringBuilder();
        all.forEach((op, count) ->
                list.append("%s%s %d/%d".formatted(list.isEmpty() ? "" : ", ", op, passed.getOrDefault(op, 0), count)));
        System.out.printf("onnx-backend, %d cases pass, by operation: %s%n", sum(passed), list);
        System.out.printf("onnx-backend, %d cases of these not covered: %s%n", sum(uncovered), uncovered);
        System.out.printf("onnx-backend, %d cases of operations not claimed: %s%n", sum(unclaimed), unclaimed);
        assertThat(cases()).isNotEmpty();
        assertThat((double) sum(passed)).isGreaterThanOrEqualTo(LEAST * cases().size());
    }

    private static int sum(Map<String, Integer> counts) {
        return counts.values().stream().mapToInt(count -> count).sum();
    }
}
