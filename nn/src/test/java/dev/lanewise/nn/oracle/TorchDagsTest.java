package dev.lanewise.nn.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.lanewise.autograd.Autograd;
import dev.lanewise.autograd.Gradients;
import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Axes;
import dev.lanewise.core.DType;
import dev.lanewise.core.TensorOps;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Random graphs of operations: their losses and the gradients of all leaves are PyTorch's. */
class TorchDagsTest {
    private static final Map<String, UnaryOperator<Variable>> UNARY = Map.ofEntries(
            Map.entry("T", x -> x.transpose()),
            Map.entry("cumsumlast", x -> x.cumSum(-1)),
            Map.entry("exptanh", x -> x.tanh().exp()),
            Map.entry("firsthalf", x -> x.slice(0, 0, (x.shape().size(0) + 1) / 2)),
            Map.entry("flat", x -> x.reshape(-1)),
            Map.entry("gelu_tanh", x -> x.geluTanh()),
            Map.entry("half", x -> x.mul(0.5)),
            Map.entry("layernormlast", x -> x.layerNorm(null, null, 1e-5)),
            Map.entry("logsoftmaxlast", x -> x.logSoftmax(-1)),
            Map.entry("logsq1", x -> x.mul(x).add(1).log()),
            Map.entry("meanfirst", x -> x.mean(Axes.of(0).kept())),
            Map.entry("neg", x -> x.neg()),
            Map.entry("relu", x -> x.relu()),
            Map.entry("sigmoid", x -> x.sigmoid()),
            Map.entry("softmaxlast", x -> x.softmax(-1)),
            Map.entry("softplus", x -> x.softplus()),
            Map.entry("square", x -> x.square()),
            Map.entry("sumlast", x -> x.sum(Axes.of(-1).kept())),
            Map.entry("tanh", x -> x.tanh()));

    private static final Map<String, BinaryOperator<Variable>> BINARY = Map.of(
            "add", (x, y) -> x.add(y),
            "cat0", (x, y) -> TensorOps.concat(0, List.of(x, y)),
            "divsafe", (x, y) -> x.div(y.mul(y).add(1)),
            "matmul", (x, y) -> x.matmul(y),
            "maximum", (x, y) -> x.maximum(y),
            "mul", (x, y) -> x.mul(y),
            "sub", (x, y) -> x.sub(y));

    /** The worst errors in units of what is allowed. */
    private static final Map<DType, Double> WORST = new EnumMap<>(DType.class);

    private static void note(DType dtype, double error) {
        WORST.merge(dtype, error, Math::max);
    }

    @AfterAll
    static void tellTheWorst() {
        System.out.printf("torch-dags: worst errors in units of what is allowed %s%n", WORST);
    }

    @TestFactory
    List<DynamicTest> lossAndLeafGradientsAreTorchs() {
        List<Golden.Case> cases = Golden.cases("torch-dags");
        assertThat(cases).isNotEmpty();
        List<DynamicTest> tests = new ArrayList<>();
        for (Golden.Case graph : cases) {
            tests.add(dynamicTest(graph + " in double precision", () -> check(graph, DType.FLOAT64, Close.DOUBLE)));
            tests.add(dynamicTest(graph + " in single precision", () -> check(graph, DType.FLOAT32, Close.SINGLE)));
        }
        return tests;
    }

    private static void check(Golden.Case graph, DType dtype, Close close) {
        Map<String, Variable> leaves = new LinkedHashMap<>();
        graph.tensors("leaf", dtype).forEach((name, value) -> leaves.put(name, Variable.of(value)));
        Variable loss = loss(graph, leaves);
        note(dtype, close.check("loss", loss.value(), graph.get("out", "loss")));
        Gradients gradients = loss.backwardRetainingGraph();
        List<Variable> again = Autograd.grad(loss, List.copyOf(leaves.values()));
        int leaf = 0;
        for (Map.Entry<String, Variable> entry : leaves.entrySet()) {
            Golden.Entry expected = graph.get("grad", entry.getKey());
            note(dtype, close.check("gradient of " + entry.getKey(), gradients.of(entry.getValue()), expected));
            close.check(
                    "remembering gradient of " + entry.getKey(),
                    again.get(leaf++).value(),
                    expected);
        }
    }

    /** Runs the program: t4=add(t0,t1);t5=tanh(t4);… The loss is the sum over the ends of mean(t²). */
    private static Variable loss(Golden.Case graph, Map<String, Variable> leaves) {
        Map<String, Variable> values = new LinkedHashMap<>(leaves);
        for (String line : graph.text("program").split(";")) {
            String[] words = line.split("[=(,)]");
            Variable first = values.get(words[2]);
            values.put(
                    words[0],
                    words.length == 3
                            ? UNARY.get(words[1]).apply(first)
                            : BINARY.get(words[1]).apply(first, values.get(words[3])));
        }
        Variable loss = null;
        for (String end : graph.text("ends").split(",")) {
            Variable value = values.get(end);
            Variable mean = value.mul(value).mean();
            loss = loss == null ? mean : loss.add(mean);
        }
        return loss;
    }
}
