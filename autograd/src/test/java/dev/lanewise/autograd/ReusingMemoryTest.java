package dev.lanewise.autograd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lanewise.core.Computed;
import dev.lanewise.core.CustomOp;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Saved;
import dev.lanewise.core.Tensor;
import dev.lanewise.core.TensorOps;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

class ReusingMemoryTest {
    private final Tensor input = Rng.of(1).normal(64, 64);

    /** Makes results of the same size, which take what memory there is to be used again. */
    private void useMemory() {
        for (int i = 0; i < 5; i++) {
            Variable x = Variable.of(input);
            Variable.reusingMemory(() -> x.exp().add(1).mul(x.sin()).sum()).backward();
        }
    }

    @Test
    void memoryIsUsedAgain() {
        List<Variable> seen = new ArrayList<>();
        Variable.withoutGradients(() -> Variable.reusingMemory(() -> {
            seen.add(Variable.of(input).exp());
            return seen.getFirst().sum();
        }));
        assertThatThrownBy(() -> seen.getFirst().value())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("reusingMemory")
                .hasMessageContaining("return it from there");
        assertThatThrownBy(() -> seen.getFirst().mul(2)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> seen.getFirst().reshape(-1)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> seen.getFirst().toString()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void withGradientsItIsKeptUntilTheBackwardPass() {
        Variable x = Variable.of(input);
        Tensor expected = x.exp().square().sum().backwardRetainingGraph().of(x);
        List<Variable> seen = new ArrayList<>();
        Variable sum = Variable.reusingMemory(() -> {
            seen.add(x.exp()); // kept by square
            seen.add(seen.getFirst().square()); // kept by nobody
            return seen.getLast().sum();
        });
        assertThatThrownBy(() -> seen.getLast().value()).isInstanceOf(IllegalStateException.class);
        Gradients gradients = sum.backward();
        useMemory();
        assertThat(gradients.of(x)).isEqualTo(expected);
        assertThatThrownBy(() -> seen.getFirst().value()).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aValueThatWasAskedForStays() {
        Variable x = Variable.of(input);
        List<Tensor> values = new ArrayList<>();
        List<Variable> views = new ArrayList<>();
        Variable sum = Variable.reusingMemory(() -> {
            Variable exp = x.exp();
            values.add(exp.value());
            views.add(exp.transpose());
            return exp.mul(2).sum();
        });
        sum.backward();
        useMemory();
        assertThat(values.getFirst()).isEqualTo(input.exp());
        assertThat(views.getFirst().value()).isEqualTo(input.exp().transpose());
    }

    @Test
    void aResultStays() {
        Variable x = Variable.of(input);
        Variable view = Variable.reusingMemory(() -> x.exp().slice(0, 1, 3));
        view.square().sum().backward();
        useMemory();
        assertThat(view.value()).isEqualTo(input.exp().slice(0, 1, 3));
    }

    @Test
    void whatAnInnerCallReturnsLivesInTheOuterOne() {
        Variable x = Variable.of(input);
        Variable sum = Variable.reusingMemory(() -> {
            Variable exp = Variable.reusingMemory(x::exp);
            useMemory();
            return exp.mul(2).sum();
        });
        assertThat(sum.item()).isEqualTo(input.exp().mul(2).sum().item());
    }

    @Test
    void aVariableThatEscapedBeforeTheBackwardPassIsLeftAlone() {
        Variable x = Variable.of(input);
        List<Variable> seen = new ArrayList<>();
        Variable sum = Variable.reusingMemory(() -> {
            seen.add(x.exp());
            return seen.getFirst().square().sum();
        });
        Variable outside = seen.getFirst().transpose(); // used while the graph keeps it: from now on it may be held
        sum.backward();
        useMemory();
        assertThat(outside.value()).isEqualTo(input.exp().transpose());
    }

    @Test
    void aVariableThatAnotherThreadUsesIsLeftAlone() {
        Variable x = Variable.of(input);
        List<Variable> seen = new ArrayList<>();
        Variable sum = Variable.reusingMemory(() -> {
            Variable exp = x.exp();
            var thread = new Thread(() -> seen.add(exp.transpose()));
            thread.start();
            try {
                thread.join();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return exp.square().sum();
        });
        sum.backward();
        useMemory();
        assertThat(seen.getFirst().value()).isEqualTo(input.exp().transpose());
    }

    @Test
    void aGradientThatWasGivenStays() {
        Variable x = Variable.of(input);
        Tensor seed = Variable.reusingMemory(() -> Variable.of(input).exp()).value();
        Gradients gradients = x.add(0).backward(seed);
        useMemory();
        assertThat(seed).isEqualTo(input.exp());
        assertThat(gradients.of(x)).isEqualTo(input.exp());
    }

    @Test
    void theGraphCanBeRetained() {
        Variable x = Variable.of(input);
        Variable sum = Variable.reusingMemory(() -> x.exp().square().sum());
        Tensor first = sum.backwardRetainingGraph().of(x);
        useMemory();
        assertThat(sum.backward().of(x)).isEqualTo(first);
    }

    @Test
    void gradientsOfGradientsAreRight() {
        Variable x = Variable.of(input);
        Variable sum = Variable.reusingMemory(() -> x.exp().sum());
        Variable gradient = Autograd.grad(sum, List.of(x)).getFirst();
        useMemory();
        assertThat(gradient.value()).isEqualTo(input.exp());
        assertThat(gradient.sum().backward().of(x)).isEqualTo(input.exp());
    }

    @Test
    void anErrorLosesNothing() {
        Variable x = Variable.of(input);
        List<Variable> seen = new ArrayList<>();
        assertThatThrownBy(() -> Variable.reusingMemory(() -> {
                    seen.add(x.exp());
                    throw new IllegalArgumentException("on purpose");
                }))
                .hasMessage("on purpose");
        useMemory();
        assertThat(seen.getFirst().value()).isEqualTo(input.exp());
    }

    /** Keeps what it is shown, as a user's operation may. */
    private static final class Keeping implements CustomOp {
        private final List<Tensor> shown = new ArrayList<>();

        @Override
        public String name() {
            return "keeping";
        }

        @Override
        public Computed forward(List<Tensor> operands) {
            Tensor result = operands.getFirst().mul(3);
            shown.add(operands.getFirst());
            shown.add(result);
            return Computed.of(result);
        }

        @Override
        public boolean keepsOperand(int operand, IntPredicate differentiated) {
            return true;
        }

        @Override
        public <T extends TensorOps<T>> void backward(Saved<T> saved) {
            shown.add(saved.gradient().value());
            saved.give(0, () -> saved.gradient().mul(3));
        }
    }

    @Test
    void whatACustomOpHasSeenStays() {
        Variable x = Variable.of(input);
        var op = new Keeping();
        Variable sum =
                Variable.reusingMemory(() -> x.exp().apply(op).square().mul(0.5).sum());
        sum.backward();
        useMemory();
        Tensor exp = input.exp();
        assertThat(op.shown).containsExactly(exp, exp.mul(3), exp.mul(3));
    }

    /** A table that is looked up and is a weight besides, as in a GPT whose head is its embedding. */
    @Test
    void theGradientOfPickedRowsIsAddedInPlace() {
        IntTensor picked = IntTensor.of(3, 60, 3, 0, 63, 3, 60);
        Tensor weights = Rng.of(2).normal(7, 64);
        Variable factor = Variable.constantOf(Rng.of(3).normal(5, 64));
        Variable table = Variable.of(input);
        Tensor bySelecting = table.indexSelect(0, picked)
                .mul(Variable.constantOf(weights))
                .sum()
                .backward()
                .of(table);
        Tensor byMultiplying =
                table.matmul(factor.transpose()).square().sum().backward().of(table);
        Variable both = Variable.reusingMemory(() -> table.indexSelect(0, picked)
                .mul(Variable.constantOf(weights))
                .sum()
                .add(table.matmul(factor.transpose()).square().sum()));
        Variable reversed = Variable.reusingMemory(() -> table.matmul(factor.transpose())
                .square()
                .sum()
                .add(table.indexSelect(0, picked)
                        .mul(Variable.constantOf(weights))
                        .sum()));
        for (Variable sum : List.of(both, reversed)) {
            Tensor first = sum.backwardRetainingGraph().of(table);
            useMemory();
            assertThat(first).isEqualTo(byMultiplying.add(bySelecting));
            assertThat(sum.backward().of(table)).isEqualTo(first);
        }
    }

    @Test
    void aGradientThatIsAlsoAnothersIsNotAddedTo() {
        IntTensor picked = IntTensor.of(1, 1, 5);
        Variable x = Variable.of(input);
        Variable y = Variable.of(input.neg());
        Tensor doubled = input.mul(2);
        for (boolean selectFirst : List.of(true, false)) {
            Variable sum = Variable.reusingMemory(() -> {
                Variable way = x.mul(1);
                Variable whole = way.add(y).mul(Variable.constantOf(doubled)).sum(); // one gradient for both
                Variable rows = way.indexSelect(0, picked).sum();
                return selectFirst ? rows.add(whole) : whole.add(rows);
            });
            Gradients gradients = sum.backward();
            assertThat(gradients.of(y)).isEqualTo(doubled);
            Tensor expected =
                    doubled.add(x.indexSelect(0, picked).sum().backward().of(x));
            assertThat(gradients.of(x)).isEqualTo(expected);
        }
    }

    /** Gradients that are pieces of one array, to one of which that of picked rows is added. */
    @Test
    void aGradientThatSharesItsMemoryIsNotAddedTo() {
        IntTensor picked = IntTensor.of(1, 1, 5);
        for (int given = 0; given < 3; given++) {
            int which = given;
            List<Tensor> gradients = new ArrayList<>();
            for (boolean copies : List.of(false, true)) {
                Variable x = Variable.of(Rng.of(2).normal(192, 64));
                Variable sum = Variable.reusingMemory(() -> {
                    List<Variable> pieces = x.split(0, 64, 64, 64);
                    Variable rows = pieces.get(which).indexSelect(0, picked).sum();
                    List<Variable> operands =
                            copies ? pieces.stream().map(piece -> piece.mul(1)).toList() : pieces;
                    Variable mixed = operands.get(0).attention(operands.get(1), operands.get(2), true, 0.4);
                    return rows.add(mixed.square().sum());
                });
                gradients.add(sum.backward().of(x));
                useMemory();
            }
            assertThat(gradients.get(0)).isEqualTo(gradients.get(1));
        }
    }
}
