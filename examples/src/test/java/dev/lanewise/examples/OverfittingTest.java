package dev.lanewise.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lanewise.core.Rng;
import dev.lanewise.nn.train.Listener;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OverfittingTest {
    private static final Listener NOBODY = new Listener() {};

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void eachRemedyHelps(int seed) throws IOException {
        Programs.Result result = Programs.succeed("overfitting", "--epochs", 50, "--seed", seed, "--out", folder);

        assertThat(result.out()).doesNotContain(" NO\n").contains("early stopping: stopped: no better validation loss");
        assertThat(result.out().lines().filter(line -> line.endsWith(" yes"))).hasSize(6);
        assertThat(result.line("  epoch")).containsPattern("(learnt +new *){4}");
        BufferedImage picture = ImageIO.read(folder.resolve("overfitting.png").toFile());
        for (int chart = 0; chart < 4; chart++) { // each has both curves
            BufferedImage part = picture.getSubimage(900 * (chart % 2), 600 * (chart / 2), 900, 600);
            assertThat(colors(part)).contains(Charts.BLUE.getRGB(), Charts.ORANGE.getRGB(), Charts.GREEN.getRGB());
        }
    }

    private static Set<Integer> colors(BufferedImage image) {
        int[] pixels = image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
        return IntStream.of(pixels).boxed().collect(Collectors.toSet());
    }

    /** The losses of both kinds move apart, epoch for epoch, from the best one on. */
    @Test
    void withoutARemedyOneLossFallsAndTheOtherRises() {
        var study = new OverfittingStudy(200, 0.2, Rng.of(4));
        OverfittingStudy.Course course =
                study.train(OverfittingStudy.Remedy.NONE, new OverfittingStudy.Recipe(40, 20, 1e-3), NOBODY);

        int best = course.best();
        assertThat(best).isBetween(2, 20);
        for (int later = best + 10; later < course.epochs(); later += 10) {
            assertThat(course.training()[later]).isLessThan(course.training()[later - 10]);
            assertThat(course.validation()[later]).isGreaterThan(course.validation()[later - 10]);
        }
        assertThat(course.lowestValidation()).isGreaterThan(study.leastLoss());
        assertThat(course.kept()).isEqualTo(course.lastValidation());
    }

    /** All remedies begin with the same weights and examples, and early stopping keeps the best ones. */
    @Test
    void earlyStoppingIsTheSameTrainingCutShort() {
        var study = new OverfittingStudy(100, 0.2, Rng.of(5));
        var recipe = new OverfittingStudy.Recipe(30, 20, 1e-3);
        OverfittingStudy.Course whole = study.train(OverfittingStudy.Remedy.NONE, recipe, NOBODY);
        OverfittingStudy.Course stopped =
                study.train(new OverfittingStudy.Remedy("early stopping", 0, 0, 3), recipe, NOBODY);

        assertThat(stopped.epochs()).isLessThan(30).isEqualTo(stopped.best() + 1 + 3);
        assertThat(whole.validation()).startsWith(stopped.validation());
        assertThat(whole.training()).startsWith(stopped.training());
        assertThat(stopped.kept()).isEqualTo(stopped.lowestValidation());
    }

    /** By hand: −0.8 ln 0.8 − 0.2 ln (0.2 / 9). */
    @Test
    void theLeastLossIsTheNoisesEntropy() {
        assertThat(new OverfittingStudy(10, 0.2, Rng.of(1)).leastLoss()).isCloseTo(0.939847, within(1e-6));
        assertThat(new OverfittingStudy(10, 0, Rng.of(1)).leastLoss()).isZero();
    }
}
