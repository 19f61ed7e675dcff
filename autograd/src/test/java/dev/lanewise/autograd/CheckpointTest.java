package dev.lanewise.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.core.DType;
import dev.lanewise.core.MutableTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Code that the backward pass runs again. That every operation gives the same bits so is in OpCatalogueTest. */
class CheckpointTest {
    private final MutableTensor storage =
            new MutableTensor("hidden.weight", Rng.of(1).normal(8, 8));
    private final Variable weight = Variable.of(storage.value());
    private final Variable x = Variable.of(Rng.of(2).normal(4, 8));

    private Variable layer(Variable input) {
        return input.linear(weight, null).tanh().mul(input);
    }

    private Variable plain() {
        return layer(layer(x)).square().sum();
    }

    private Variable checkpointed() {
        Variable first = Variable.checkpoint(() -> layer(x));
        return Variable.checkpoint(() -> layer(first)).square().sum();
    }

    private void assertSame(Gradients actual, Gradients expected) {
        assertThat(actual.of(x)).isEqualTo(expected.of(x));
        assertThat(actual.of(weight)).isEqualTo(expected.of(weight));
    }

    @Test
    void valuesAndGradientsAreTheSameAlsoOfWhatTheCodeUses() {
        assertThat(checkpointed().item()).isEqualTo(plain().item());
        assertSame(checkpointed().backward(), plain().backward());
        assertSame(Variable.reusingMemory(this::checkpointed).backward(), plain().backward());
        assertSame(checkpointed().backwardRetainingGraph(), plain().backward());
    }

