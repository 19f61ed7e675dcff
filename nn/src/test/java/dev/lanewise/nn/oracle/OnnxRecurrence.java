package dev.lanewise.nn.oracle;

import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * ONNX's recurrences that the library's layers do not have, step by step: a GRU that resets before its product, an LSTM
 * whose gates look at the cell, sequences of different lengths, backwards alone, linear attention.
 */
final class OnnxRecurrence {
    private OnnxRecurrence() {}

    static void fill(OnnxTable table) {
        table.all("LinearAttention", OnnxRecurrence::linearAttention);
    }

    /** The weights of one direction, ONNX's gates side by side. */
    private record Direction(Tensor input, Tensor recurrent, Tensor inputBias, Tensor recurrentBias, Tensor peepholes) {
        static Direction of(OnnxCall c, int number, int gates) {
            int hidden = c.shape(2).size(2);
            Tensor biases = c.has(3) ? c.x(3).select(0, number) : Tensor.zeros(2 * gates * hidden);
            return new Direction(
                    c.x(1).select(0, number).transpose(),
                    c.x(2).select(0, number).transpose(),
                    biases.slice(0, 0, gates * hidden),
                    biases.slice(0, gates * hidden, 2 * gates * hidden),
                    c.has(7) ? c.x(7).select(0, number) : Tensor.zeros(3 * hidden));
        }
    }

    /** All results of an operation with 1 (RNN), 3 (GRU) or 4 (LSTM) gates. */
    static List<OnnxResult> results(OnnxCall c, int gates) {
        boolean batchFirst = c.flag("layout");
        Tensor x = batchFirst ? c.x().transpose(0, 1) : c.x(); // (time, batch, inputs)
        int time = x.shape().size(0);
        int batch = x.shape().size(1);
        int hidden = c.shape(2).size(2);
        int directions = c.shape(1).size(0);
        int[] lengths = new int[batch];
        Arrays.fill(lengths, time);
        IntTensor ends = c.has(4) ? c.ints(4) : IntTensor.of(lengths);
        List<Tensor> outputs = new ArrayList<>();
        List<Tensor> lasts = new ArrayList<>();
        List<Tensor> cells = new ArrayList<>();
        for (int number = 0; number < directions; number++) {
            boolean backwards = number == 1 || c.text("direction", "forward").equals("reverse");
            Direction direction = Direction.of(c, number, gates);
            Tensor h = first(c, 5, number, batchFirst, Shape.of(batch, hidden));
            Tensor cell = first(c, 6, number, batchFirst, Shape.of(batch, hidden));
            Tensor[] made = new Tensor[time];
            for (int i = 0; i < time; i++) {
                int step = backwards ? time - 1 - i : i;
                Tensor[] next = step(c, gates, direction, x.select(0, step), h, cell);
                // A sequence that is over keeps its state, and gives zeros.
                Tensor going = IntTensor.full(ends.shape(), step)
                        .lt(ends)
                        .reshape(batch, 1)
                        .toTensor(x.dtype());
                h = going.where(next[0], h);
                cell = going.where(next[1], cell);
                made[step] = h.mul(going);
            }
            outputs.add(Tensor.stack(0, List.of(made)));
            lasts.add(h);
            cells.add(cell);
        }
        Tensor all = Tensor.stack(1, outputs); // (time, directions, batch, hidden)
        List<OnnxResult> results = new ArrayList<>();
        results.add(OnnxResult.of(batchFirst ? all.permute(2, 0, 1, 3) : all));
        for (List<Tensor> states : gates == 4 ? List.of(lasts, cells) : List.of(lasts)) {
            Tensor last = Tensor.stack(0, states);
            results.add(OnnxResult.of(batchFirst ? last.transpose(0, 1) : last));
        }
        return results.subList(0, c.resultCount());
    }

    private static Tensor first(OnnxCall c, int operand, int direction, boolean batchFirst, Shape shape) {
        Tensor given = c.orNull(operand);
        if (given == null) {
            return Tensor.zeros(c.x().dtype(), shape);
        }
        return given.select(batchFirst ? 1 : 0, direction);
    }

