package dev.lanewise.nn;

import static dev.lanewise.nn.LayerCheck.apply;
import static dev.lanewise.nn.LayerCheck.checkFirst;
import static dev.lanewise.nn.LayerCheck.wave;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.autograd.Gradients;
import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.core.TensorOps;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Cells of recurrent layers, bilinear layers, bags of vectors: PyTorch 2.13's numbers, in double precision. */
class CellsAndBagsTest {
    private static final Tensor X = wave(0.1, 2, 3);
    private static final Tensor HIDDEN = wave(0.2, 2, 2);

    /** Gives a layer's parameters the values that the reference has. */
    private static <L extends Layer> L known(L layer) {
        layer.init(Rng.of(1), DType.FLOAT64);
        int phase = 0;
        for (Parameter parameter : layer.parameters()) {
            parameter.assign(wave(phase++, parameter.shape().toArray()));
        }
        return layer;
    }

    private static Gradients gradients(Variable result) {
        return result.backward(wave(0.5, result.shape().toArray()));
    }

    /** The sum of each parameter's gradient, weighted. */
    private static void checkParameters(Layer layer, Gradients gradients, double... expected) {
        List<Parameter> parameters = layer.parameters();
        assertThat(parameters).hasSameSizeAs(expected);
        for (int i = 0; i < expected.length; i++) {
            Tensor gradient = gradients.of(parameters.get(i).value());
            Tensor sum = gradient.mul(wave(0.2, gradient.shape().toArray())).sum();
            assertThat(sum.item()).isCloseTo(expected[i], within(1e-11));
        }
    }

    @Test
    void plainCells() {
        var cell = known(new RnnCell(3, 2));
        assertThat(cell.state().keySet()).containsExactly("weight_ih", "weight_hh", "bias_ih", "bias_hh");
        Variable x = Variable.of(X);
        Variable hidden = Variable.of(HIDDEN);
        Variable result = cell.forward(x, hidden);
        checkFirst(result.value(), 0.9979437884351291, 0.04086445903601093, 0.981940010312066, 0.9116152042179689);
        Gradients gradients = gradients(result);
        checkFirst(
                gradients.of(x),
                0.8032013563847916,
                0.3129695026163562,
                -0.3244567985159271,
                0.07518375430084563,
                0.050997519184098804,
                0.002826353936851933);
        checkFirst(
                gradients.of(hidden),
                0.6301641229198526,
                0.04064324269797294,
                0.08733349445729202,
                0.03721095427376906);
        checkParameters(
                cell, gradients, -0.2525126661653821, 0.8915582224514816, 0.8042188317727259, 0.8042188317727259);
        checkFirst(
                cell.forward(x).value(),
                0.9864949610032131,
                -0.12521717399751894,
                0.6460356582765199,
                0.6809159797215422);
    }

    @Test
    void cellsOfRelu() {
        var cell = known(new RnnCell(3, 2, true, true));
        Variable x = Variable.of(X);
        Variable hidden = Variable.of(HIDDEN);
        Variable result = cell.forward(x, hidden);
        checkFirst(result.value(), 3.439504290697821, 0.0408872284286903, 2.3490662350916214, 1.5370019294490342);
        Gradients gradients = gradients(result);
        checkFirst(
                gradients.of(x),
                0.8045448690897647,
                0.6210764609634458,
                0.1455060886586172,
                0.44498561267663206,
                0.7823101048721142,
                0.7517019308136585);
        checkFirst(gradients.of(hidden), 1.0329807655167451, 0.5141842384742459, 1.1444862628991355, 0.959847385613301);
        checkParameters(
                cell, gradients, 0.7879123329152656, 2.5850239583714556, 1.4171453494330928, 1.4171453494330928);
        checkFirst(cell.forward(x).value(), 2.4955320819045186, 0.0, 0.7684644330656636, 0.8308198476413798);
    }

