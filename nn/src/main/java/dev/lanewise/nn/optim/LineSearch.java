package dev.lanewise.nn.optim;

import dev.lanewise.core.Tensor;
import java.util.function.DoubleFunction;

/**
 * Looks along a direction for a place where the loss has fallen enough and the slope is flat enough: the strong Wolfe
 * conditions. First by steps that grow, until a place is beyond what is sought; then between two places (Nocedal and
 * Wright 2006, Numerical Optimization, algorithms 3.5 and 3.6), as PyTorch does it.
 */
final class LineSearch {
    /** How much of the fall that the first slope promises there has to be. */
    private static final double FALL = 1e-4;

    /** Which part of the first slope may be left. */
    private static final double FLAT = 0.9;

    /** How near to an end of the interval, relative to its width, a place tells too little. */
    private static final double MARGIN = 0.1;

    /**
     * A place along the direction.
     *
     * @param at how far along
     */
    record Place(double at, double loss, Tensor gradient) {
        /** The same place, called otherwise. */
        Place at(double other) {
            return new Place(other, loss, gradient);
        }
    }

    /** A place, and the slope along the direction there. */
    private record Sloped(Place place, double slope) {
        double at() {
            return place.at();
        }

        double loss() {
            return place.loss();
        }
    }

    private final DoubleFunction<Place> evaluate;
    private final Tensor direction;
    private final Sloped start;
    private final double tolerance;
    private int evaluations;

    LineSearch(DoubleFunction<Place> evaluate, Tensor direction, Place start, double slope, double tolerance) {
        this.evaluate = evaluate;
        this.direction = direction;
        this.start = new Sloped(start, slope);
        this.tolerance = tolerance;
    }

    /** How often the loss was asked for. */
    int evaluations() {
        return evaluations;
    }

    private Sloped look(double at) {
        evaluations++;
        Place place = evaluate.apply(at);
        return new Sloped(place, place.gradient().mul(direction).sum().item());
    }

    private boolean hasNotFallen(Sloped there) {
        return there.loss() > start.loss() + FALL * there.at() * start.slope();
    }

    private boolean isFlat(Sloped there) {
        return Math.abs(there.slope()) <= -FLAT * start.slope();
    }

    /**
     * The place.
     *
     * @param first how far to look first
     * @param limit how many more looks there may be
     */
    Place find(double first, int limit) {
        Sloped before = start;
        Sloped there = look(first);
        for (int looks = 0; looks < limit; looks++) {
            if (hasNotFallen(there) || (looks > 1 && there.loss() >= before.loss())) {
                return between(before, there, looks, limit);
            }
            if (isFlat(there)) {
                return there.place();
            }
            if (there.slope() >= 0) {
                return between(before, there, looks, limit);
            }
            double least = there.at() + 0.01 * (there.at() - before.at());
            double next = minimum(before, there, least, there.at() * 10);
            before = there;
            there = look(next);
        }
        return (start.loss() <= there.loss() ? start : there).place();
    }

    private Place between(Sloped one, Sloped other, int looksBefore, int limit) {
        boolean oneIsLower = one.loss() <= other.loss();
        Sloped low = oneIsLower ? one : other;
        Sloped high = oneIsLower ? other : one;
        double longest = direction.abs().amax().item();
        boolean wasNear = false;
        for (int looks = looksBefore; looks < limit; looks++) {
            double left = Math.min(low.at(), high.at());
            double right = Math.max(low.at(), high.at());
            if ((right - left) * longest < tolerance) {
                break;
            }
            double next = minimum(low, high, left, right);
            double margin = MARGIN * (right - left);
            boolean isNear = Math.min(right - next, next - left) < margin;
            if (isNear && (wasNear || next >= right || next <= left)) {
                next = Math.abs(next - right) < Math.abs(next - left) ? right - margin : left + margin;
                isNear = false;
            }
            wasNear = isNear;
            Sloped there = look(next);
            if (hasNotFallen(there) || there.loss() >= low.loss()) {
                high = there;
                if (high.loss() < low.loss()) {
                    Sloped swapped = low;
                    low = high;
                    high = swapped;
                }
            } else {
                if (isFlat(there)) {
                    return there.place();
                }
                if (there.slope() * (high.at() - low.at()) >= 0) {
                    high = low;
                }
                low = there;
            }
        }
        return low.place();
    }

    /** The minimum of the cubic through two places with their slopes, brought into bounds; their middle if none. */
    private static double minimum(Sloped one, Sloped other, double least, double most) {
        Sloped left = one.at() <= other.at() ? one : other;
        Sloped right = one.at() <= other.at() ? other : one;
        double secant = left.slope() + right.slope() - 3 * (left.loss() - right.loss()) / (left.at() - right.at());
        double square = secant * secant - left.slope() * right.slope();
        if (!(square >= 0)) {
            return (least + most) / 2;
        }
        double root = Math.sqrt(square);
        double part = (right.slope() + root - secant) / (right.slope() - left.slope() + 2 * root);
        double place = right.at() - (right.at() - left.at()) * part;
        return Math.min(Math.max(place, least), most);
    }
}
