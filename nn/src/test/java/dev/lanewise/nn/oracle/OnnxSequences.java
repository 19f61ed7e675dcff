package dev.lanewise.nn.oracle;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Sliding;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Gru;
import dev.lanewise.nn.Lstm;
import dev.lanewise.nn.Pass;
import dev.lanewise.nn.Recurrent;
import dev.lanewise.nn.Rnn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** ONNX's attention, rotary embedding, recurrent layers. */
final class OnnxSequences {
    private OnnxSequences() {}

    static void fill(OnnxTable table) {
        table.all("Attention", OnnxSequences::attention);
        table.tensor("FlexAttention", c -> {
            double scale = c.real("scale", 1 / Math.sqrt(c.shape(0).size(-1)));
            return c.x().attention(shared(c.x(1), c.x()), shared(c.x(2), c.x()), false, scale);
        });
        table.tensor("RotaryEmbedding", OnnxSequences::rotary);
        table.all("CausalConvWithState", c -> {
            int before = c.shape(1).size(2) - 1;
            Tensor x = c.has(3) ? Tensor.concat(2, List.of(c.x(3), c.x())) : c.x().pad(2, before, 0);
            Tensor y = x.conv(c.x(1), c.orNull(2), c.shape(0).size(1), List.of(Sliding.DENSE));
            int n = x.shape().size(2);
            boolean activated = !c.text("activation", "none").equals("none");
            return List.of(OnnxResult.of(activated ? y.silu() : y), OnnxResult.of(x.slice(2, n - before, n)));
        });
        // Gates in ONNX's order, in the places where PyTorch has them.
        table.all("RNN", c -> recurrent(c, new int[] {0}, config -> new Rnn(inputs(c), hidden(c), config)));
        table.all("LSTM", c -> recurrent(c, new int[] {0, 2, 3, 1}, config -> new Lstm(inputs(c), hidden(c), config)));
        table.all("GRU", c -> recurrent(c, new int[] {1, 0, 2}, config -> new Gru(inputs(c), hidden(c), config)));
    }

    // ------------------------------------------------------------------ attention

    /** [batch, time, heads · size] → [batch, heads, time, size]. */
    private static Tensor heads(OnnxCall c, Tensor x, String count) {
        if (x.shape().rank() == 4) {
            return x;
        }
        int heads = c.whole(count, 1);
        return x.reshape(x.shape().size(0), x.shape().size(1), heads, x.shape().size(2) / heads)
                .transpose(1, 2);
    }

    /** Keys or values with as many heads as queries: several of those share one of these. */
    private static Tensor shared(Tensor x, Tensor queries) {
        int each = queries.shape().size(1) / x.shape().size(1);
        return each == 1 ? x : x.repeatInterleave(1, each);
    }

    private static List<OnnxResult> attention(OnnxCall c) {
        Tensor q = heads(c, c.x(), "q_num_heads");
        Tensor k = heads(c, c.x(1), "kv_num_heads");
        Tensor v = heads(c, c.x(2), "kv_num_heads");
        k = c.has(4) ? Tensor.concat(2, List.of(c.x(4), k)) : k;
        v = c.has(5) ? Tensor.concat(2, List.of(c.x(5), v)) : v;
        double scale = c.real("scale", 1 / Math.sqrt(q.shape().size(-1)));
        double cap = c.real("softcap", 0);
        Tensor mask = mask(c, q.shape().size(2), k.shape().size(2), q.dtype());
        Tensor keys = shared(k, q);
        Tensor values = shared(v, q);
        Tensor result;
        if (cap == 0) {
            result = mask == null ? q.attention(keys, values, false, scale) : q.attention(keys, values, mask, scale);
        } else { // the capped scores are a mask upon no scores
            Tensor scores = capped(q.matmul(keys.transpose()).mul(scale), cap);
            result = q.attention(keys, values, mask == null ? scores : scores.add(mask), 0);
        }
        List<OnnxResult> results = new ArrayList<>();
        results.add(OnnxResult.of(
                c.shape(0).rank() == 4
                        ? result
                        : result.transpose(1, 2)
                                .reshape(c.shape(0).size(0), c.shape(0).size(1), -1)));
        results.add(OnnxResult.of(k));
        results.add(OnnxResult.of(v));
        if (c.wants(3)) {
            results.add(OnnxResult.of(scores(c, q, keys, mask, scale, cap)));
        }
        return results.subList(0, c.resultCount());
    }

