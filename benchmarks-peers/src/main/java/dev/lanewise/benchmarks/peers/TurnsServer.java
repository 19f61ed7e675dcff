package dev.lanewise.benchmarks.peers;

import dev.lanewise.benchmarks.LayerBenchmark;
import dev.lanewise.benchmarks.NetworkBenchmark;
import dev.lanewise.benchmarks.OneRowBenchmark;
import dev.lanewise.benchmarks.Pointwise;
import dev.lanewise.benchmarks.Product;
import dev.lanewise.benchmarks.SmallModelBenchmark;
import dev.lanewise.benchmarks.TrainingStepBenchmark;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One library's part in {@link Turns}: does a piece of work whenever it is told to, and says how long each call took.
 * It prints {@code ready}, then reads lines that each name a work, by its position, and a number of milliseconds, works
 * for as long, and answers with the nanoseconds of a call, one number for each sample; a sample is one call, or as many
 * as take a fifth of a millisecond. {@code libtorch/turns.cpp} does the same for libtorch.
 */
final class TurnsServer {
    private static final double SAMPLE_NANOSECONDS = 2e5;
    private static final int MILLION = 1 << 20;
    private static final Pattern PRODUCT = Pattern.compile("(nn|nt|tn)(\\d+(?:x\\d+)*)");

    private static volatile Object kept; // so that no call can be left out

    private TurnsServer() {}

    /** Takes the library and the works. */
    public static void main(String[] arguments) throws Exception {
        List<Callable<?>> works = new ArrayList<>();
        for (String name : Arrays.asList(arguments).subList(1, arguments.length)) {
            works.add(work(arguments[0], name));
            kept = works.getLast().call();
        }
        System.out.println("ready");
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            int space = line.indexOf(' ');
            Callable<?> work = works.get(Integer.parseInt(line.substring(0, space)));
            System.out.println(turn(work, Long.parseLong(line.substring(space + 1)) * 1_000_000));
        }
    }

    /** Whether the name is that of a matrix product. */
    static boolean isProduct(String work) {
        return PRODUCT.matcher(work).matches();
    }

    private static StringBuilder turn(Callable<?> work, long nanoseconds) throws Exception {
        var samples = new StringBuilder();
        long start = System.nanoTime();
        kept = work.call();
        int calls = (int) Math.max(1, SAMPLE_NANOSECONDS / Math.max(1, System.nanoTime() - start));
        do {
            long from = System.nanoTime();
            for (int i = 0; i < calls; i++) {
                kept = work.call();
            }
            samples.append((System.nanoTime() - from) / calls).append(' ');
        } while (System.nanoTime() - start < nanoseconds);
        return samples;
    }

    private static Callable<?> work(String library, String name) throws IOException {
        Matcher product = PRODUCT.matcher(name);
        if (product.matches()) {
            String shape = product.group(2);
            Work work = product(
                    library,
                    Product.of(
                            shape.contains("x") ? shape : shape + "x" + shape + "x" + shape,
                            product.group(1).toUpperCase(Locale.ROOT)));
            return work::run;
        }
        return switch (library) {
            case "lanewise" -> lanewise(name);
            case "djl" ->
                switch (name) {
                    case "mlp" -> DjlWork.trainingStep()::run;
                    case "add1000" -> DjlWork.pointwise("add", 1000)::run;
                    default -> throw unknown(library, name);
                };
            case "nd4j" ->
                switch (name) {
                    case "add1000" -> Nd4jWork.pointwise("add", 1000)::run;
                    default -> throw unknown(library, name);
                };
            default -> throw unknown(library, name);
        };
    }

    private static Work product(String library, Product product) {
        return switch (library) {
            case "lanewise" -> LanewiseWork.productIntoExisting(product);
            case "openblas" -> BlasWork.openBlas(product);
            case "mkl" -> BlasWork.mkl(product);
            default -> throw unknown(library, "a product");
        };
    }

    private static Callable<?> lanewise(String name) {
        var network = new NetworkBenchmark();
        return switch (name) {
            case "nano", "baby", "gpt2" -> {
                var benchmark = new TrainingStepBenchmark();
                benchmark.model = name;
                benchmark.prepare();
                yield benchmark::step;
            }
            case "mlp" -> new SmallModelBenchmark()::mlp;
            case "linearRegression" -> new SmallModelBenchmark()::linearRegression;
            case "lstm" -> {
                var sequences = new LayerBenchmark.Sequences();
                yield () -> new LayerBenchmark().lstmGradient(sequences);
            }
            case "conv2d" -> {
                var images = new LayerBenchmark.Images();
                yield () -> new LayerBenchmark().conv2dGradient(images);
            }
            case "add1000" -> new Pointwise("add", 1000)::allocating;
            case "add", "exp", "tanh", "gelu", "geluTanh" -> new Pointwise(name, MILLION)::intoExisting;
            case "softmax", "softmaxWithin", "layerNorm", "layerNormWithin" -> {
                var activations = new NetworkBenchmark.Activations();
                yield switch (name) {
                    case "softmax" -> () -> network.softmax(activations);
                    case "softmaxWithin" -> () -> network.softmaxWithin(activations);
                    case "layerNorm" -> () -> network.layerNorm(activations);
                    default -> () -> network.layerNormWithin(activations);
                };
            }
            case "crossEntropy", "crossEntropyGradient" -> {
                var logits = new NetworkBenchmark.Logits();
                yield name.equals("crossEntropy")
                        ? () -> network.crossEntropy(logits)
                        : () -> network.crossEntropyGradient(logits);
            }
            case "row50257", "row3072" -> {
                var benchmark = new OneRowBenchmark();
                benchmark.out = Integer.parseInt(name.substring("row".length()));
                benchmark.prepare();
                yield benchmark::product;
            }
            default -> throw unknown("lanewise", name);
        };
    }

    private static IllegalArgumentException unknown(String library, String work) {
        return new IllegalArgumentException("%s has no work %s".formatted(library, work));
    }
}
