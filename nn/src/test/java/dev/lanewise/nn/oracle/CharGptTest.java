package dev.lanewise.nn.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.autograd.Gradients;
import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Parameter;
import dev.lanewise.nn.Pass;
import dev.lanewise.nn.optim.AdamW;
import dev.lanewise.nn.transformer.Gpt;
import dev.lanewise.nn.transformer.GptConfig;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** nanoGPT's training on tiny Shakespeare, repeated from its stored first weights and batches: it goes the same way. */
class CharGptTest {
    private static final int VALIDATION_WINDOWS = 40;
    private static final int VALIDATION_STRIDE = 2500;

    private Golden.Case run;
    private int context;
    private int[] training;
    private int[] validation;

    @BeforeEach
    void read() throws IOException {
        run = Golden.find(Golden.cases("char-gpt"), "small_nobias");
        context = run.whole("block_size");
        String text = Files.readString(Golden.path("tinyshakespeare/input.txt"), StandardCharsets.UTF_8);
        int[] alphabet = text.chars().sorted().distinct().toArray();
        int[] ids = text.chars()
                .map(letter -> Arrays.binarySearch(alphabet, letter))
                .toArray();
        int cut = (int) (ids.length * 0.9);
        training = Arrays.copyOf(ids, cut);
        validation = Arrays.copyOfRange(ids, cut, ids.length);
    }

    private Gpt model(DType dtype) {
        var config = GptConfig.of(
                        run.whole("vocab_size"),
                        context,
                        run.whole("n_layer"),
                        run.whole("n_head"),
                        run.whole("n_embd"))
                .withBias(false)
                .withTiedHead(true)
                .withGelu(GptConfig.Gelu.ERF);
        Gpt model = new Gpt(config);
        model.load(run.tensors("init", dtype));
        return model;
    }

    /** Windows of the text from the given places, as [count, context], shifted by so many letters. */
    private IntTensor windows(int[] text, int[] offsets, int shift) {
        int[] values = new int[offsets.length * context];
        for (int row = 0; row < offsets.length; row++) {
            System.arraycopy(text, offsets[row] + shift, values, row * context, context);
        }
        return IntTensor.of(Shape.of(offsets.length, context), values);
    }

    private Variable loss(Gpt model, int step) {
        int[] offsets = run.get("inp", "offsets").ints().slice(step, step + 1).toArray();
        return model.loss(windows(training, offsets, 0), windows(training, offsets, 1), Pass.inference());
    }

    private double validationLoss(Gpt model) {
        int[] offsets = new int[VALIDATION_WINDOWS];
        Arrays.setAll(offsets, i -> i * VALIDATION_STRIDE);
        return Variable.withoutGradients(() ->
                        model.loss(windows(validation, offsets, 0), windows(validation, offsets, 1), Pass.inference()))
                .item();
    }

    @Test
    void firstLogitsAndGradientsAreNanoGpts() {
        for (DType dtype : DType.values()) {
            Close close = dtype == DType.FLOAT32 ? new Close(1e-4, 1e-5) : new Close(1e-5, 1e-7);
            Gpt model = model(dtype);
            int first = run.get("inp", "offsets").ints().get(0);
            Tensor logits = model.forward(windows(training, new int[] {first}, 0), Pass.inference())
                    .value();
            close.check("logits", logits, run.get("out", "logits_step0"));
            Gradients gradients = loss(model, 0).backward();
            for (Parameter parameter : model.parameters()) {
                close.check(parameter.path(), gradients.of(parameter.value()), run.get("grad0", parameter.path()));
            }
        }
    }

    @Test
    void twoHundredStepsInSinglePrecisionFollowNanoGpts() {
        double[] losses =
                train(DType.FLOAT32, "losses_f32", new Close(0, 1e-4), new Close(0, 5e-3), new Close(5e-2, 5e-3));
        new Close(0, 1e-4)
                .check(
                        "first losses, double precision's",
                        Arrays.copyOf(losses, 50),
                        Arrays.copyOf(run.get("out", "losses_f64").doubles(), 50));
    }

    @Test
    void twoHundredStepsInDoublePrecisionAreNanoGpts() {
        train(DType.FLOAT64, "losses_f64", new Close(1e-9, 0), new Close(1e-8, 0), new Close(1e-6, 1e-7));
    }

    private double[] train(DType dtype, String reference, Close first, Close last, Close parameters) {
        Gpt model = model(dtype);
        var optimizer = new AdamW(
                model.parameters(),
                AdamW.Config.defaults()
                        .withLearningRate(run.number("lr"))
                        .withBetas(run.number("beta1"), run.number("beta2"))
                        .withEpsilon(run.number("eps"))
                        .withWeightDecay(run.number("weight_decay_dim_ge_2"), Gpt::decays));
        int steps = run.whole("steps");
        double[] losses = new double[steps];
        double[] norms = new double[steps];
        for (int step = 0; step < steps; step++) {
            Variable loss = loss(model, step);
            Gradients gradients = loss.backward();
            losses[step] = loss.item();
            norms[step] = gradients.norm();
            optimizer.step(gradients.clipByNorm(run.number("clip_grad_norm")));
        }
        double[] expected = run.get("out", reference).doubles();
        int early = 50;
        double worst = first.check("first losses", Arrays.copyOf(losses, early), Arrays.copyOf(expected, early));
        double worstLast = last.check("losses", losses, expected);
        System.out.printf(
                "char-gpt %s: worst error of the first %d losses %.3f, of all %.3f of what is allowed%n",
                dtype, early, worst, worstLast);
        double[] expectedNorms = run.get("out", "grad_norms").doubles();
        Close norm = dtype == DType.FLOAT32 ? new Close(1e-2, 0) : new Close(1e-6, 0);
        norm.check("norms", norms, expectedNorms);
        new Close(last.relative(), Math.max(last.absolute(), 1e-8))
                .check(
                        "validation",
                        new double[] {validationLoss(model)},
                        run.get("out", "val_loss_f64").doubles());
        for (Parameter parameter : model.parameters()) {
            parameters.check(
                    "last " + parameter.path(), parameter.value().value(), run.get("params_after", parameter.path()));
        }
        checkGreedyText(model, dtype == DType.FLOAT64 ? Integer.MAX_VALUE : 20);
        return losses;
    }

    /** The most likely letters; where two are nearly as likely, single precision may choose the other one. */
    private void checkGreedyText(Gpt model, int atLeast) {
        int[] expected = run.get("out", "greedy_ids").ints().toArray();
        IntTensor drawn = model.generate(IntTensor.of(expected[0]), expected.length - 1, 0, Rng.of(0), token -> {});
        int difference = Arrays.mismatch(drawn.toArray(), Arrays.copyOfRange(expected, 1, expected.length));
        System.out.println("char-gpt: greedy text "
                + (difference < 0
                        ? "is the same"
                        : "differs first at letter " + difference + " of " + expected.length));
        assertThat(difference < 0 || difference >= atLeast)
                .as("greedy text differs first at letter %d", difference)
                .isTrue();
    }
}