    private static Tensor capped(Tensor scores, double cap) {
        return scores.div(cap).tanh().mul(cap);
    }

    /** What attention computes on its way. */
    private static Tensor scores(OnnxCall c, Tensor q, Tensor keys, @Nullable Tensor mask, double scale, double cap) {
        int mode = c.whole("qk_matmul_output_mode", 0);
        Tensor scores = q.matmul(keys.transpose()).mul(scale);
        scores = mode > 0 && cap > 0 ? capped(scores, cap) : scores;
        Tensor masked = mode > 1 && mask != null ? scores.add(mask) : scores;
        if (mode < 3) {
            return masked;
        }
        // The weights are the attention to a value for each key.
        Tensor each = Tensor.eye(keys.shape().size(2)).to(q.dtype());
        Tensor values = each.expand(keys.shape().withSize(3, keys.shape().size(2)));
        return q.attention(keys, values, masked, 0);
    }

    /** Everything that hides keys from queries, or adds to scores: [.., t, s], or null for nothing. */
    private static @Nullable Tensor mask(OnnxCall c, int t, int s, DType dtype) {
        double hidden = Double.NEGATIVE_INFINITY;
        Tensor mask = null;
        if (c.has(3)) {
            mask = c.isFloating(3)
                    ? c.x(3)
                    : c.ints(3).toTensor(dtype).where(Tensor.scalar(dtype, 0), Tensor.scalar(dtype, hidden));
            mask = mask.pad(-1, 0, s - mask.shape().size(-1), hidden);
        }
        IntTensor filled = c.has(6) ? c.ints(6) : null; // of each sequence, how many keys there are
        if (c.flag("is_causal")) {
            int past = c.has(4) ? c.shape(4).size(2) : 0;
            IntTensor shift = c.has(4) || filled == null
                    ? IntTensor.full(Shape.of(1, 1, 1, 1), past)
                    : filled.reshape(-1, 1, 1, 1).map(n -> n - t);
            IntTensor last = IntTensor.arange(t).reshape(1, 1, t, 1).add(shift);
            mask = hiding(mask, IntTensor.arange(s).le(last), dtype);
        }
        if (filled != null) {
            mask = hiding(mask, IntTensor.arange(s).lt(filled.reshape(-1, 1, 1, 1)), dtype);
        }
        return mask;
    }

    private static Tensor hiding(@Nullable Tensor mask, IntTensor seen, DType dtype) {
        Tensor shown = mask == null ? Tensor.scalar(dtype, 0) : mask;
        return seen.toTensor(dtype).where(shown, Tensor.scalar(dtype, Double.NEGATIVE_INFINITY));
    }

    /** Pairs of elements turned by angles that grow with the position. */
    private static Tensor rotary(OnnxCall c) {
        boolean heads = c.shape(0).rank() == 4;
        Tensor x = heads
                ? c.x().transpose(1, 2)
                : c.x().reshape(c.shape(0).size(0), c.shape(0).size(1), c.whole("num_heads", 1), -1);
        int size = x.shape().size(3); // x is [batch, time, heads, size]
        int turned = c.whole("rotary_embedding_dim", 0) == 0 ? size : c.whole("rotary_embedding_dim", 0);
        Tensor cos = c.has(3) ? c.x(1).embedding(c.ints(3)) : c.x(1);
        Tensor sin = c.has(3) ? c.x(2).embedding(c.ints(3)) : c.x(2);
        cos = cos.unsqueeze(2);
        sin = sin.unsqueeze(2);
        Tensor part = x.slice(3, 0, turned);
        boolean interleaved = c.flag("interleaved");
        Tensor first = interleaved ? part.slice(3, 0, turned, 2) : part.slice(3, 0, turned / 2);
        Tensor second = interleaved ? part.slice(3, 1, turned, 2) : part.slice(3, turned / 2, turned);
        Tensor real = first.mul(cos).sub(second.mul(sin));
        Tensor imaginary = first.mul(sin).add(second.mul(cos));
        Tensor both = interleaved
                ? Tensor.stack(-1, List.of(real, imaginary)).flatten(3, 4)
                : Tensor.concat(3, List.of(real, imaginary));
        Tensor result = Tensor.concat(3, List.of(both, x.slice(3, turned, size)));
        return heads ? result.transpose(1, 2) : result.reshape(c.shape(0).toArray());
    }

