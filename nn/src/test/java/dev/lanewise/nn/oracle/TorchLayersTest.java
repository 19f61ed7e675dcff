package dev.lanewise.nn.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.lanewise.autograd.Gradients;
import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.BatchNorm;
import dev.lanewise.nn.Parameter;
import dev.lanewise.nn.Pass;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Layers as PyTorch's: outputs, and the gradients of inputs, first states and parameters. */
class TorchLayersTest {
    @TestFactory
    List<DynamicTest> layersAreTorchs() {
        List<DynamicTest> tests = new ArrayList<>();
        TreeSet<String> ops = new TreeSet<>();
        for (Golden.Case golden : Golden.cases("torch-nn")) {
            if (golden.op().equals("train") || golden.op().equals("convex_optimum")) {
                continue;
            }
            ops.add(golden.op());
            for (DType dtype : DType.values()) {
                Close close = dtype == DType.FLOAT64 ? Close.DOUBLE : Close.SINGLE;
                tests.add(dynamicTest(golden + " " + dtype, () -> {
                    if (golden.op().startsWith("BatchNorm")) {
                        checkBatchNorm(golden, dtype, close);
                    } else {
                        check(golden, dtype, close);
                    }
                }));
            }
        }
        assertThat(ops).isNotEmpty();
        return tests;
    }

    private static void check(Golden.Case golden, DType dtype, Close close) {
        LayerTable.Net net = LayerTable.net(golden);
        net.layer().load(golden.tensors("params", dtype));
        Map<String, Variable> inputs = new LinkedHashMap<>();
        golden.tensors("inp", dtype).forEach((key, value) -> inputs.put(key, Variable.of(value)));
        List<Variable> outputs = net.forward().apply(inputs);
        List<Golden.Entry> expected = golden.all("out");
        List<Golden.Entry> given = golden.all("gout");
        assertThat(outputs).hasSameSizeAs(expected);
        Variable sum = null;
        for (int i = 0; i < expected.size(); i++) {
            Variable output = outputs.get(i);
            close.check(expected.get(i).name(), output.value(), expected.get(i));
            if (i < given.size()) {
                Variable part = output.mul(Variable.constantOf(given.get(i).tensor(dtype)))
                        .sum();
                sum = sum == null ? part : sum.add(part);
            }
        }
        if (sum == null) {
            return;
        }
        Gradients gradients = sum.backward();
        for (Golden.Entry gradient : golden.all("grad")) {
            if (gradient.name().startsWith("param.")) {
                String key = gradient.name().substring("param.".length());
                Parameter parameter = net.layer().parameters().stream()
                        .filter(one -> one.path().equals(key))
                        .findFirst()
                        .orElseThrow();
                close.check(key, gradients.of(parameter.value()), gradient);
            } else {
                close.check(gradient.name(), gradients.of(inputs.get(gradient.name())), gradient);
            }
        }
    }

    /** Some training batches, then one in inference; the running statistics afterwards. */
    private static void checkBatchNorm(Golden.Case golden, DType dtype, Close close) {
        BatchNorm layer = LayerTable.batchNorm(golden);
        layer.init(Rng.of(1), dtype);
        Map<String, Tensor> state = layer.state();
        state.putAll(golden.tensors("params", dtype));
        layer.load(state);
        int step = 0;
        for (Golden.Entry batch : golden.all("inp")) {
            boolean last = golden.has("out", "y" + step + "_eval");
            Pass pass = last ? Pass.inference() : Pass.training(Rng.of(1), step);
            Variable output = layer.forward(Variable.of(batch.tensor(dtype)), pass);
            close.check("batch " + step, output.value(), golden.get("out", "y" + step + (last ? "_eval" : "")));
            step++;
        }
        for (String statistic : List.of("running_mean", "running_var")) {
            close.check(statistic, layer.state().get(statistic), golden.get("out", statistic));
        }
    }
}
