package dev.lanewise.nn.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.lanewise.autograd.Autograd;
import dev.lanewise.autograd.Gradients;
import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The operations that are here give PyTorch's results and gradients. */
class TorchOpsTest {
    /** Cases whose operation is a method of the library, without those that are one line of several methods. */
    private static final int LEAST_METHODS = 440;

    private static final int LEAST_CASES = 446;

    /** The worst errors in units of what is allowed. */
    private static final Map<DType, Double> WORST = new EnumMap<>(DType.class);

    private static void note(DType dtype, double error) {
        WORST.merge(dtype, error, Math::max);
    }

    @AfterAll
    static void tellTheWorst() {
        System.out.printf("torch-ops: worst errors in units of what is allowed %s%n", WORST);
    }

    @TestFactory
    List<DynamicTest> resultsAndGradientsAreTorchs() {
        return forCoveredCases(TorchOpsTest::check);
    }

    @TestFactory
    List<DynamicTest> gradientsThatRememberAreTheSame() {
        return forCoveredCases(TorchOpsTest::checkRemembering);
    }

    @Test
    void enoughCasesAreCovered() {
        Map<String, Integer> methods = new TreeMap<>();
        Map<String, Integer> lines = new TreeMap<>();
        Map<String, Integer> uncovered = new TreeMap<>();
        Map<String, OpTable.Entry> table = OpTable.entries();
        for (Golden.Case golden : Golden.cases("torch-ops")) {
            OpTable.Entry entry = table.get(golden.op());
            String lack = entry == null ? "" : lack(golden, entry);
            if (entry != null && lack == null) {
                (entry.oneMethod() ? methods : lines).merge(golden.op(), 1, Integer::sum);
            } else {
                uncovered.merge(golden.op() + (lack.isEmpty() ? "" : " (" + lack + ")"), 1, Integer::sum);
            }
        }
        System.out.printf("torch-ops, %d cases covered by a method: %s%n", sum(methods), methods);
        System.out.printf("torch-ops, %d cases covered by one line: %s%n", sum(lines), lines);
        System.out.printf("torch-ops, %d cases not covered: %s%n", sum(uncovered), uncovered);
        assertThat(sum(methods)).isGreaterThanOrEqualTo(LEAST_METHODS);
        assertThat(sum(methods) + sum(lines)).isGreaterThanOrEqualTo(LEAST_CASES);
    }

    private static int sum(Map<String, Integer> counts) {
        return counts.values().stream().mapToInt(count -> count).sum();
    }

    /** What the library lacks for a case; null if nothing. */
    private static String lack(Golden.Case golden, OpTable.Entry entry) {
        try {
            entry.call().apply(new OpCall(golden, DType.FLOAT64));
            return null;
        } catch (OpCall.Uncovered e) {
            return e.getMessage();
        }
    }

    /** What is done with a case. */
    private interface Check {
        void run(Golden.Case golden, OpCall call, List<Variable> results);
    }

    private static List<DynamicTest> forCoveredCases(Check check) {
        Map<String, OpTable.Entry> table = OpTable.entries();
        List<DynamicTest> tests = new ArrayList<>();
        for (Golden.Case golden : Golden.cases("torch-ops")) {
            OpTable.Entry entry = table.get(golden.op());
            if (entry == null || lack(golden, entry) != null) {
                continue; // counted by enoughCasesAreCovered
            }
            for (DType dtype : DType.values()) {
                tests.add(dynamicTest(golden + " " + dtype, () -> {
                    OpCall call = new OpCall(golden, dtype);
                    check.run(golden, call, entry.call().apply(call));
                }));
            }
        }
        return tests;
    }

    private static void check(Golden.Case golden, OpCall call, List<Variable> results) {
        List<Golden.Entry> expected = golden.all("out");
        assertThat(results).hasSameSizeAs(expected);
        for (int i = 0; i < results.size(); i++) {
            Golden.Entry wanted = expected.get(i);
            note(call.dtype(), call.close().check(wanted.name(), results.get(i).value(), wanted));
        }
        if (golden.all("grad").isEmpty()) {
            return;
        }
        Gradients gradients = backward(golden, results);
        call.leaves().forEach((name, leaf) -> {
            Golden.Entry wanted = golden.get("grad", name);
            note(call.dtype(), call.close().check("gradient of " + name, gradients.of(leaf), wanted));
        });
    }

    private static void checkRemembering(Golden.Case golden, OpCall call, List<Variable> results) {
        if (golden.all("grad").isEmpty()) {
            return;
        }
        Map<String, Variable> leaves = new LinkedHashMap<>(call.leaves());
        List<Variable> found = Autograd.grad(weighted(golden, results), List.copyOf(leaves.values()));
        Gradients gradients = backward(golden, results);
        int at = 0;
        for (Map.Entry<String, Variable> leaf : leaves.entrySet()) {
            Variable gradient = found.get(at++);
            call.close().check("gradient of " + leaf.getKey(), gradient.value(), golden.get("grad", leaf.getKey()));
            Close same = gradient.dtype() == DType.FLOAT64 ? new Close(1e-12, 1e-14) : call.close();
            assertThat(gradient.shape()).isEqualTo(leaf.getValue().shape());
            same.check(
                    "gradient of " + leaf.getKey() + " against backward()'s",
                    gradient.value().toDoubles(),
                    gradients.of(leaf.getValue()).toDoubles());
        }
    }

    private static Gradients backward(Golden.Case golden, List<Variable> results) {
        return results.size() == 1
                ? results.getFirst()
                        .backwardRetainingGraph(golden.all("gout")
                                .getFirst()
                                .tensor(results.getFirst().dtype()))
                : weighted(golden, results).backwardRetainingGraph();
    }

    /** Σ results · upstream gradients. */
    private static Variable weighted(Golden.Case golden, List<Variable> results) {
        Variable sum = null;
        List<Golden.Entry> weights = golden.all("gout");
        for (int i = 0; i < weights.size(); i++) {
            Variable result = results.get(i);
            Variable part = result.mul(result.constant(weights.get(i).tensor(result.dtype())))
                    .sum();
            sum = sum == null ? part : sum.add(part);
        }
        return sum;
    }
}
