package dev.lanewise.nn.optim;

import static dev.lanewise.nn.LayerCheck.checkFirst;
import static dev.lanewise.nn.LayerCheck.wave;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.autograd.Variable;
import dev.lanewise.core.DType;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import dev.lanewise.nn.Linear;
import dev.lanewise.nn.Losses;
import dev.lanewise.nn.Parameter;
import dev.lanewise.nn.ParameterPair;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Optimizers whose steps are more than a formula of one element: what PyTorch 2.13 makes of the same numbers. */
class AveragesFactorsAndCurvesTest {
    /** Six steps whose gradients are given. */
    private static <O extends Optimizer> O train(ParameterPair pair, Function<ParameterPair, O> make) {
        O optimizer = make.apply(pair);
        for (int i = 1; i <= 6; i++) {
            Tensor ofA = wave(0.3 * i, 2, 3).mul(i * 0.2);
            Tensor ofB = wave(0.5 * i, 2).mul(i * 0.2);
            optimizer.step(pair.gradients(ofA, ofB));
        }
        return optimizer;
    }

    private static ParameterPair pair() {
        return new ParameterPair(wave(0, 2, 3), wave(1, 2));
    }

    @Test
    void averagedDescent() {
        ParameterPair pair = pair();
        Asgd.Config config = Asgd.Config.defaults()
                .withLearningRate(0.1)
                .withPull(0.01)
                .withPower(0.6)
                .withStart(2)
                .withWeightDecay(0.05);
        var untouched = new Asgd(pair.parameters(), config);
        assertThat(untouched.average(pair.a)).isEqualTo(wave(0, 2, 3));
        Asgd optimizer = train(pair, p -> new Asgd(p.parameters(), config));
        checkFirst(
                pair.a.value().value(),
                -0.36284655719710696,
                0.2821927157938865,
                0.7945123451641991,
                0.9331604040059428,
                0.6329285438101651,
                0.03502049967916273);
        checkFirst(pair.b.value().value(), 0.5628393326005438, 0.8876272243006039);
        checkFirst(
                optimizer.average(pair.a),
                -0.2532872390015421,
                0.35910859118306204,
                0.8026100397077506,
                0.8686314454300704,
                0.5261219096258929,
                -0.06383098115695088);
        checkFirst(optimizer.average(pair.b), 0.5976129030127906, 0.8483854158797854);
        assertThatThrownBy(() -> config.withPull(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Asgd: pull -1.0");
    }

    @Test
    void factoredSquares() {
        ParameterPair pair = pair();
        Adafactor.Config config =
                Adafactor.Config.defaults().withLearningRate(0.3).withWeightDecay(0.05);
        Adafactor optimizer = train(pair, p -> new Adafactor(p.parameters(), config));
        checkFirst(
                pair.a.value().value(),
                -0.8479958424536127,
                -0.22678449547523846,
                0.4456666718435607,
                0.5794690074461092,
                0.8558158146230123,
                0.6106988484938712);
        checkFirst(pair.b.value().value(), 0.004883545487612066, 0.39042255024397526);
        assertThat(optimizer.state().tensors().keySet()).containsExactly("a.rows", "a.columns", "b.squares");
        ParameterPair other = pair();
        Adafactor.Config unusual = Adafactor.Config.defaults()
                .withLearningRate(0.05)
                .withDecay(-0.5)
                .withEpsilons(1e-3, 0.5)
                .withThreshold(1.5);
        train(other, p -> new Adafactor(p.parameters(), unusual));
        checkFirst(
                other.a.value().value(),
                -0.22358952284551395,
                0.436731829288676,
                0.8699931916327892,
                0.8215712583647669,
                0.4817304505226409,
                -0.1079576161597927);
        checkFirst(other.b.value().value(), 0.5999670037601693, 0.8727790047951705);
        assertThatThrownBy(() -> unusual.withThreshold(0.5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("threshold 0.5");
        assertThatThrownBy(() -> unusual.withDecay(0.1)).hasMessageContaining("decay 0.1");
    }

    /** A valley that bends, of four and two numbers. */
    private static Variable valley(ParameterPair pair) {
        return valley(pair.a.value(), pair.b.value());
    }

    private static Variable valley(Variable x, Variable y) {
        Variable bend = x.slice(0, 1, 4).sub(x.slice(0, 0, 3).square()).square().mul(100);
        Variable ends = x.neg().add(1).square().sum();
        return bend.sum().div(10).add(ends).add(y.sub(x.slice(0, 0, 2)).square().sum());
    }

    private static void checkCurves(Lbfgs.Config config, double[] losses, int evaluations, double[] a, double[] b) {
        ParameterPair pair = new ParameterPair(wave(0.2, 4), wave(0.7, 2));
        var optimizer = new Lbfgs(pair.parameters(), config);
        int[] asked = {0};
        for (double loss : losses) {
            double actual = optimizer.step(() -> {
                asked[0]++;
                return valley(pair);
            });
            assertThat(actual).isCloseTo(loss, within(1e-8 * loss));
        }
        assertThat(asked[0]).isEqualTo(evaluations);
        check(pair.a, a);
        check(pair.b, b);
    }

    /** Roundings grow along the valley. */
    private static void check(Parameter actual, double... expected) {
        double[] values = actual.value().value().toDoubles();
        for (int i = 0; i < expected.length; i++) {
            assertThat(values[i]).isCloseTo(expected[i], within(1e-8));
        }
    }

    @Test
    void curvesByFixedSteps() {
        checkCurves(
                Lbfgs.Config.defaults().withLearningRate(0.1).withIterations(7),
                new double[] {8.658426978672184, 2.2728340494599255, 0.897993756318345},
                21,
                new double[] {0.8968562792050884, 0.8360961923588563, 0.7287232286490063, 0.6362107864681955},
                new double[] {0.6963635278725422, 0.9084105198758831});
        checkCurves(
                Lbfgs.Config.defaults().withLearningRate(0.05).withIterations(5).withHistory(3),
                new double[] {8.658426978672184, 5.475962999078582, 1.9886209986360468},
                15,
                new double[] {0.7957784907310881, 0.812902976162111, 0.8167299855690309, 0.7287142644628789},
                new double[] {0.64494500104388, 0.9570723414436959});
    }

    @Test
    void curvesBySearch() {
        checkCurves(
                Lbfgs.Config.defaults().withLineSearch(true).withIterations(7),
                new double[] {8.658426978672184, 0.4430080408674627, 0.00786494051031416},
                25,
                new double[] {0.9999612854462108, 0.9999249006942297, 0.9998426262353595, 0.9996343141030749},
                new double[] {0.9996637701134362, 0.9997198209621514});
        checkCurves(
                Lbfgs.Config.defaults().withLineSearch(true).withIterations(5).withHistory(3),
                new double[] {8.658426978672184, 0.6036588898762566, 0.04094789052436294},
                19,
                new double[] {1.008386197165164, 1.0149743191878828, 1.006092817561556, 1.0286704677230962},
                new double[] {1.014775492425912, 0.9639614059591936});
    }

    @Test
    void aLineIsFoundInFloatsToo() {
        Linear layer = new Linear(3, 2);
        layer.init(Rng.of(1));
        Variable inputs = Variable.constantOf(Rng.of(2).normal(50, 3));
        Tensor weight = wave(0, 2, 3).to(DType.FLOAT32);
        Tensor targets = inputs.value().linear(weight, null).add(0.5);
        var optimizer = new Lbfgs(layer.parameters(), Lbfgs.Config.defaults().withLineSearch(true));
        assertThat(optimizer.parameters()).isEqualTo(layer.parameters());
        for (int step = 0; step < 3; step++) {
            optimizer.step(() -> Losses.mse(layer.forward(inputs), targets));
        }
        assertThat(layer.weight().value().value().sub(weight).abs().amax().item())
                .isLessThan(1e-3);
        Tensor before = layer.state().get("weight");
        assertThat(optimizer.step(() -> layer.weight().value().mul(0).sum())).isZero();
        assertThat(layer.state().get("weight")).isEqualTo(before);
    }

    /** Where a line is begun must not move with the parameters, whose values are the very array if there is but one. */
    @Test
    void aLineBeginsWhereItBeganIfThereIsOneParameterToo() {
        Tensor start = wave(0.2, 6);
        ParameterPair pair = new ParameterPair(start.slice(0, 0, 4), start.slice(0, 4, 6));
        ParameterPair other = new ParameterPair(start, wave(0, 1));
        Lbfgs.Config config = Lbfgs.Config.defaults().withLineSearch(true);
        var ofTwo = new Lbfgs(pair.parameters(), config);
        var ofOne = new Lbfgs(List.of(other.a), config);
        for (int step = 0; step < 2; step++) {
            double expected = ofTwo.step(() -> valley(pair.a.value(), pair.b.value()));
            double actual = ofOne.step(
                    () -> valley(other.a.value().slice(0, 0, 4), other.a.value().slice(0, 4, 6)));
            assertThat(actual).isEqualTo(expected);
        }
    }

    @Test
    void whatCurvesHaveTaughtCanBeKeptAndTakenUpAgain() {
        for (DType dtype : DType.values()) {
            for (boolean search : new boolean[] {false, true}) {
                Lbfgs.Config config = Lbfgs.Config.defaults()
                        .withLearningRate(search ? 1 : 0.1)
                        .withLineSearch(search)
                        .withIterations(3)
                        .withHistory(4);
                for (int steps : new int[] {0, 1, 3}) {
                    checkRestored(dtype, config, steps);
                }
            }
        }
    }

    private static void checkRestored(DType dtype, Lbfgs.Config config, int steps) {
        ParameterPair pair =
                new ParameterPair(wave(0.2, 4).to(dtype), wave(0.7, 2).to(dtype));
        var optimizer = new Lbfgs(pair.parameters(), config);
        for (int step = 0; step < steps; step++) {
            optimizer.step(() -> valley(pair));
        }
        ParameterPair twin =
                new ParameterPair(pair.a.storage().snapshot(), pair.b.storage().snapshot());
        OptimizerState state = optimizer.state();
        assertThat(state.steps()).isEqualTo(steps);
        var resumed = new Lbfgs(twin.parameters(), config);
        resumed.step(() -> valley(twin)); // what it has learned by then is forgotten
        twin.a.assign(pair.a.storage().snapshot());
        twin.b.assign(pair.b.storage().snapshot());
        resumed.restore(state);
        assertThat(resumed.stepCount()).isEqualTo(steps);
        for (int step = 0; step < 3; step++) {
            assertThat(resumed.step(() -> valley(twin))).isEqualTo(optimizer.step(() -> valley(pair)));
            assertThat(twin.state()).isEqualTo(pair.state());
        }
        assertThat(resumed.state()).isEqualTo(optimizer.state());
    }

    @Test
    void aStateOfCurvesThatDoesNotFitChangesNothing() {
        ParameterPair pair = new ParameterPair(wave(0.2, 4), wave(0.7, 2));
        var optimizer = new Lbfgs(
                pair.parameters(), Lbfgs.Config.defaults().withLearningRate(0.1).withIterations(3));
        optimizer.step(() -> valley(pair));
        OptimizerState state = optimizer.state();
        assertThat(state.tensors().keySet())
                .containsExactly(
                        "a.move",
                        "b.move",
                        "a.gradient",
                        "b.gradient",
                        "a.moves",
                        "b.moves",
                        "a.gradientChanges",
                        "b.gradientChanges");
        assertThat(state.tensors().get("a.moves").shape()).isEqualTo(Shape.of(1, 4));
        Map<String, Tensor> tensors = new HashMap<>(state.tensors());
        tensors.put("a.move", Tensor.zeros(4));
        tensors.remove("b.gradient");
        tensors.put("b.moves", Tensor.zeros(DType.FLOAT64, Shape.of(3, 2)));
        tensors.put("c.move", Tensor.zeros(1));
        assertThatThrownBy(() -> optimizer.restore(new OptimizerState(7, tensors)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("restore: the state does not fit this Lbfgs: ")
                .hasMessageContaining("a.move has shape [4] and type FLOAT32, expected [4] and FLOAT64")
                .hasMessageContaining("missing b.gradient [2]")
                .hasMessageContaining("b.moves has shape [3, 2] and type FLOAT64, expected [1, 2] and FLOAT64")
                .hasMessageContaining("unknown c.move [1]");
        assertThat(optimizer.state()).isEqualTo(state);
    }

    @Test
    void settingsThatMakeNoSenseAreErrors() {
        Lbfgs.Config config = Lbfgs.Config.defaults();
        assertThatThrownBy(() -> config.withIterations(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Lbfgs: 0 iterations");
        assertThatThrownBy(() -> config.withHistory(0)).hasMessageContaining("a history of 0");
        assertThatThrownBy(() -> config.withLearningRate(-1)).hasMessageContaining("learning rate -1.0");
        assertThatThrownBy(() -> config.withTolerances(Double.NaN, 0)).hasMessageContaining("gradient tolerance NaN");
    }
}
