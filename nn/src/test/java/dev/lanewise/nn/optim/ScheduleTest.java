package dev.lanewise.nn.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Schedules; the tables are PyTorch 2.13's. */
class ScheduleTest {
    private static void check(Schedule schedule, double... expected) {
        assertThat(LongStream.range(0, expected.length)
                        .mapToDouble(schedule::at)
                        .toArray())
                .containsExactly(expected, within(1e-12));
    }

    @Test
    void oneCycleGoesInStraightLinesToo() {
        OneCycle cycle = OneCycle.of(1, 10).withRise(0.4).withDivisors(10, 10).withStraight(true);
        check(cycle, 0.1, 0.4, 0.7, 1.0, 0.835, 0.67, 0.505, 0.34, 0.175, 0.01, 0.01);
        check(cycle.withThreePhases(true), 0.1, 0.4, 0.7, 1.0, 0.7, 0.4, 0.1, 0.07, 0.04, 0.01, 0.01);
    }

    @Test
    void aPhaseOfNoLengthIsOver() {
        check(OneCycle.of(1, 10).withRise(0.1).withDivisors(10, 10).withStraight(true), 1.0, 0.89);
        check(OneCycle.of(1, 1).withRise(1).withDivisors(10, 10), 1.0, 1.0);
    }

    @Test
    void cyclesRepeatAtHeightsOfTheirOwn() {
        check(Schedule.cyclic(0.1, 0.5, 2, 4), 0.1, 0.3, 0.5, 0.4, 0.3, 0.2, 0.1, 0.3, 0.5);
        Schedule halved = Schedule.cyclic(0.1, 0.5, 2, 4, Schedule.step(1, 6, 0.5));
        check(halved, 0.1, 0.3, 0.5, 0.4, 0.3, 0.2, 0.1, 0.2, 0.3, 0.25, 0.2, 0.15, 0.1);
        assertThatThrownBy(() -> Schedule.cyclic(0.1, 0.5, 0, 4)).hasMessageContaining("cyclic: 0");
    }

    @Test
    void restartsAreFoundFarAway() {
        Schedule equal = Schedule.cosineWithRestarts(1, 0, 4, 1);
        assertThat(equal.at(4_000_000_000_000_001L)).isEqualTo(equal.at(1));
        Schedule longer = Schedule.cosineWithRestarts(1, 0, 1, 1_000_000_000_000L);
        assertThat(longer.at(Long.MAX_VALUE)).isBetween(0.0, 1.0);
    }

    @Test
    void aThresholdMayBeADifference() {
        var part = new PlateauSchedule(
                1, PlateauSchedule.Config.defaults().withPatience(0).withThreshold(0.1, false));
        var difference = new PlateauSchedule(
                1, PlateauSchedule.Config.defaults().withPatience(0).withThreshold(0.1, true));
        for (double loss : new double[] {0.5, 0.43}) { // better by 0.07: a seventh of it, but less than 0.1
            part.report(loss);
            difference.report(loss);
        }
        assertThat(part.at(0)).isEqualTo(1);
        assertThat(difference.at(0)).isEqualTo(0.1);
    }

    @Test
    void aPlateauGoesOnFromWhereItStood() {
        var config = PlateauSchedule.Config.defaults().withPatience(1).withCooldown(2);
        double[] losses = {1, 0.9, 0.95, 0.93, 0.92, 0.96, 0.91, 0.92, 0.99, 0.93};
        var whole = new PlateauSchedule(1, config);
        var expected = new PlateauSchedule.State(0.1, 0.9, 0, 1);
        for (int done = 0; done < losses.length; done++) {
            whole.report(losses[done]);
            var resumed = new PlateauSchedule(1, config);
            for (int i = 0; i <= done; i++) {
                resumed.report(losses[i]);
                var next = new PlateauSchedule(1, config);
                next.restore(resumed.state());
                resumed = next;
            }
            assertThat(resumed.state()).isEqualTo(whole.state());
            if (done == 4) {
                assertThat(whole.state()).isEqualTo(expected);
            }
        }
        assertThat(whole.at(0)).isCloseTo(0.01, within(1e-12));
        assertThatThrownBy(() -> whole.restore(new PlateauSchedule.State(-1, 1, 0, 0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PlateauSchedule: rate -1.0");
    }

    @Test
    void changesTooSmallToCountAreNotMade() {
        var schedule = new PlateauSchedule(
                1e-3, PlateauSchedule.Config.defaults().withPatience(0).withLeast(1e-5));
        for (int i = 0; i < 10; i++) {
            schedule.report(1);
        }
        assertThat(schedule.at(0)).isCloseTo(1e-5, within(1e-15)); // the next would be 9e-6 less
    }
}
