package dev.lanewise.nn.transformer;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Sliding;
import dev.lanewise.core.Tensor;
import dev.lanewise.core.kernel.Lanes;
import dev.lanewise.core.kernel.Parallel;
import dev.lanewise.nn.Conv1d;
import dev.lanewise.nn.Layer;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.Lstm;
import dev.lanewise.nn.Pass;
import dev.lanewise.nn.Recurrent;
import dev.lanewise.nn.optim.AdamW;
import dev.lanewise.nn.optim.Schedule;
import dev.lanewise.nn.optim.Sgd;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the JVMs of {@link SameBitsTest} run: trains a small GPT, a perceptron and a recurrent model several times over
 * and prints a hash of their weights each time.
 */
final class TrainingChild {
    private static final int BATCH = 8;
    private static final int CONTEXT = 32;
    private static final int VOCABULARY = 65;
    private static final int STEPS = 20;

    private TrainingChild() {}

    /** Prints how many bits and threads are used, a hash for each training, and how many formulas were compiled. */
    public static void main(String[] arguments) throws NoSuchAlgorithmException, IOException {
        System.out.printf("lanes %d threads %d%n", Lanes.bits(), Parallel.threads());
        for (int training = 0; training < Integer.parseInt(arguments[0]); training++) {
            System.out.println("hash " + hash(List.of(trainGpt(), trainPerceptron(), trainListener())));
        }
        System.out.println("compiled " + compiledFormulas());
    }

    private static long compiledFormulas() throws IOException {
        try (Stream<Path> generated = Files.list(Path.of(System.getProperty("lanewise.dump")))) {
            return generated
                    .filter(path -> path.getFileName().toString().matches(".*(Vector|Scalar)[0-9]*_[0-9]+[.]class"))
                    .count();
        }
    }

    private static Gpt trainGpt() {
        Rng rng = Rng.of(11);
        Gpt model =
                new Gpt(new GptConfig(VOCABULARY, CONTEXT, 2, 4, 64, true, true, GptConfig.Gelu.ERF, 0.02, 0.1, false));
        model.init(rng.stream("model"));
        var optimizer = new AdamW(
                model.parameters(),
                AdamW.Config.defaults()
                        .withLearningRate(Schedule.warmupCosine(3e-3, 3e-4, 3, STEPS))
                        .withWeightDecay(0.1, Gpt::decays));
        for (int step = 0; step < STEPS; step++) {
            Rng batch = rng.stream("batch").stream(step);
            IntTensor tokens = batch.integers(Shape.of(BATCH, CONTEXT), VOCABULARY);
            IntTensor targets = batch.stream("targets").integers(Shape.of(BATCH, CONTEXT), VOCABULARY);
            Variable loss = model.loss(tokens, targets, Pass.training(rng.stream("dropout"), step));
            optimizer.step(loss.backward().clipByNorm(1));
        }
        return model;
    }

    /** Two layers with a ReLU between them. */
    private static final class Perceptron extends Layer {
        private final Linear hidden = child("hidden", new Linear(50, 37));
        private final Linear output = child("output", new Linear(37, 10));

        Variable forward(Variable x) {
            return output.forward(hidden.forward(x).relu());
        }
    }

    private static Perceptron trainPerceptron() {
        Rng rng = Rng.of(12);
        var model = new Perceptron();
        model.init(rng.stream("model"));
        var optimizer = new Sgd(model.parameters(), Sgd.Config.of(0.1).withMomentum(0.9, true));
        for (int step = 0; step < STEPS; step++) {
            Rng batch = rng.stream("batch").stream(step);
            Variable x = Variable.constantOf(batch.normal(64, 50));
            Variable loss = Losses.crossEntropy(
                    model.forward(x), batch.stream("targets").integers(Shape.of(64), 10));
            optimizer.step(loss.backward());
        }
        return model;
    }

    /** A convolution along time and an LSTM in both directions; all gates' widths are no multiples of lanes. */
    private static final class Listener extends Layer {
        private final Conv1d ears = child("ears", new Conv1d(5, 19, 3, Sliding.DENSE.withPadding(1)));
        private final Lstm memory = child(
                "memory",
                new Lstm(19, 21, Recurrent.Config.DEFAULTS.withLayers(2).withBidirectional(true)));
        private final Linear output = child("output", new Linear(42, 10));

        Variable forward(Variable x, Pass pass) {
            Variable heard = ears.forward(x, pass).transpose(1, 2); // (batch, time, 19)
            Variable last = memory.forward(heard, pass).outputs().select(1, -1); // (batch, 42)
            return output.forward(last);
        }
    }

    private static Listener trainListener() {
        Rng rng = Rng.of(13);
        var model = new Listener();
        model.init(rng.stream("model"));
        var optimizer = new Sgd(model.parameters(), Sgd.Config.of(0.1).withMomentum(0.9, true));
        for (int step = 0; step < STEPS; step++) {
            Rng batch = rng.stream("batch").stream(step);
            Variable x = Variable.constantOf(batch.normal(BATCH, 5, 23));
            Variable loss = Losses.crossEntropy(
                    model.forward(x, Pass.training(rng.stream("dropout"), step)),
                    batch.stream("targets").integers(Shape.of(BATCH), 10));
            optimizer.step(loss.backward());
        }
        return model;
    }

    private static String hash(List<Layer> models) throws NoSuchAlgorithmException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        for (Layer model : models) {
            for (Tensor tensor : model.state().values()) {
                float[] values = tensor.toFloats();
                ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
                for (float value : values) {
                    bytes.putInt(Float.floatToIntBits(value));
                }
                digest.update(bytes.array());
            }
        }
        return HexFormat.of().formatHex(digest.digest());
    }
}
