package dev.lanewise.examples;

import dev.lanewise.core.IntTensor;
import dev.lanewise.nn.transformer.GptConfig;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The options of {@link TinyGpt}. The defaults are nanoGPT's for a CPU (README of github.com/karpathy/nanoGPT, "I only
 * have a macbook", and {@code train.py}).
 */
final class TinyGptOptions {
    private static final String DEFAULT = " (default: ${DEFAULT-VALUE})";

    // Beyond these a model cannot be trained on any machine; a slip of the finger is told at once.
    private static final int MOST_LAYERS = 1000;
    private static final int GREATEST_WIDTH = 20_000;
    private static final int GREATEST_CONTEXT = 100_000;
    private static final int LARGEST_BATCH = 100_000;

    private TinyGptOptions() {}

    /** The model's sizes. */
    static final class Model {
        @Option(names = "--layers", paramLabel = "N", description = "Transformer blocks" + DEFAULT)
        private int layers = 4;

        @Option(
                names = "--heads",
                paramLabel = "N",
                description = "Attention heads a block; divides the width" + DEFAULT)
        private int heads = 4;

        @Option(names = "--width", paramLabel = "N", description = "Length of a character's vector" + DEFAULT)
        private int width = 128;

        @Option(names = "--context", paramLabel = "N", description = "Most characters seen at once" + DEFAULT)
        private int context = 64;

        @Option(names = "--dropout", paramLabel = "X", description = "Share of numbers dropped in training" + DEFAULT)
        private double dropout;

        @Option(names = "--bias", negatable = true, description = "Biases in linear layers and norms" + DEFAULT)
        private boolean bias;

        @Option(
                names = "--tied-head",
                negatable = true,
                defaultValue = "true",
                fallbackValue = "true",
                description = "The last layer shares the first one's weights" + DEFAULT)
        private boolean tiedHead = true;

        @Option(
                names = "--deviation",
                paramLabel = "X",
                description =
                        "Standard deviation of the first weights. nanoGPT's 0.02 is GPT-2's; a narrow model learns faster"
                                + " from wider ones" + DEFAULT)
        private double deviation = 0.07;

        @Option(names = "--gelu", paramLabel = "erf|tanh", description = "Form of the activation (default: erf)")
        private GptConfig.Gelu gelu = GptConfig.Gelu.ERF;

        /** The configuration for a text with so many different characters. */
        GptConfig config(int vocabulary) {
            Problem.requireFromTo("--layers", layers, 1, MOST_LAYERS);
            Problem.requireAtLeast("--heads", heads, 1);
            Problem.requireFromTo("--width", width, 1, GREATEST_WIDTH);
            Problem.requireFromTo("--context", context, 1, GREATEST_CONTEXT);
            Problem.requireBelow("--dropout", dropout, 0, 1);
            if (!(deviation > 0) || Double.isInfinite(deviation)) {
                throw Problem.usage("--deviation %s: expected a positive number".formatted(deviation));
            }
            if (width % heads != 0) {
                throw Problem.usage("--width %d does not divide evenly by --heads %d".formatted(width, heads));
            }
            return new GptConfig(
                    vocabulary, context, layers, heads, width, bias, tiedHead, gelu, deviation, dropout, false);
        }
    }

    /** How to train. */
    static final class Training {
        @Option(names = "--batch", paramLabel = "N", description = "Windows of the text a step" + DEFAULT)
        private int batch = 12;

        @Option(names = "--steps", paramLabel = "N", description = "Steps of the optimizer" + DEFAULT)
        private long steps = 2000;

        @Option(names = "--learning-rate", paramLabel = "X", description = "AdamW's highest rate" + DEFAULT)
        private double learningRate = 1e-3;

        @Option(
                names = "--min-learning-rate",
                paramLabel = "X",
                description = "The rate at the end, reached along a cosine (default: a tenth of the highest)")
        private @Nullable Double minLearningRate;

        @Option(names = "--warmup", paramLabel = "N", description = "Steps in which the rate rises" + DEFAULT)
        private long warmup = 100;

        @Option(names = "--beta1", paramLabel = "X", description = "AdamW's memory of gradients" + DEFAULT)
        private double beta1 = 0.9;

        @Option(names = "--beta2", paramLabel = "X", description = "AdamW's memory of their squares" + DEFAULT)
        private double beta2 = 0.99;

        @Option(names = "--weight-decay", paramLabel = "X", description = "Pull of matrices towards 0" + DEFAULT)
        private double weightDecay = 0.1;

        @Option(names = "--clip", paramLabel = "X", description = "Largest norm of the gradients; 0 for none" + DEFAULT)
        private double clip = 1;

        @Option(names = "--eval-interval", paramLabel = "N", description = "Steps between evaluations" + DEFAULT)
        private long evaluationInterval = 250;

        @Option(
                names = "--eval-batches",
                paramLabel = "N",
                description = "Batches an evaluation; the last one is of the whole validation text" + DEFAULT)
        private int evaluationBatches = 20;

        /** The recipe. */
        GptTraining.Recipe recipe() {
            Problem.requireFromTo("--batch", batch, 1, LARGEST_BATCH);
            Problem.requireAtLeast("--steps", steps, 0);
            Problem.requireBelow("--learning-rate", learningRate, 0, Double.POSITIVE_INFINITY);
            double lastRate = minLearningRate == null ? learningRate / 10 : minLearningRate;
            if (!(lastRate >= 0 && lastRate <= learningRate)) {
                throw Problem.usage("--min-learning-rate %s: expected a number from 0 to --learning-rate %s"
                        .formatted(lastRate, learningRate));
            }
            Problem.requireAtLeast("--warmup", warmup, 0);
            Problem.requireBelow("--beta1", beta1, 0, 1);
            Problem.requireBelow("--beta2", beta2, 0, 1);
            Problem.requireBelow("--weight-decay", weightDecay, 0, Double.POSITIVE_INFINITY);
            Problem.requireBelow("--clip", clip, 0, Double.POSITIVE_INFINITY);
            Problem.requireAtLeast("--eval-interval", evaluationInterval, 1);
            Problem.requireAtLeast("--eval-batches", evaluationBatches, 1);
            return new GptTraining.Recipe(
                    batch,
                    steps,
                    learningRate,
                    lastRate,
                    warmup,
                    beta1,
                    beta2,
                    weightDecay,
                    clip,
                    evaluationInterval,
                    evaluationBatches);
        }
    }

    /** How to write. */
    static final class Writing {
        @Option(
                names = "--prompt",
                paramLabel = "TEXT",
                description = "What the sample begins with (default: a new line)")
        private @Nullable String prompt;

        @Option(names = "--sample", paramLabel = "N", description = "Characters to write at the end" + DEFAULT)
        private int sample = 500;

        @Option(
                names = "--temperature",
                paramLabel = "X",
                description = "Below 1 plays safe, above 1 is daring, 0 always takes the likeliest" + DEFAULT)
        private double temperature = 0.8; // nanoGPT's sample.py

        void check() {
            Problem.requireAtLeast("--sample", sample, 0);
            Problem.requireBelow("--temperature", temperature, 0, Double.POSITIVE_INFINITY);
        }

        IntTensor prompt(Corpus corpus) {
            return prompt == null || prompt.isEmpty() ? corpus.defaultPrompt() : corpus.encode("--prompt", prompt);
        }

        int count() {
            return sample;
        }

        double temperature() {
            return temperature;
        }
    }
}
