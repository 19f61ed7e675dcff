package dev.lanewise.benchmarks.peers;

import ai.djl.Device;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.training.DefaultTrainingConfig;
import ai.djl.training.GradientCollector;
import ai.djl.training.Trainer;
import ai.djl.training.loss.Loss;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import dev.lanewise.benchmarks.Mlp;
import dev.lanewise.benchmarks.Pointwise;
import dev.lanewise.benchmarks.Product;
import dev.lanewise.core.Tensor;
import java.util.Iterator;
import java.util.function.Supplier;

/** PyTorch's, by way of DJL. */
final class DjlWork implements Work {
    private final NDManager manager;
    private final Supplier<NDArray> code;

    private DjlWork(NDManager manager, Supplier<NDArray> code) {
        this.manager = manager;
        this.code = code;
    }

    /** A product whose result is a new array; transposed operands are views, as a user of PyTorch has them. */
    static Work product(Product product) {
        NDManager manager = manager();
        NDArray left = array(manager, product.left(), product.leftShape());
        NDArray right = array(manager, product.right(), product.rightShape());
        NDArray a = product.leftTransposed() ? transposed(left) : left; // (.., m, k)
        NDArray b = product.rightTransposed() ? transposed(right) : right; // (.., k, n)
        return new DjlWork(manager, () -> a.matMul(b));
    }

    private static NDArray transposed(NDArray matrices) {
        int rank = matrices.getShape().dimension();
        return matrices.swapAxes(rank - 2, rank - 1);
    }

    /** An elementwise function whose result is a new array. */
    static Work pointwise(String function, int count) {
        Pointwise pointwise = new Pointwise(function, count);
        NDManager manager = manager();
        NDArray x = array(manager, pointwise.x().toFloats(), count);
        NDArray y = array(manager, pointwise.y().toFloats(), count);
        Supplier<NDArray> code = switch (function) {
            case "add" -> () -> x.add(y);
            case "mul" -> () -> x.mul(y);
            case "exp" -> x::exp;
            case "tanh" -> x::tanh;
            case "gelu" -> () -> Activation.gelu(x);
            default -> throw new IllegalArgumentException("DJL has no " + function);
        };
        return new DjlWork(manager, code);
    }

    /** A training step, whose result is the loss; it starts from the weights that {@link Mlp} starts from. */
    static Work trainingStep() {
        return new TrainingStep(new Mlp());
    }

    private static NDManager manager() {
        prepareEngine();
        return NDManager.newBaseManager(Device.cpu());
    }

    private static void prepareEngine() {
        System.setProperty("ai.djl.offline", "true"); // the natives are on the class path
        System.setProperty("ai.djl.pytorch.num_threads", String.valueOf(Work.threads()));
        Engine.getEngine("PyTorch");
    }

    private static NDArray array(NDManager manager, float[] values, int... sizes) {
        return manager.create(values, shape(sizes));
    }

    private static Shape shape(int... sizes) {
        long[] longs = new long[sizes.length];
        for (int i = 0; i < sizes.length; i++) {
            longs[i] = sizes[i];
        }
        return new Shape(longs);
    }

    @Override
    public DjlWork run() {
        code.get().close();
        return this;
    }

    @Override
    public float[] result() {
        try (NDArray result = code.get()) {
            return result.toFloatArray();
        }
    }

    @Override
    public void close() {
        manager.close();
    }

    /** The training of the small classifier, as DJL's users write it. */
    private static final class TrainingStep implements Work {
        private final Model model;
        private final Trainer trainer;
        private final Loss crossEntropy = Loss.softmaxCrossEntropyLoss();
        private final NDArray images;
        private final NDArray digits;

        TrainingStep(Mlp mlp) {
            prepareEngine();
            SequentialBlock block = new SequentialBlock()
                    .add(Linear.builder().setUnits(Mlp.HIDDEN).build())
                    .add(Activation.reluBlock())
                    .add(Linear.builder().setUnits(Mlp.CLASSES).build());
            model = Model.newInstance("mlp", Device.cpu(), "PyTorch");
            model.setBlock(block);
            Optimizer sgd = Optimizer.sgd()
                    .setLearningRateTracker(Tracker.fixed((float) Mlp.LEARNING_RATE))
                    .build();
            trainer = model.newTrainer(new DefaultTrainingConfig(crossEntropy)
                    .optDevices(new Device[] {Device.cpu()})
                    .optOptimizer(sgd));
            trainer.initialize(shape(Mlp.BATCH, Mlp.INPUTS));
            Iterator<Tensor> weights = mlp.state().values().iterator(); // weight, bias, weight, bias: DJL's order too
            for (Parameter parameter : block.getParameters().values()) {
                parameter.getArray().set(weights.next().toFloats());
            }
            images = array(trainer.getManager(), mlp.images().toFloats(), Mlp.BATCH, Mlp.INPUTS);
            digits = array(
                    trainer.getManager(),
                    mlp.digits().toTensor(mlp.images().dtype()).toFloats(),
                    Mlp.BATCH);
        }

        @Override
        public Float run() {
            try (NDManager step = trainer.getManager().newSubManager()) {
                images.tempAttach(step); // what is computed from them is freed with the step
                digits.tempAttach(step);
                float value;
                try (GradientCollector collector = trainer.newGradientCollector()) {
                    NDList logits = trainer.forward(new NDList(images));
                    NDArray loss = crossEntropy.evaluate(new NDList(digits), logits);
                    collector.backward(loss);
                    value = loss.getFloat();
                }
                trainer.step();
                return value;
            }
        }

        @Override
        public float[] result() {
            return new float[] {run()};
        }

        @Override
        public void close() {
            trainer.close();
            model.close();
        }
    }
}
