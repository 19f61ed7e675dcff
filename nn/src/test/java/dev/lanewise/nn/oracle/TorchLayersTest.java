package dev.lanewise.nn.oracle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.lanewise.autograd.Gradients;
import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import dev.lanewise.core.Formula;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Sliding;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.AvgPool2d;
import dev.lanewise.nn.BatchNorm1d;
import dev.lanewise.nn.Conv1d;
import dev.lanewise.nn.Conv2d;
import dev.lanewise.nn.Embedding;
import dev.lanewise.nn.Flatten;
import dev.lanewise.nn.GroupNorm;
import dev.lanewise.nn.Gru;
import dev.lanewise.nn.Layer;
import dev.lanewise.nn.LayerNorm;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Lstm;
import dev.lanewise.nn.MaxPool2d;
import dev.lanewise.nn.Parameter;
import dev.lanewise.nn.Pass;
import dev.lanewise.nn.Recurrent;
import dev.lanewise.nn.Rnn;
import dev.lanewise.nn.Sequential;
import dev.lanewise.nn.Transform;
import dev.lanewise.nn.transformer.AttentionConfig;
import dev.lanewise.nn.transformer.MultiHeadAttention;
import dev.lanewise.nn.transformer.TransformerConfig;
import dev.lanewise.nn.transformer.TransformerEncoderLayer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Layers as PyTorch's: outputs, and the gradients of inputs, first states and parameters. */
class TorchLayersTest {
    /** A layer, and how the inputs of a case become its outputs. */
    private record Net(Layer layer, Function<Map<String, Variable>, List<Variable>> forward) {
        static <L extends Layer & Transform> Net of(L layer) {
            return new Net(layer, in -> List.of(layer.forward(in.get("x"), Pass.inference())));
        }
    }

    private static Net net(Golden.Case golden) {
        return switch (golden.op()) {
            case "Linear" -> Net.of(new Linear(golden.whole("i"), golden.whole("o")));
            case "Embedding" -> {
                Embedding layer = new Embedding(golden.whole("n"), golden.whole("d"));
                yield new Net(
                        layer,
                        in -> List.of(layer.forward(golden.get("inp", "x").ints())));
            }
            case "LayerNorm" -> Net.of(new LayerNorm(golden.whole("d"), true, golden.number("eps")));
            case "GroupNorm" -> Net.of(new GroupNorm(golden.whole("groups"), channels(golden)));
            case "Conv1d" -> {
                int[] weight = golden.get("params", "weight").shape().toArray();
                Sliding sliding =
                        Sliding.by((int) golden.number("stride", 1)).withPadding((int) golden.number("padding", 0));
                yield Net.of(new Conv1d(weight[1], weight[0], weight[2], sliding));
            }
            case "RNN" -> net(new Rnn(golden.whole("input"), golden.whole("hidden"), config(golden)));
            case "GRU" -> net(new Gru(golden.whole("input"), golden.whole("hidden"), config(golden)));
            case "LSTM" -> net(new Lstm(golden.whole("input"), golden.whole("hidden"), config(golden)));
            case "MultiheadAttention" -> {
                AttentionConfig config = AttentionConfig.of(golden.whole("d"), golden.whole("heads"));
                yield Net.of(new MultiHeadAttention(config.withCausal(golden.flag("causal"))));
            }
            case "TransformerEncoderLayer" -> Net.of(encoderLayer(golden));
            case "Sequential" -> Net.of(sequential(golden.text("layers")));
            default -> throw new AssertionError("no layer for " + golden.op());
        };
    }

    private static int channels(Golden.Case golden) {
        return golden.get("params", "weight").shape().size(0);
    }

    private static Recurrent.Config config(Golden.Case golden) {
        return Recurrent.Config.DEFAULTS
                .withLayers(golden.whole("layers"))
                .withBidirectional(golden.flag("bidirectional"));
    }

    private static Net net(Recurrent layer) {
        return new Net(layer, in -> {
            List<Variable> states = new ArrayList<>(List.of(in.get("h0")));
            if (in.containsKey("c0")) {
                states.add(in.get("c0"));
            }
            Recurrent.Result result = layer.forward(in.get("x"), states, Pass.inference());
            List<Variable> all = new ArrayList<>(List.of(result.outputs()));
            all.addAll(result.states());
            return all;
        });
    }

    private static TransformerEncoderLayer encoderLayer(Golden.Case golden) {
        Formula activation = golden.text("activation").equals("relu")
                ? Formula.of("relu", x -> x.relu())
                : Formula.of("gelu", x -> x.gelu());
        return new TransformerEncoderLayer(TransformerConfig.encoder(golden.whole("d"), golden.whole("heads"))
                .withHidden(golden.whole("ff"))
                .withActivation(activation)
                .withNormFirst(golden.flag("norm_first"))
                .withCausal(golden.flag("causal")));
    }

    /** As in {@code Conv1-4k3p1,ReLU,MaxPool2,Flatten,Linear24-10}. */
    private static Sequential sequential(String layers) {
        List<Transform> steps = new ArrayList<>();
        for (String layer : layers.split(",")) {
            Matcher numbers = Pattern.compile("\\d+").matcher(layer);
            int[] n = numbers.results()
                    .mapToInt(found -> Integer.parseInt(found.group()))
                    .toArray();
            String kind = layer.replaceAll("\\d.*", "");
            steps.add(
                    switch (kind) {
                        case "Conv" -> new Conv2d(n[0], n[1], n[2], Sliding.DENSE.withPadding(n.length > 3 ? n[3] : 0));
                        case "ReLU" -> (x, pass) -> x.relu();
                        case "Tanh" -> (x, pass) -> x.tanh();
                        case "MaxPool" -> new MaxPool2d(n[0]);
                        case "AvgPool" -> new AvgPool2d(n[0]);
                        case "Flatten" -> new Flatten();
                        case "Linear" -> new Linear(n[0], n[1]);
                        default -> throw new AssertionError("no layer for " + layer);
                    });
        }
        return new Sequential(steps.toArray(Transform[]::new));
    }

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
        assertThat(ops).hasSizeGreaterThanOrEqualTo(12);
        return tests;
    }

    private static void check(Golden.Case golden, DType dtype, Close close) {
        Net net = net(golden);
        net.layer.load(golden.tensors("params", dtype));
        Map<String, Variable> inputs = new LinkedHashMap<>();
        golden.tensors("inp", dtype).forEach((key, value) -> inputs.put(key, Variable.of(value)));
        List<Variable> outputs = net.forward.apply(inputs);
        List<Golden.Entry> expected = golden.all("out");
        assertThat(outputs).hasSameSizeAs(expected);
        Variable sum = null;
        for (int i = 0; i < expected.size(); i++) {
            Variable output = outputs.get(i);
            close.check(expected.get(i).name(), output.value(), expected.get(i));
            Variable part = output.mul(
                            Variable.constantOf(golden.all("gout").get(i).tensor(dtype)))
                    .sum();
            sum = sum == null ? part : sum.add(part);
        }
        Gradients gradients = sum.backward();
        for (Golden.Entry gradient : golden.all("grad")) {
            if (gradient.name().startsWith("param.")) {
                String key = gradient.name().substring("param.".length());
                Parameter parameter = net.layer.parameters().stream()
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
        var layer = new BatchNorm1d(channels(golden), golden.number("eps"), golden.number("momentum"));
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