    @Test
    void nothingIsKeptBeforeTheBackwardPassAndAllIsLetGoOfAfterIt() {
        Variable loss = checkpointed();
        List<Node> nodes = Backward.order(List.of(loss.node()), Set.of()).stream()
                .filter(node -> node.op() != null && node.checkpoint() != null)
                .toList();
        assertThat(nodes).hasSizeGreaterThanOrEqualTo(6);
        loss.backward();
        assertThat(nodes).allMatch(node -> node.checkpoint() == null);
        assertThatThrownBy(loss::backward)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("an earlier backward pass has let go");
        assertThatThrownBy(() -> nodes.getFirst().state()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void theCodeRunsTwiceOnceForAllPassesThatRetain() {
        List<Boolean> runs = new ArrayList<>();
        Variable loss = Variable.checkpoint(() -> {
                    runs.add(Variable.isRunAgain());
                    return layer(x);
                })
                .sum();
        assertThat(runs).containsExactly(false);
        Gradients first = loss.backwardRetainingGraph();
        assertThat(runs).containsExactly(false, true);
        assertSame(loss.backwardRetainingGraph(), first);
        Autograd.grad(loss, List.of(x));
        assertSame(loss.backward(), first);
        assertThat(runs).containsExactly(false, true);
        assertThat(Variable.isRunAgain()).isFalse();
    }

    @Test
    void theSecondRunEndsWhereAllIsThere() {
        List<String> reached = new ArrayList<>();
        Supplier<Variable> code = () -> {
            Variable exp = x.exp(); // keeps its result
            reached.add("after exp");
            Variable sum = exp.add(1); // keeps nothing
            reached.add("after add");
            return sum;
        };
        Tensor expected = code.get().sum().backward().of(x);
        reached.clear();
        assertThat(Variable.checkpoint(code).sum().backward().of(x)).isEqualTo(expected);
        assertThat(reached).containsExactly("after exp", "after add");
        reached.clear();
        Supplier<Variable> longer = () -> {
            Variable sum = code.get();
            reached.add("before matmul");
            Variable product = sum.matmul(x.transpose()); // keeps its operands: need not be computed
            reached.add("after matmul");
            return product;
        };
        Tensor wanted = longer.get().sum().backward().of(x);
        reached.clear();
        assertThat(Variable.checkpoint(longer).sum().backward().of(x)).isEqualTo(wanted);
        assertThat(reached)
                .containsExactly(
                        "after exp",
                        "after add",
                        "before matmul",
                        "after matmul",
                        "after exp",
                        "after add",
                        "before matmul");
    }

    @Test
    void whatCatchesAllDoesNoHarm() {
        Supplier<Variable> code = () -> {
            Variable result = x.exp();
            try {
                return result.add(1);
            } catch (Error e) {
                throw new IllegalStateException(e);
            }
        };
        assertThat(Variable.checkpoint(code).sum().backward().of(x))
                .isEqualTo(code.get().sum().backward().of(x));
    }

    @Test
    void gradientsOfGradientsAreTheSame() {
        List<Variable> by = List.of(x, weight);
        Variable sum = x.constant(0);
        Variable expectedSum = x.constant(0);
        for (int i = 0; i < 2; i++) {
            sum = sum.add(Autograd.grad(checkpointed(), by).get(i).square().sum());
            expectedSum =
                    expectedSum.add(Autograd.grad(plain(), by).get(i).square().sum());
        }
        assertSame(sum.backward(), expectedSum.backward());
        GradCheck.check(
                operands -> Variable.checkpoint(
                        () -> operands.get(0).matmul(operands.get(1)).tanh().mul(operands.get(0))),
                List.of(
                        Rng.of(1).normal(DType.FLOAT64, Shape.of(2, 2), 0, 1),
                        Rng.of(2).normal(DType.FLOAT64, Shape.of(2, 2), 0, 1)),
                3);
    }

    @Test
    void checkpointsWithinCheckpoints() {
        List<String> runs = new ArrayList<>();
        Supplier<Variable> code = () -> Variable.checkpoint(() -> {
            Variable first = Variable.checkpoint(() -> {
                runs.add("first");
                return layer(x);
            });
            Variable between = first.sin();
            return Variable.checkpoint(() -> {
                runs.add("second");
                return Variable.checkpoint(() -> layer(between));
            });
        });
        Supplier<Variable> same = () -> layer(layer(x).sin());
        Gradients expected = same.get().square().sum().backward();
        assertSame(code.get().square().sum().backward(), expected);
        assertThat(runs).containsExactly("first", "second", "first", "second", "second", "first");
        assertSame(Variable.reusingMemory(() -> code.get().square().sum()).backward(), expected);
        assertThat(Autograd.grad(code.get().square().sum(), List.of(x))
                        .getFirst()
                        .value())
                .isEqualTo(Autograd.grad(same.get().square().sum(), List.of(x))
                        .getFirst()
                        .value());
        Variable retained = code.get().square().sum();
        assertSame(retained.backwardRetainingGraph(), expected);
        assertSame(retained.backward(), expected);
    }

    @Test
    void severalResultsOfWhichOneMayGoUnused() {
        Supplier<List<Variable>> code = () -> List.of(layer(x), x.exp(), x.sin());
        List<Variable> plain = code.get();
        Gradients expected = plain.get(0).mul(plain.get(1)).sum().backward();
        List<Variable> results = Variable.checkpointAll(code);
        assertThat(results.get(2).value()).isEqualTo(x.value().sin());
        assertSame(results.get(0).mul(results.get(1)).sum().backward(), expected);
    }

    @Test
    void constantsAndMemoryOfWhatIsAroundItStayUntilTheyAreRead() {
        Supplier<Variable> code = () -> {
            Variable constant = Variable.constantOf(Rng.of(9).normal(4, 8)).exp(); // remembered by nobody
            Variable before = x.exp(); // read by the checkpoint alone
            Variable view = before.transpose();
            return Variable.checkpoint(
                            () -> layer(view.transpose().mul(constant)).add(x))
                    .sum();
        };
        Gradients expected = code.get().backward();
        Variable loss = Variable.reusingMemory(code);
        for (int i = 0; i < 3; i++) {
            Variable.reusingMemory(() -> x.exp().sin().mul(x).sum()).backward();
        }
        assertSame(loss.backward(), expected);
    }

    @Test
    void hooksWithinAreCalledOnceAPass() {
        List<Tensor> seen = new ArrayList<>();
        Variable result = Variable.checkpoint(() -> layer(x.exp().onGradient(seen::add)));
        Tensor gradient = result.sum().backward().of(x);
        assertThat(seen).hasSize(1);
        assertThat(gradient).isEqualTo(seen.getFirst().mul(x.value().exp()));
    }

    @Test
    void withoutGradientsTheCodeJustRuns() {
        List<Boolean> runs = new ArrayList<>();
        Variable result = Variable.withoutGradients(() -> Variable.checkpoint(() -> {
            runs.add(Variable.isRunAgain());
            return layer(x);
        }));
        assertThat(result.needsGradient()).isFalse();
        assertThat(result.value()).isEqualTo(layer(x).value());
        assertThat(runs).containsExactly(false);
    }

    @Test
    void aPassWithinWithoutGradientsIsTheSame() {
        Gradients expected = plain().backward();
        Variable loss = checkpointed();
        assertSame(Variable.withoutGradients(loss::backward), expected);
    }

    @Test
    void theBackwardPassMayRunInAnotherThread() throws Exception {
        Gradients expected = plain().backward();
        Variable loss = Variable.reusingMemory(this::checkpointed);
        var task = new FutureTask<>(loss::backward);
        new Thread(task).start();
        assertSame(task.get(), expected);
    }

    @Test
    void twoPassesAtOnceThroughOneGraph() throws Exception {
        Gradients expected = plain().backward();
        for (int i = 0; i < 20; i++) {
            Variable loss = checkpointed();
            var task = new FutureTask<>(loss::backwardRetainingGraph);
            new Thread(task).start();
            assertSame(loss.backwardRetainingGraph(), expected);
            assertSame(task.get(), expected);
        }
    }

    // ------------------------------------------------------------------ errors

    @Test
    void aParameterThatChangedInBetweenIsAnError() {
        Variable loss = checkpointed();
        storage.assign(Rng.of(7).normal(8, 8));
        assertThatThrownBy(loss::backward)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("checkpoint: hidden.weight was changed since the forward pass (version 0, now 1)")
                .hasMessageContaining("call backward before the optimizer's step");
        // Also if only the value depends on it: what is kept would be computed of the changed one.
        MutableTensor shift = new MutableTensor("shift", Tensor.ones(8));
        Variable shifted = Variable.checkpoint(
                        () -> x.add(Variable.constantOf(shift.value())).square())
                .sum();
        shift.assign(Tensor.zeros(8));
        assertThatThrownBy(shifted::backward).hasMessageContaining("shift was changed");
    }

    @Test
    void codeThatDoesSomethingElseIsAnError() {
        Variable other = Variable.checkpoint(
                        () -> Variable.isRunAgain() ? x.sin().exp() : x.exp().exp())
                .sum();
        assertThatThrownBy(other::backward)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(
                        "checkpoint: run again, the code computed sin of [4, 8] where it was exp of [4, 8]");
        Variable fewer = Variable.checkpoint(
                        () -> Variable.isRunAgain() ? x.exp() : x.exp().exp())
                .sum();
        assertThatThrownBy(fewer::backward)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("computed 1 operations where it was 2");
        Variable shape = Variable.checkpoint(() -> (Variable.isRunAgain() ? x.slice(0, 0, 1) : x.slice(0, 0, 2)).exp())
                .sum();
        assertThatThrownBy(shape::backward)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("exp of [1, 8] where it was exp of [2, 8]");
    }

    @Test
    void gradientsTakenWithinAreAnError() {
        assertThatThrownBy(() -> Variable.checkpoint(
                        () -> Autograd.grad(x.exp().sum(), List.of(x)).getFirst()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("checkpoint: gradients of what the code computes are taken within the code");
        // Those of what was computed outside are not.
        Variable sum = x.exp().sum();
        Supplier<Variable> code =
                () -> Autograd.grad(sum, List.of(x)).getFirst().square();
        assertThat(Variable.checkpoint(code).sum().backward().of(x))
                .isEqualTo(code.get().sum().backward().of(x));
    }

    @Test
    void anExceptionOfTheSecondRunEndsThePassAndTheNextMaySucceed() {
        List<RuntimeException> problems = new ArrayList<>();
        Variable loss = Variable.checkpoint(() -> {
                    if (!problems.isEmpty()) {
                        throw problems.removeFirst();
                    }
                    return layer(x);
                })
                .sum();
        var problem = new IllegalCallerException("on purpose");
        problems.add(problem);
        assertThatThrownBy(loss::backwardRetainingGraph).isSameAs(problem);
        assertSame(loss.backward(), layer(x).sum().backward());
    }

    @Test
    void anExceptionOfTheFirstRunIsHandedOn() {
        var problem = new IllegalCallerException("on purpose");
        assertThatThrownBy(() -> Variable.checkpoint(() -> {
                    layer(x);
                    throw problem;
                }))
                .isSameAs(problem);
        assertSame(checkpointed().backward(), plain().backward());
    }
}