    @Test
    void gatedCells() {
        var cell = known(new GruCell(3, 2));
        Variable x = Variable.of(X);
        Variable hidden = Variable.of(HIDDEN);
        Variable result = cell.forward(x, hidden);
        checkFirst(result.value(), -0.6348952371115042, -0.37977914994371, 0.3810660432696015, 0.04952745153275344);
        Gradients gradients = gradients(result);
        checkFirst(
                gradients.of(x),
                0.16007812514124078,
                0.22158760025746832,
                0.17888096457084524,
                0.32969789985936254,
                -0.18313932323282667,
                -0.6098432609777542);
        checkFirst(
                gradients.of(hidden), -0.15960648914713568, 0.4070196136532918, 0.7468994118306069, 0.9147508706425069);
        checkParameters(
                cell, gradients, 0.7036397962715273, 0.3484154249289101, 0.2622002649912189, 0.32075863124704074);
        checkFirst(
                cell.forward(x).value(),
                -0.840205422484576,
                -0.5508019821029904,
                -0.317258479898169,
                -0.7424763539880905);
    }

    @Test
    void cellsOfLongMemory() {
        var cell = known(new LstmCell(3, 2));
        Variable x = Variable.of(X);
        Variable hidden = Variable.of(HIDDEN);
        Variable memory = Variable.of(wave(0.3, 2, 2));
        LstmCell.State result = cell.forward(x, new LstmCell.State(hidden, memory));
        checkFirst(
                result.hidden().value(),
                -0.46942480178547624,
                -0.0987166579582442,
                0.19018056981725248,
                0.19398479835279886);
        checkFirst(
                result.cell().value(),
                -0.6261292656410323,
                -0.15313982170348944,
                0.3964692361233554,
                0.2825924982803318);
        Gradients gradients = gradients(TensorOps.concat(0, List.of(result.hidden(), result.cell())));
        checkFirst(
                gradients.of(x),
                0.08093830773458442,
                0.00352647618570201,
                -0.07554391221602634,
                -0.07395649696906695,
                0.23695603324973383,
                0.4364244384910315);
        checkFirst(
                gradients.of(hidden),
                0.07279890271367087,
                0.09937801935971873,
                -0.4958304792840646,
                -0.6783540750761705);
        checkFirst(
                gradients.of(memory),
                0.0035354293137791573,
                -0.05288984740848012,
                -0.022940899431603934,
                -0.01757622098751144);
        checkParameters(
                cell, gradients, -0.21493923904460485, -0.2938459392988211, 0.037559329632665915, 0.037559329632665915);
        checkFirst(
                cell.forward(x).cell().value(),
                -0.8381998468911213,
                -0.44795556547793797,
                -0.33228952308117116,
                -0.5724167799702359);
    }

    @Test
    void cellStepsAreThoseOfTheLayer() {
        var layer = new Lstm(3, 2);
        layer.init(Rng.of(1));
        var cell = new LstmCell(3, 2);
        cell.init(Rng.of(2));
        for (int i = 0; i < 4; i++) {
            cell.parameters().get(i).assign(layer.parameters().get(i).value().value());
        }
        Variable sequence = Variable.of(Rng.of(3).normal(4, 5, 3));
        Variable expected = layer.forward(sequence, Pass.inference()).outputs();
        LstmCell.State state = cell.forward(sequence.select(1, 0));
        for (int step = 1; step < 5; step++) {
            assertThat(state.hidden()
                            .value()
                            .sub(expected.value().select(1, step - 1))
                            .abs()
                            .amax()
                            .item())
                    .isLessThan(1e-6);
            state = cell.forward(sequence.select(1, step), state);
        }
    }

    @Test
    void cellsWithoutBiasAndSingleNumbers() {
        var cell = new GruCell(3, 2, false);
        assertThat(cell.parameters()).hasSize(2);
        LayerCheck.gradients(cell, o -> cell.forward(o.get(0), o.get(1)), List.of(X, HIDDEN));
        var single = new RnnCell(3, 2);
        single.init(Rng.of(1));
        assertThat(single.forward(Variable.constantOf(Tensor.ones(4, 3))).dtype())
                .isEqualTo(DType.FLOAT32);
        assertThat(single).hasToString("RnnCell(3 → 2)");
        assertThat(cell).hasToString("GruCell(3 → 2, no bias)");
    }

