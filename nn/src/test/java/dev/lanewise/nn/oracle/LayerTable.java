package dev.lanewise.nn.oracle;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.Formula;
import dev.lanewise.core.Sliding;
import dev.lanewise.nn.AvgPool2d;
import dev.lanewise.nn.BatchNorm;
import dev.lanewise.nn.BatchNorm1d;
import dev.lanewise.nn.BatchNorm2d;
import dev.lanewise.nn.BatchNorm3d;
import dev.lanewise.nn.Conv1d;
import dev.lanewise.nn.Conv2d;
import dev.lanewise.nn.Conv3d;
import dev.lanewise.nn.ConvTranspose1d;
import dev.lanewise.nn.ConvTranspose2d;
import dev.lanewise.nn.ConvTranspose3d;
import dev.lanewise.nn.Embedding;
import dev.lanewise.nn.Flatten;
import dev.lanewise.nn.GroupNorm;
import dev.lanewise.nn.Gru;
import dev.lanewise.nn.InstanceNorm;
import dev.lanewise.nn.Layer;
import dev.lanewise.nn.LayerNorm;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Lstm;
import dev.lanewise.nn.MaxPool2d;
import dev.lanewise.nn.PRelu;
import dev.lanewise.nn.Pass;
import dev.lanewise.nn.Recurrent;
import dev.lanewise.nn.RmsNorm;
import dev.lanewise.nn.Rnn;
import dev.lanewise.nn.Sequential;
import dev.lanewise.nn.Transform;
import dev.lanewise.nn.transformer.AttentionConfig;
import dev.lanewise.nn.transformer.AttentionMask;
import dev.lanewise.nn.transformer.MultiHeadAttention;
import dev.lanewise.nn.transformer.TransformerConfig;
import dev.lanewise.nn.transformer.TransformerDecoderLayer;
import dev.lanewise.nn.transformer.TransformerEncoderLayer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What each of PyTorch's layers is here, by the attributes and parameters of a case. */
final class LayerTable {
    private static final String[] MASKS = {"mask", "attn_mask", "src_mask"};

    private LayerTable() {}

    /** A layer, and how the inputs of a case become its outputs. */
    record Net(Layer layer, Function<Map<String, Variable>, List<Variable>> forward) {
        static <L extends Layer & Transform> Net of(L layer) {
            return new Net(layer, in -> List.of(layer.forward(input(in, "x", "input", "src"), Pass.inference())));
        }
    }

    static Net net(Golden.Case golden) {
        boolean affine = golden.has("params", "weight");
        return switch (golden.op()) {
            case "Linear" -> Net.of(new Linear(golden.whole("i"), golden.whole("o"), golden.has("params", "bias")));
            case "Embedding" -> embedding(golden);
            case "LayerNorm" ->
                Net.of(new LayerNorm(golden.whole("d"), golden.has("params", "bias"), golden.number("eps", 1e-5)));
            case "RMSNorm" -> Net.of(new RmsNorm(golden.whole("d"), golden.number("eps", 1e-5)));
            case "GroupNorm" ->
                Net.of(new GroupNorm(golden.whole("groups"), channels(golden), affine, golden.number("eps", 1e-5)));
            case "InstanceNorm1d", "InstanceNorm2d", "InstanceNorm3d" ->
                Net.of(new InstanceNorm(channels(golden), affine, golden.number("eps", 1e-5)));
            case "PReLU" -> Net.of(new PRelu(channels(golden)));
            case "Conv1d", "Conv2d", "Conv3d" -> convolution(golden);
            case "ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d" -> transposed(golden);
            case "RNN" ->
                recurrent(
                        golden,
                        new Rnn(
                                golden.whole("input"),
                                golden.whole("hidden"),
                                config(golden),
                                golden.has("nonlinearity")
                                        && golden.text("nonlinearity").equals("relu")));
            case "GRU" -> recurrent(golden, new Gru(golden.whole("input"), golden.whole("hidden"), config(golden)));
            case "LSTM" -> recurrent(golden, new Lstm(golden.whole("input"), golden.whole("hidden"), config(golden)));
            case "MultiheadAttention" -> attention(golden);
            case "TransformerEncoderLayer" -> encoderLayer(golden);
            case "TransformerDecoderLayer" -> decoderLayer(golden);
            case "Sequential" -> Net.of(sequential(golden.text("layers")));
            default -> throw new AssertionError("no layer for " + golden.op());
        };
    }