    // ------------------------------------------------------------------ recurrent layers

    private static int inputs(OnnxCall c) {
        return c.shape(0).size(2);
    }

    private static int hidden(OnnxCall c) {
        return c.shape(2).size(2);
    }

    /** Operands: the sequence, weights [directions, gates · hidden, ..], both biases, lengths, first states. */
    private static List<OnnxResult> recurrent(OnnxCall c, int[] gates, Function<Recurrent.Config, Recurrent> make) {
        String direction = c.text("direction", "forward");
        boolean plain = !c.hasAttribute("activations") && !c.hasAttribute("clip") && !c.flag("input_forget");
        boolean batchFirst = c.flag("layout");
        Tensor x = batchFirst ? c.x() : c.x().transpose(0, 1); // (batch, time, inputs)
        int time = x.shape().size(1);
        boolean uneven = c.has(4) && Arrays.stream(c.numbers(4)).anyMatch(n -> n != time);
        boolean resetFirst = gates.length == 3 && !c.flag("linear_before_reset");
        if (!plain) {
            throw new OpCall.Uncovered("other activations, or bounds");
        }
        if (uneven || resetFirst || c.has(7) || direction.equals("reverse")) {
            return OnnxRecurrence.results(c, gates.length);
        }
        int directions = direction.equals("bidirectional") ? 2 : 1;
        Recurrent layer = make.apply(
                Recurrent.Config.DEFAULTS.withBidirectional(directions == 2).withBias(c.has(3)));
        Map<String, Tensor> state = new LinkedHashMap<>();
        for (int i = 0; i < directions; i++) {
            String end = "_l0" + (i == 0 ? "" : "_reverse");
            state.put("weight_ih" + end, ordered(c.x(1).select(0, i), gates));
            state.put("weight_hh" + end, ordered(c.x(2).select(0, i), gates));
            if (c.has(3)) {
                List<Tensor> biases = c.x(3).select(0, i).chunk(0, 2);
                state.put("bias_ih" + end, ordered(biases.get(0), gates));
                state.put("bias_hh" + end, ordered(biases.get(1), gates));
            }
        }
        layer.load(state);
        int count = gates.length == 4 ? 2 : 1;
        List<Variable> first = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Shape shape = Shape.of(directions, x.shape().size(0), hidden(c));
            Tensor given = c.orNull(5 + i);
            given = given == null ? Tensor.zeros(x.dtype(), shape) : batchFirst ? given.transpose(0, 1) : given;
            first.add(Variable.constantOf(given));
        }
        Recurrent.Result result = layer.forward(Variable.constantOf(x), first, Pass.inference());
        Tensor outputs = result.outputs().value();
        outputs = outputs.reshape(x.shape().size(0), time, directions, hidden(c)); // (batch, time, directions, hidden)
        List<OnnxResult> results = new ArrayList<>();
        results.add(OnnxResult.of(batchFirst ? outputs : outputs.permute(1, 2, 0, 3)));
        for (Variable last : result.states()) {
            results.add(OnnxResult.of(batchFirst ? last.value().transpose(0, 1) : last.value()));
        }
        return results.subList(0, c.resultCount());
    }

    private static Tensor ordered(Tensor rows, int[] gates) {
        List<Tensor> parts = rows.chunk(0, gates.length);
        return Tensor.concat(0, Arrays.stream(gates).mapToObj(parts::get).toList());
    }
}
