package dev.lanewise.autograd;

import static dev.lanewise.core.Results.results;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lanewise.core.Formula;
import dev.lanewise.core.MutableTensor;
import dev.lanewise.core.Tensor;
import java.util.List;
import org.junit.jupiter.api.Test;

class GraphPictureTest {
    @Test
    void operationsShapesNamesAndConstants() {
        MutableTensor weight = new MutableTensor("hidden.\"weight\"", Tensor.ones(3, 2));
        Variable w = Variable.of(weight.value());
        Variable x = Variable.of(Tensor.ones(4, 3));
        Variable y = x.matmul(w).mul(Variable.constantOf(Tensor.ones(2)));
        assertThat(y.toDot()).isEqualTo("""
                        digraph {
                            node [fontname="sans-serif"];
                            n0 [shape=box, style=filled, label="leaf\\n[4, 3]"];
                            n1 [shape=box, style=filled, label="hidden.\\"weight\\"\\n[3, 2]"];
                            n2 [shape=ellipse, style=solid, label="matmul\\n[4, 2]"];
                            n0 -> n2;
                            n1 -> n2;
                            n3 [shape=box, style=dashed, label="constant\\n[2]"];
                            n4 [shape=ellipse, style=solid, label="mul\\n[4, 2]"];
                            n2 -> n4;
                            n3 -> n4;
                        }
                        """);
        assertThat(y.toDot()).isEqualTo(y.toDot());
    }

    @Test
    void aValueUsedTwiceIsOneNodeAndOneOfSeveralResultsIsNumbered() {
        Variable x = Variable.of(Tensor.ones(2, 2));
        String square = x.mul(x).toDot();
        assertThat(square.split("\n"))
                .filteredOn(line -> line.contains("n0 -> n1"))
                .hasSize(2);
        Formula both = Formula.of("both", (y, z) -> results(y.mul(z), y.add(z)));
        Variable second = x.mapAll(both, List.of(x)).get(1);
        assertThat(second.exp().toDot())
                .contains("label=\"both\\n[2, 2] [2, 2]\"", "n0 -> n1;", "n1 -> n2 [label=\"1: [2, 2]\"]");
    }

    @Test
    void aConstantIsAPictureToo() {
        assertThat(Variable.constantOf(Tensor.ones(2)).toDot())
                .contains("constant\\n[2]")
                .startsWith("digraph {");
    }

    @Test
    void thePictureIsThereAfterTheBackwardPassToo() {
        Variable x = Variable.of(Tensor.ones(2));
        Variable loss = x.exp().sum();
        String before = loss.toDot();
        loss.backward();
        assertThat(loss.toDot()).isEqualTo(before);
    }
}