    /** The first input there is of some names. */
    private static Variable input(Map<String, Variable> inputs, String... names) {
        for (String name : names) {
            if (inputs.containsKey(name)) {
                return inputs.get(name);
            }
        }
        throw new AssertionError("no input " + Arrays.toString(names) + " among " + inputs.keySet());
    }

    /** The channels: of the weight, or where there is none of the input. */
    static int channels(Golden.Case golden) {
        return golden.has("params", "weight")
                ? golden.get("params", "weight").shape().size(0)
                : golden.all("inp").getFirst().shape().size(1);
    }

    static BatchNorm batchNorm(Golden.Case golden) {
        BatchNorm.Config config = BatchNorm.Config.DEFAULTS
                .withEpsilon(golden.number("eps", 1e-5))
                .withAffine(golden.has("params", "weight"));
        boolean cumulative = golden.has("momentum")
                && golden.text("momentum").toLowerCase(Locale.ROOT).startsWith("none");
        config = cumulative ? config.withCumulative(true) : config.withMomentum(golden.number("momentum", 0.1));
        int channels = channels(golden);
        return switch (golden.op()) {
            case "BatchNorm1d" -> new BatchNorm1d(channels, config);
            case "BatchNorm2d" -> new BatchNorm2d(channels, config);
            case "BatchNorm3d" -> new BatchNorm3d(channels, config);
            default -> throw new AssertionError(golden.op());
        };
    }

    private static Net embedding(Golden.Case golden) {
        int count = golden.whole("n");
        Embedding layer = golden.has("padding_idx")
                ? Embedding.padded(count, golden.whole("d"), Math.floorMod(golden.whole("padding_idx"), count))
                : new Embedding(count, golden.whole("d"));
        return new Net(layer, in -> List.of(layer.forward(golden.get("inp", "x").ints())));
    }

    // ------------------------------------------------------------------ windows

    /** A number for each axis: one for all, or a list. */
    private static int[] each(Golden.Case golden, String name, int axes, int otherwise) {
        int[] given = golden.has(name) ? golden.list(name) : new int[] {otherwise};
        if (given.length == axes) {
            return given;
        }
        int[] same = new int[axes];
        Arrays.fill(same, given[0]);
        return same;
    }

    private static int[] window(Golden.Case golden) {
        int[] weight = golden.get("params", "weight").shape().toArray();
        return Arrays.copyOfRange(weight, 2, weight.length);
    }

    private static List<Sliding> sliding(Golden.Case golden) {
        int[] sizes = window(golden);
        int axes = sizes.length;
        boolean same = golden.has("padding") && golden.text("padding").equals("same");
        boolean none = same || (golden.has("padding") && golden.text("padding").equals("valid"));
        int[] padding = none ? new int[axes] : each(golden, "padding", axes, 0);
        int[] strides = each(golden, "stride", axes, 1);
        int[] dilations = each(golden, "dilation", axes, 1);
        List<Sliding> sliding = new ArrayList<>();
        for (int axis = 0; axis < axes; axis++) {
            int missing = dilations[axis] * (sizes[axis] - 1);
            int before = same ? missing / 2 : padding[axis];
            int after = same ? missing - missing / 2 : padding[axis];
            sliding.add(new Sliding(strides[axis], before, after, dilations[axis]));
        }
        return sliding;
    }

    private static Net convolution(Golden.Case golden) {
        int[] weight = golden.get("params", "weight").shape().toArray();
        int groups = (int) golden.number("groups", 1);
        int in = weight[1] * groups;
        boolean bias = golden.has("params", "bias");
        return switch (golden.op()) {
            case "Conv1d" -> Net.of(new Conv1d(in, weight[0], window(golden), sliding(golden), groups, bias));
            case "Conv2d" -> Net.of(new Conv2d(in, weight[0], window(golden), sliding(golden), groups, bias));
            default -> Net.of(new Conv3d(in, weight[0], window(golden), sliding(golden), groups, bias));
        };
    }

