package dev.lanewise.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.core.Rng;
import dev.lanewise.core.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Variables: what they remember, and what not. */
class VariableTest {
    @Test
    void nothingIsRememberedWithoutGradients() {
        Variable x = Variable.of(Tensor.of(new float[] {1, 2, 3}));
        Variable inside = Variable.withoutGradients(() -> x.square().sum());
        assertThat(inside.needsGradient()).isFalse();
        assertThat(inside.value()).isEqualTo(x.square().sum().value());
        assertThat(x.square().needsGradient()).isTrue();
        assertThat(Variable.withoutGradients(() -> x.needsGradient())).isTrue(); // a leaf stays one
    }

    @Test
    void withoutGradientsNestsAndEndsWithAnException() {
        Variable x = Variable.of(Tensor.scalar(2));
        Variable.withoutGradients(() -> {
            Variable.withoutGradients(x::square);
            assertThat(x.square().needsGradient()).isFalse();
            return null;
        });
        assertThatThrownBy(() -> Variable.withoutGradients(() -> {
                    throw new IllegalStateException("inside");
                }))
                .hasMessage("inside");
        assertThat(x.square().needsGradient()).isTrue();
    }

    @Test
    void withoutGradientsHoldsInTheCallingThreadAlone() {
        Variable x = Variable.of(Tensor.scalar(2));
        try (ExecutorService other = Executors.newSingleThreadExecutor()) {
            boolean remembered = Variable.withoutGradients(
                    () -> get(other.submit(() -> x.square().needsGradient())));
            assertThat(remembered).isTrue();
        }
    }

    @Test
    void gradientsStopWhereDetached() {
        Variable x = Variable.of(Tensor.scalar(3));
        Variable y = x.square().detach().mul(x);
        assertThat(y.backward().of(x).item()).isEqualTo(9);
        assertThat(x.detach().needsGradient()).isFalse();
        assertThat(x.detach().value()).isSameAs(x.value());
    }

    @Test
    void whatIsComputedFromConstantsAloneIsConstant() {
        Variable constant = Variable.constantOf(Tensor.scalar(2));
        assertThat(constant.exp().mul(3).needsGradient()).isFalse();
        assertThat(constant.exp().mul(Variable.of(Tensor.scalar(1))).needsGradient())
                .isTrue();
    }

    @Test
    void printsItsValues() {
        assertThat(Variable.of(Tensor.of(new float[] {1, 2.5f}))).hasToString("[1.  2.5]");
    }

    @Test
    void twoThreadsThatTrainDoNotMeet() {
        List<Tensor> alone = List.of(train(1), train(2));
        List<Tensor> together;
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            List<Callable<Tensor>> trainings = List.of(() -> train(1), () -> train(2));
            together = new ArrayList<>();
            for (Future<Tensor> future : invokeAll(threads, trainings)) {
                together.add(get(future));
            }
        }
        assertThat(together).isEqualTo(alone);
    }

    private static <T> List<Future<T>> invokeAll(ExecutorService threads, List<Callable<T>> tasks) {
        try {
            return threads.invokeAll(tasks);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static <T> T get(Future<T> future) {
        try {
            return future.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new AssertionError(e);
        }
    }

    /** Fits a small network to noise by plain descent, large enough for kernels to run in parallel. */
    private static Tensor train(long seed) {
        Rng rng = Rng.of(seed);
        Tensor x = rng.stream("x").normal(300, 64);
        Tensor target = rng.stream("y").normal(300, 8);
        Tensor hidden = rng.stream("hidden").normal(128, 64).mul(0.1);
        Tensor output = rng.stream("output").normal(8, 128).mul(0.1);
        for (int step = 0; step < 30; step++) {
            Variable w = Variable.of(hidden);
            Variable v = Variable.of(output);
            Variable loss = Variable.constantOf(x)
                    .linear(w, null)
                    .gelu()
                    .linear(v, null)
                    .sub(Variable.constantOf(target))
                    .square()
                    .mean();
            Gradients gradients = loss.backward();
            hidden = hidden.sub(gradients.of(w).mul(0.1));
            output = output.sub(gradients.of(v).mul(0.1));
        }
        return Tensor.concat(0, List.of(hidden.reshape(-1), output.reshape(-1)));
    }
}