    @Test
    void cellsSayWhatDoesNotFit() {
        var cell = known(new LstmCell(3, 2));
        Variable x = Variable.of(X);
        assertThatThrownBy(() -> cell.forward(Variable.of(HIDDEN)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("LstmCell: input has shape [2, 2], expected [batch, 3]");
        assertThatThrownBy(() -> cell.forward(x, new LstmCell.State(x, x)))
                .hasMessage("LstmCell: a state has shape [2, 3], expected [2, 2]");
        assertThatThrownBy(() -> cell.forward(Variable.of(Tensor.ones(2, 3)))).hasMessageContaining("type FLOAT32");
        assertThatThrownBy(() -> new GruCell(0, 2)).hasMessageContaining("0 inputs and a state of 2");
    }

    @Test
    void bilinearLayers() {
        var layer = known(new Bilinear(3, 2, 2));
        assertThat(layer.state().keySet()).containsExactly("weight", "bias");
        Variable x = Variable.of(X);
        Variable z = Variable.of(HIDDEN);
        Variable result = layer.forward(x, z);
        checkFirst(result.value(), 1.3096471089010264, 1.7193461577947746, 1.5871211917908419, -1.0696786978328208);
        Gradients gradients = gradients(result);
        checkFirst(
                gradients.of(x),
                -0.6367337080870091,
                0.3134224687125412,
                0.7432767511426306,
                -0.3721743214200544,
                1.2224500485321872,
                0.7877270055946081);
        checkFirst(gradients.of(z), 0.6067512674551716, 0.998485013638658, -0.508155396644458, 0.20238851519369938);
        checkParameters(layer, gradients, 0.9400928675969399, 1.4171453494330928);
        assertThat(layer.forward(x.reshape(2, 1, 3), z.reshape(2, 1, 2)).value().reshape(2, 2))
                .isEqualTo(result.value());
        assertThat(layer.forward(x.select(0, 0), z.select(0, 0)).shape()).isEqualTo(Shape.of(2));
        var plain = new Bilinear(3, 2, 4, false);
        LayerCheck.gradients(plain, o -> plain.forward(o.get(0), o.get(1)), List.of(X, HIDDEN));
        assertThat(plain).hasToString("Bilinear(3 x 2 → 4, no bias)");
        assertThatThrownBy(() -> layer.forward(z, x))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("Bilinear: inputs have shapes [2, 2] and [2, 3], expected [.., 3] and [.., 2]");
        assertThatThrownBy(() -> new Bilinear(3, 0, 2)).hasMessageContaining("3 and 0 inputs and 2 outputs");
    }

    private static final IntTensor ROWS = IntTensor.of(Shape.of(2, 3), 0, 2, 4, 1, 2, 1);
    private static final IntTensor NUMBERS = IntTensor.of(0, 2, 4, 2, 1, 1);
    private static final IntTensor STARTS = IntTensor.of(0, 3, 4, 4);

    private static void checkBags(
            EmbeddingBag layer, double[] ofRows, double[] byRows, double[] ofStarts, double[] byStarts) {
        known(layer);
        assertThat(layer.state().keySet()).containsExactly("weight");
        Variable result = layer.forward(ROWS);
        assertThat(result.shape()).isEqualTo(Shape.of(2, 2));
        checkFirst(result.value(), ofRows);
        checkFirst(gradients(result).of(layer.weight().value()), byRows);
        Variable other = layer.forward(NUMBERS, STARTS);
        assertThat(other.shape()).isEqualTo(Shape.of(4, 2));
        checkFirst(other.value(), ofStarts);
        checkFirst(gradients(other).of(layer.weight().value()), byStarts);
    }

    @Test
    void bagsAreSummed() {
        checkBags(
                new EmbeddingBag(5, 2, EmbeddingBag.Mode.SUM),
                new double[] {-0.2962784877164165, 0.3102483600324209, 2.3058876101328254, 1.3756355056081282},
                new double[] {
                    0.479425538604203,
                    0.9320390859672263,
                    1.892600175374829,
                    1.031002743642929,
                    1.4257256262916176,
                    1.4475404577886908,
                    0.0,
                    0.0,
                    0.479425538604203,
                    0.9320390859672263
                },
                new double[] {
                    -0.2962784877164165,
                    0.3102483600324209,
                    0.3349881501559051,
                    -0.35078322768961984,
                    0.0,
                    0.0,
                    1.9708994599769203,
                    1.7264187332977479
                },
                new double[] {
                    0.479425538604203,
                    0.9320390859672263,
                    -1.9998465151282017,
                    -1.5455289751119754,
                    1.4257256262916176,
                    1.4475404577886908,
                    0.0,
                    0.0,
                    0.479425538604203,
                    0.9320390859672263
                });
        checkBags(
                EmbeddingBag.padded(5, 2, EmbeddingBag.Mode.SUM, 2),
                new double[] {-0.6312666378723216, 0.6610315877220407, 1.9708994599769203, 1.7264187332977479},
                new double[] {
                    0.479425538604203,
                    0.9320390859672263,
                    1.892600175374829,
                    1.031002743642929,
                    0.0,
                    0.0,
                    0.0,
                    0.0,
                    0.479425538604203,
                    0.9320390859672263
                },
                new double[] {
                    -0.6312666378723216, 0.6610315877220407, 0.0, 0.0, 0.0, 0.0, 1.9708994599769203, 1.7264187332977479
                },
                new double[] {
                    0.479425538604203,
                    0.9320390859672263,
                    -1.9998465151282017,
                    -1.5455289751119754,
                    0.0,
                    0.0,
                    0.0,
                    0.0,
                    0.479425538604203,
                    0.9320390859672263
                });
    }

    @Test
    void bagsHaveMeans() {
        checkBags(
                new EmbeddingBag(5, 2, EmbeddingBag.Mode.MEAN),
                new double[] {-0.09875949590547217, 0.10341612001080697, 0.7686292033776084, 0.4585451685360427},
                new double[] {
                    0.15980851286806766,
                    0.31067969532240874,
                    0.6308667251249429,
                    0.3436675812143096,
                    0.47524187543053914,
                    0.48251348592956356,
                    0.0,
                    0.0,
                    0.15980851286806766,
                    0.31067969532240874
                },
                new double[] {
                    -0.09875949590547217,
                    0.10341612001080697,
                    0.3349881501559051,
                    -0.35078322768961984,
                    0.0,
                    0.0,
                    0.9854497299884601,
                    0.8632093666488739
                },
                new double[] {
                    0.15980851286806766,
                    0.31067969532240874,
                    -0.9999232575641008,
                    -0.7727644875559877,
                    1.106108600555482,
                    0.8261810671438732,
                    0.0,
                    0.0,
                    0.15980851286806766,
                    0.31067969532240874
                });
        checkBags(
                EmbeddingBag.padded(5, 2, EmbeddingBag.Mode.MEAN, 2),
                new double[] {-0.3156333189361608, 0.33051579386102037, 0.9854497299884601, 0.8632093666488739},
                new double[] {
                    0.2397127693021015,
                    0.46601954298361314,
                    0.9463000876874145,
                    0.5155013718214645,
                    0.0,
                    0.0,
                    0.0,
                    0.0,
                    0.2397127693021015,
                    0.46601954298361314
                },
                new double[] {
                    -0.3156333189361608, 0.33051579386102037, 0.0, 0.0, 0.0, 0.0, 0.9854497299884601, 0.8632093666488739
                },
                new double[] {
                    0.2397127693021015,
                    0.46601954298361314,
                    -0.9999232575641008,
                    -0.7727644875559877,
                    0.0,
                    0.0,
                    0.0,
                    0.0,
                    0.2397127693021015,
                    0.46601954298361314
                });
    }

    @Test
    void bagsHaveLargestElements() {
        checkBags(
                new EmbeddingBag(5, 2, EmbeddingBag.Mode.MAX),
                new double[] {0.3349881501559051, 0.644217687237691, 0.9854497299884601, 0.8632093666488739},
                new double[] {
                    0.0,
                    0.9320390859672263,
                    0.9463000876874145,
                    0.5155013718214645,
                    0.479425538604203,
                    0.0,
                    0.0,
                    0.0,
                    0.0,
                    0.0
                },
                new double[] {
                    0.3349881501559051,
                    0.644217687237691,
                    0.3349881501559051,
                    -0.35078322768961984,
                    0.0,
                    0.0,
                    0.9854497299884601,
                    0.8632093666488739
                },
                new double[] {
                    0.0,
                    0.9320390859672263,
                    -0.9999232575641008,
                    -0.7727644875559877,
                    1.4257256262916176,
                    0.5155013718214645,
                    0.0,
                    0.0,
                    0.0,
                    0.0
                });
        checkBags(
                EmbeddingBag.padded(5, 2, EmbeddingBag.Mode.MAX, 2),
                new double[] {0.0, 0.644217687237691, 0.9854497299884601, 0.8632093666488739},
                new double[] {
                    0.479425538604203,
                    0.9320390859672263,
                    0.9463000876874145,
                    0.5155013718214645,
                    0.0,
                    0.0,
                    0.0,
                    0.0,
                    0.0,
                    0.0
                },
                new double[] {0.0, 0.644217687237691, 0.0, 0.0, 0.0, 0.0, 0.9854497299884601, 0.8632093666488739},
                new double[] {
                    0.479425538604203,
                    0.9320390859672263,
                    -0.9999232575641008,
                    -0.7727644875559877,
                    0.0,
                    0.0,
                    0.0,
                    0.0,
                    0.0,
                    0.0
                });
    }

    @Test
    void vectorsOfBagsHaveWeights() {
        {
            EmbeddingBag layer = known(new EmbeddingBag(5, 2, EmbeddingBag.Mode.SUM));
            Variable factors = Variable.of(wave(0.4, 6));
            Variable result = layer.forward(NUMBERS, STARTS, factors);
            checkFirst(
                    result.value(),
                    -0.31621361479209614,
                    -0.04537623330057551,
                    0.20048107647322277,
                    -0.20993399039111327,
                    0.0,
                    0.0,
                    -0.7352837597420633,
                    -0.6440752980485182);
            Gradients gradients = gradients(result);
            checkFirst(
                    gradients.of(layer.weight().value()),
                    0.18669709850368066,
                    0.36295311582422707,
                    0.7460830419872084,
                    0.5765907285924866,
                    0.9936018110495329,
                    1.139153304561448,
                    0.0,
                    0.0,
                    0.46688742495220587,
                    0.9076640557550619);
            checkFirst(
                    gradients.of(factors),
                    0.600436064376938,
                    -0.16634180459394626,
                    -0.28697413542582495,
                    0.1361700807808176,
                    -1.6524316480476704,
                    -1.6524316480476704);
            Variable rows = layer.forward(NUMBERS.reshape(2, 3), factors.reshape(2, 3));
            assertThat(rows.value())
                    .isEqualTo(
                            layer.forward(NUMBERS, IntTensor.of(0, 3), factors).value());
        }
        {
            EmbeddingBag layer = known(EmbeddingBag.padded(5, 2, EmbeddingBag.Mode.SUM, 2));
            Variable factors = Variable.of(wave(0.4, 6));
            Variable result = layer.forward(NUMBERS, STARTS, factors);
            checkFirst(
                    result.value(),
                    -0.6147575197444041,
                    0.26724436100252,
                    0.0,
                    0.0,
                    0.0,
                    0.0,
                    -0.7352837597420633,
                    -0.6440752980485182);
            Gradients gradients = gradients(result);
            checkFirst(
                    gradients.of(layer.weight().value()),
                    0.18669709850368066,
                    0.36295311582422707,
                    0.7460830419872084,
                    0.5765907285924866,
                    0.0,
                    0.0,
                    0.0,
                    0.0,
                    0.46688742495220587,
                    0.9076640557550619);
            checkFirst(
                    gradients.of(factors),
                    0.600436064376938,
                    0.0,
                    -0.28697413542582495,
                    0.0,
                    -1.6524316480476704,
                    -1.6524316480476704);
            Variable rows = layer.forward(NUMBERS.reshape(2, 3), factors.reshape(2, 3));
            assertThat(rows.value())
                    .isEqualTo(
                            layer.forward(NUMBERS, IntTensor.of(0, 3), factors).value());
        }
    }

    @Test
    void bagsSayWhatDoesNotFit() {
        var layer = known(new EmbeddingBag(5, 2, EmbeddingBag.Mode.MEAN));
        assertThat(layer.forward(IntTensor.of(), IntTensor.of()).shape()).isEqualTo(Shape.of(0, 2));
        assertThat(layer.forward(IntTensor.of(Shape.of(2, 0))).value())
                .isEqualTo(Tensor.zeros(2, 2).to(DType.FLOAT64));
        assertThatThrownBy(() -> layer.forward(NUMBERS))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("EmbeddingBag: numbers have shape [6], expected [bags, each]");
        for (IntTensor starts :
                List.of(IntTensor.of(1, 2), IntTensor.of(0, 3, 2), IntTensor.of(0, 7), IntTensor.of())) {
            assertThatThrownBy(() -> layer.forward(NUMBERS, starts))
                    .hasMessageContaining("starts that ascend from 0 to 6");
        }
        assertThatThrownBy(() -> layer.forward(IntTensor.of(Shape.of(1, 1), 5)))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageStartingWith("EmbeddingBag: ");
        assertThatThrownBy(() -> layer.forward(ROWS, Variable.of(X)))
                .hasMessageContaining("mode MEAN, expected the same shape and SUM");
        assertThatThrownBy(() -> EmbeddingBag.padded(5, 2, EmbeddingBag.Mode.SUM, 5))
                .hasMessage("EmbeddingBag: padding 5 is none of the numbers 0 to 4");
        EmbeddingBag padded = EmbeddingBag.padded(5, 2, EmbeddingBag.Mode.SUM, 2);
        padded.init(Rng.of(1));
        assertThat(padded.weight().value().value().select(0, 2)).isEqualTo(Tensor.zeros(2));
        assertThat(padded).hasToString("EmbeddingBag(5 x 2, SUM, padding 2)");
    }

    @Test
    void alphaDropoutKeepsMeanAndVariance() {
        var layer = new AlphaDropout(0.25);
        Tensor drawn = Rng.of(5).normal(400, 500);
        Variable x = Variable.of(drawn);
        assertThat(layer.forward(x, Pass.inference())).isSameAs(x);
        Pass pass = Pass.training(Rng.of(1), 3);
        Variable result = layer.forward(x, pass);
        assertThat(layer.forward(x, pass).value()).isEqualTo(result.value());
        // Of 200,000 numbers the mean deviates by 0.0022, the variance by 0.0032 or so: four deviations of each.
        assertThat(result.value().mean().item()).isCloseTo(0, within(0.009));
        assertThat(result.value().var().item()).isCloseTo(1, within(0.013));
        // a = 1/√((1 + p·α²)(1 − p)); what is dropped is −a·α·(1 − p).
        double alpha = 1.7580993408473766;
        double scale = 1 / Math.sqrt((1 + 0.25 * alpha * alpha) * 0.75);
        Tensor gradient = result.backward(Tensor.ones(400, 500)).of(x);
        Tensor dropped = gradient.eq(0);
        assertThat(dropped.mean().item()).isCloseTo(0.25, within(0.004));
        Tensor expected = dropped.where(
                Tensor.scalar(-scale * alpha * 0.75), drawn.mul(scale).add(scale * alpha * 0.25));
        assertThat(result.value().sub(expected).abs().amax().item()).isLessThan(1e-6);
        assertThat(apply(new AlphaDropout(0), drawn)).isSameAs(drawn);
        assertThatThrownBy(() -> new AlphaDropout(1)).hasMessageContaining("probability 1.0");
    }
}