    private static Net transposed(Golden.Case golden) {
        int[] weight = golden.get("params", "weight").shape().toArray();
        int groups = (int) golden.number("groups", 1);
        int out = weight[1] * groups;
        boolean bias = golden.has("params", "bias");
        int[] sizes = window(golden);
        int[] more = each(golden, "output_padding", sizes.length, 0);
        return switch (golden.op()) {
            case "ConvTranspose1d" ->
                Net.of(new ConvTranspose1d(weight[0], out, sizes, sliding(golden), groups, more, bias));
            case "ConvTranspose2d" ->
                Net.of(new ConvTranspose2d(weight[0], out, sizes, sliding(golden), groups, more, bias));
            default -> Net.of(new ConvTranspose3d(weight[0], out, sizes, sliding(golden), groups, more, bias));
        };
    }

    // ------------------------------------------------------------------ recurrent layers

    private static Recurrent.Config config(Golden.Case golden) {
        return Recurrent.Config.DEFAULTS
                .withLayers((int) golden.number("layers", 1))
                .withBidirectional(golden.flag("bidirectional"))
                .withBias(golden.has("params", "bias_ih_l0"));
    }

    private static Net recurrent(Golden.Case golden, Recurrent layer) {
        boolean timeFirst = golden.has("batch_first") && !golden.flag("batch_first");
        return new Net(layer, in -> {
            Variable x = timeFirst ? in.get("x").transpose(0, 1) : in.get("x");
            List<Variable> states = new ArrayList<>();
            for (String name : List.of("h0", "c0")) {
                if (in.containsKey(name)) {
                    states.add(in.get(name));
                }
            }
            Recurrent.Result result =
                    states.isEmpty() ? layer.forward(x, Pass.inference()) : layer.forward(x, states, Pass.inference());
            List<Variable> all = new ArrayList<>();
            all.add(timeFirst ? result.outputs().transpose(0, 1) : result.outputs());
            all.addAll(result.states());
            return all;
        });
    }

    // ------------------------------------------------------------------ attention

    /** What hides keys: a mask of truth values, or one that is added, and padding. */
    private static AttentionMask mask(
            Golden.Case golden, Map<String, Variable> inputs, int heads, String[] masks, String... paddings) {
        AttentionMask mask = AttentionMask.NONE;
        for (String name : masks) {
            if (!golden.has("inp", name)) {
                continue;
            }
            Golden.Entry entry = golden.get("inp", name);
            int[] sizes = entry.shape().toArray();
            int[] perHead = sizes.length == 3 // PyTorch has batch and heads as one axis
                    ? new int[] {sizes[0] / heads, heads, sizes[1], sizes[2]}
                    : sizes;
            mask = entry.isFloating()
                    ? mask.withAdded(inputs.get(name).reshape(perHead))
                    : mask.withHidden(entry.ints().reshape(perHead));
        }
        for (String name : paddings) {
            if (golden.has("inp", name)) {
                mask = mask.withPadding(golden.get("inp", name).ints());
            }
        }
        return mask;
    }

    private static boolean batchFirst(Golden.Case golden) {
        return !golden.has("batch_first") || golden.flag("batch_first");
    }

    private static Variable ordered(Golden.Case golden, Variable x) {
        return batchFirst(golden) ? x : x.transpose(0, 1);
    }

    private static Net attention(Golden.Case golden) {
        int width = golden.whole("d");
        int heads = golden.whole("heads");
        var layer = new MultiHeadAttention(AttentionConfig.of(width, heads)
                .withKeyAndValueWidth((int) golden.number("kdim", width), (int) golden.number("vdim", width))
                .withBias(golden.has("params", "out_proj.bias"))
                .withCausal(golden.flag("causal")));
        return new Net(layer, in -> {
            Variable given = input(in, "x", "q", "query");
            Variable queries = ordered(golden, given);
            Variable keys = named(golden, in, queries, "k", "key", "kv", "memory");
            Variable values = named(golden, in, keys, "v", "value");
            AttentionMask mask = mask(golden, in, heads, MASKS, "key_padding_mask", "padding");
            if (golden.all("out").size() == 1) {
                Variable result = layer.forward(queries, keys, values, mask, Pass.inference());
                return List.of(ordered(golden, result));
            }
            MultiHeadAttention.Weighted weighted =
                    layer.forwardWithWeights(queries, keys, values, mask, Pass.inference());
            boolean apart = golden.all("out").get(1).shape().rank() == 4;
            return List.of(
                    ordered(golden, weighted.outputs()), apart ? weighted.weights() : weighted.averagedWeights());
        });
    }