    /** The next hidden state and cell. */
    private static Tensor[] step(OnnxCall c, int gates, Direction w, Tensor x, Tensor h, Tensor cell) {
        Tensor in = x.matmul(w.input).add(w.inputBias);
        Tensor back = h.matmul(w.recurrent).add(w.recurrentBias);
        int hidden = h.shape().size(1);
        switch (gates) {
            case 1 -> {
                return new Tensor[] {in.add(back).tanh(), cell};
            }
            case 3 -> { // update, reset, new
                List<Tensor> i = in.chunk(1, 3);
                List<Tensor> b = back.chunk(1, 3);
                Tensor update = i.get(0).add(b.get(0)).sigmoid();
                Tensor reset = i.get(1).add(b.get(1)).sigmoid();
                Tensor weight = w.recurrent.slice(1, 2 * hidden, 3 * hidden);
                Tensor bias = w.recurrentBias.slice(0, 2 * hidden, 3 * hidden);
                Tensor inner = c.flag("linear_before_reset")
                        ? reset.mul(b.get(2))
                        : reset.mul(h).matmul(weight).add(bias);
                Tensor made = i.get(2).add(inner).tanh();
                return new Tensor[] {made.add(update.mul(h.sub(made))), cell};
            }
            default -> { // input, output, forget, cell; the peepholes too, without the last
                List<Tensor> sums = in.add(back).chunk(1, 4);
                List<Tensor> peepholes = w.peepholes.chunk(0, 3);
                Tensor input = sums.get(0).add(peepholes.get(0).mul(cell)).sigmoid();
                Tensor forget = sums.get(2).add(peepholes.get(2).mul(cell)).sigmoid();
                Tensor next = forget.mul(cell).add(input.mul(sums.get(3).tanh()));
                Tensor output = sums.get(1).add(peepholes.get(1).mul(next)).sigmoid();
                return new Tensor[] {output.mul(next.tanh()), next};
            }
        }
    }

    // ------------------------------------------------------------------ linear attention

    /** [batch, time, heads · size] → [batch, heads, time, size]. */
    private static Tensor heads(Tensor x, int heads) {
        int[] s = x.shape().toArray();
        return x.reshape(s[0], s[1], heads, s[2] / heads).transpose(1, 2);
    }

    private static Tensor shared(Tensor x, int heads) {
        int each = heads / x.shape().size(1);
        return each == 1 ? x : x.repeatInterleave(1, each);
    }

    /**
     * A state of each head, [keySize, valueSize], which a step lets fade by exp(decay), and adds key ⊗ value to, or
     * what the state does not yet give for the key (the delta rule) times β; the query is then asked of it.
     */
    private static List<OnnxResult> linearAttention(OnnxCall c) {
        String rule = c.text("update_rule", "gated_delta");
        int own = c.whole("kv_num_heads", 1);
        Tensor q = heads(c.x(), c.whole("q_num_heads", 1));
        Tensor k = heads(c.x(1), own);
        Tensor v = heads(c.x(2), own);
        double scale = c.real("scale", 0);
        double by = scale == 0 ? 1 / Math.sqrt(q.shape().size(3)) : scale;
        Tensor decay = rule.contains("gated") ? heads(c.x(4), own).exp() : null;
        Tensor beta = rule.contains("delta") ? byHead(c.x(5), own) : null;
        Tensor state = c.has(3)
                ? c.x(3)
                : Tensor.zeros(
                        q.dtype(),
                        Shape.of(
                                k.shape().size(0),
                                own,
                                k.shape().size(3),
                                v.shape().size(3)));
        List<Tensor> outputs = new ArrayList<>();
        for (int t = 0; t < q.shape().size(2); t++) {
            Tensor key = k.select(2, t).unsqueeze(3); // (batch, heads, size, 1)
            Tensor value = v.select(2, t).unsqueeze(2);
            state = decay == null ? state : state.mul(decay.select(2, t).unsqueeze(3));
            Tensor news = beta == null
                    ? value
                    : value.sub(key.transpose().matmul(state))
                            .mul(beta.select(2, t).unsqueeze(3));
            state = state.add(key.mul(news));
            Tensor asked = q.select(2, t).unsqueeze(2).mul(by);
            outputs.add(asked.matmul(shared(state, q.shape().size(1))).squeeze(2));
        }
        Tensor all = Tensor.stack(1, outputs); // (batch, time, heads, size)
        int[] sizes = {all.shape().size(0), all.shape().size(1), -1};
        return List.of(OnnxResult.of(all.reshape(sizes)), OnnxResult.of(state)).subList(0, c.resultCount());
    }

    /** [batch, time, heads or 1] → [batch, heads or 1, time, 1]. */
    private static Tensor byHead(Tensor x, int heads) {
        return heads(x, x.shape().size(2) == 1 ? 1 : heads);
    }
}
