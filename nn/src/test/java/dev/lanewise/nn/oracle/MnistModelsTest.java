package dev.lanewise.nn.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Activation;
import dev.lanewise.nn.BatchNorm1d;
import dev.lanewise.nn.BatchNorm2d;
import dev.lanewise.nn.Conv2d;
import dev.lanewise.nn.Flatten;
import dev.lanewise.nn.Layer;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.MaxPool2d;
import dev.lanewise.nn.Pass;
import dev.lanewise.nn.Sequential;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;

/** Two convolutional networks trained by others, over the 10,000 test images. */
class MnistModelsTest {
    private static final int IMAGES = 10_000;
    private static final int PIXELS = 28 * 28;

    /** Convolutions see the images unfolded: more of them at a time would not fit a small heap. */
    private static final int BATCH = 250;

    /** After the header of an IDX file. */
    private static byte[] read(String file, int header) throws IOException {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(Golden.path("mnist/" + file)))) {
            in.skipNBytes(header);
            return in.readAllBytes();
        }
    }

    /** How many of each digit's images are answered by it, [digit]. */
    private static int[] right(Sequential model, UnaryOperator<Tensor> prepared) throws IOException {
        byte[] pixels = read("t10k-images-idx3-ubyte.gz", 16);
        byte[] labels = read("t10k-labels-idx1-ubyte.gz", 8);
        assertThat(labels).hasSize(IMAGES);
        assertThat(pixels).hasSize(IMAGES * PIXELS);
        int[] right = new int[10];
        for (int start = 0; start < IMAGES; start += BATCH) {
            int first = start * PIXELS;
            Tensor images = Tensor.fill(DType.FLOAT32, Shape.of(BATCH, 1, 28, 28), i -> pixels[first + i] & 0xff);
            Variable x = Variable.constantOf(prepared.apply(images));
            Variable scores =
                    Variable.withoutGradients(() -> Variable.reusingMemory(() -> model.forward(x, Pass.inference())));
            IntTensor answers = scores.value().argmax(1);
            for (int i = 0; i < BATCH; i++) {
                int label = labels[start + i];
                right[label] += answers.get(i) == label ? 1 : 0;
            }
        }
        return right;
    }

    /** The file names layers, the model numbers them. */
    private static void load(Layer model, String file, Map<String, String> numbers) {
        Map<String, Tensor> state = new LinkedHashMap<>();
        SafeTensors.read(Golden.path("mnist-models/" + file), DType.FLOAT32).forEach((key, tensor) -> {
            int point = key.indexOf('.');
            state.put(numbers.get(key.substring(0, point)) + key.substring(point), tensor);
        });
        model.load(state);
    }

    @Test
    void tribuosNetworkAnswersAsPublishedDigitByDigit() throws IOException {
        var model = new Sequential(
                new Conv2d(1, 10, 5),
                new MaxPool2d(2),
                Activation.relu(),
                new Conv2d(10, 20, 5),
                new MaxPool2d(2),
                Activation.relu(),
                new Flatten(),
                new Linear(320, 50),
                Activation.relu(),
                new Linear(50, 10),
                Activation.relu(),
                Activation.logSoftmax(1));
        load(model, "tribuo_cnn_mnist.safetensors", Map.of("conv1", "0", "conv2", "3", "fc1", "7", "fc2", "9"));
        int[] right = right(model, images -> images);
        // "tp" of published_tribuo_confusion.tsv, 9904 together
        assertThat(right).containsExactly(978, 1134, 1021, 1001, 978, 884, 944, 1014, 962, 988);
    }

    @Test
    void burnsNetworkAnswers9917() throws IOException {
        var model = new Sequential(
                new Conv2d(1, 8, 3),
                Activation.relu(),
                new Conv2d(8, 16, 3),
                Activation.relu(),
                new Conv2d(16, 24, 3),
                Activation.relu(),
                new BatchNorm2d(24),
                new Flatten(),
                new Linear(11616, 32),
                Activation.relu(),
                new Linear(32, 10),
                new BatchNorm1d(10));
        load(
                model,
                "burn_mnist.safetensors",
                Map.of("conv1", "0", "conv2", "2", "conv3", "4", "norm1", "6", "fc1", "8", "fc2", "10", "norm2", "11"));
        // Scaled to 0 to 1, then by the mean and deviation of MNIST's training images, as PyTorch's example does.
        int[] right = right(model, images -> images.div(255).sub(0.1307).div(0.3081));
        assertThat(Arrays.stream(right).sum()).isEqualTo(9917);
    }
}