    private static Variable named(
            Golden.Case golden, Map<String, Variable> inputs, Variable otherwise, String... names) {
        for (String name : names) {
            if (inputs.containsKey(name)) {
                return ordered(golden, inputs.get(name));
            }
        }
        return otherwise;
    }

    private static TransformerConfig transformer(Golden.Case golden) {
        Formula activation = golden.text("activation").equals("relu")
                ? Formula.of("relu", x -> x.relu())
                : Formula.of("gelu", x -> x.gelu());
        return TransformerConfig.encoder(golden.whole("d"), golden.whole("heads"))
                .withHidden(golden.whole("ff"))
                .withActivation(activation)
                .withNormFirst(golden.flag("norm_first"))
                .withCausal(golden.flag("causal"))
                .withBias(golden.has("params", "linear1.bias"))
                .withEpsilon(golden.number("layer_norm_eps", 1e-5));
    }

    private static Net encoderLayer(Golden.Case golden) {
        var layer = new TransformerEncoderLayer(transformer(golden));
        return new Net(layer, in -> {
            AttentionMask mask =
                    mask(golden, in, golden.whole("heads"), MASKS, "src_key_padding_mask", "key_padding_mask");
            Variable x = ordered(golden, input(in, "x", "src"));
            return List.of(ordered(golden, layer.forward(x, mask, Pass.inference())));
        });
    }

    private static Net decoderLayer(Golden.Case golden) {
        var layer = new TransformerDecoderLayer(transformer(golden));
        return new Net(layer, in -> {
            int heads = golden.whole("heads");
            AttentionMask own = mask(golden, in, heads, new String[] {"tgt_mask", "mask"}, "tgt_key_padding_mask");
            AttentionMask other = mask(golden, in, heads, new String[] {"memory_mask"}, "memory_key_padding_mask");
            Variable x = ordered(golden, input(in, "x", "tgt"));
            Variable memory = ordered(golden, input(in, "memory", "mem"));
            return List.of(ordered(golden, layer.forward(x, memory, own, other, Pass.inference())));
        });
    }

    // ------------------------------------------------------------------ sequences of layers

    /** As in {@code Conv1-4k3p1,ReLU,MaxPool2,Flatten,Linear24-10}. */
    static Sequential sequential(String layers) {
        List<Transform> steps = new ArrayList<>();
        for (String layer : layers.split(",")) {
            Matcher numbers = Pattern.compile("\\d+").matcher(layer);
            int[] n = numbers.results()
                    .mapToInt(found -> Integer.parseInt(found.group()))
                    .toArray();
            String kind = layer.replaceAll("\\d.*", "");
            steps.add(
                    switch (kind) {
                        case "Conv" -> new Conv2d(n[0], n[1], n[2], sliding(layer));
                        case "ReLU" -> (x, pass) -> x.relu();
                        case "GELU" -> (x, pass) -> x.gelu();
                        case "SiLU" -> (x, pass) -> x.silu();
                        case "ELU" -> (x, pass) -> x.elu(1);
                        case "LeakyReLU" -> (x, pass) -> x.leakyRelu(0.01);
                        case "Tanh" -> (x, pass) -> x.tanh();
                        case "Sigmoid" -> (x, pass) -> x.sigmoid();
                        case "Softplus" -> (x, pass) -> x.softplus();
                        case "MaxPool" -> new MaxPool2d(n[0]);
                        case "AvgPool" -> new AvgPool2d(n[0]);
                        case "Flatten" -> new Flatten();
                        case "LayerNorm" -> new LayerNorm(n[0]);
                        case "Linear" -> new Linear(n[0], n[1]);
                        default -> throw new AssertionError("no layer for " + layer);
                    });
        }
        return new Sequential(steps.toArray(Transform[]::new));
    }

    /** The stride and the padding of a window, as in {@code k3s2p1}. */
    private static Sliding sliding(String layer) {
        Sliding sliding = Sliding.DENSE;
        Matcher stride = Pattern.compile("s(\\d+)").matcher(layer);
        Matcher padding = Pattern.compile("p(\\d+)").matcher(layer);
        sliding = stride.find() ? sliding.withStride(Integer.parseInt(stride.group(1))) : sliding;
        return padding.find() ? sliding.withPadding(Integer.parseInt(padding.group(1))) : sliding;
    }
}
