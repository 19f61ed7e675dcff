package dev.lanewise.examples;

import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Digits drawn by this program: a few strokes each, which every picture bends, leans, turns, stretches, thickens and
 * speckles a little at random.
 *
 * <p>They are made as those of optdigits were: a bitmap of 32 x 32, of which each block of 4 x 4 becomes one pixel, the
 * number of its black points.
 */
final class DrawnDigits {
    /** Pixels along an edge. */
    static final int SIDE = 8;

    private static final int BLOCK = 4;
    private static final int POINTS = SIDE * BLOCK; // along an edge of the bitmap

    /** The strokes of 0 to 9, as x, y, x, y, …: 0 to 1 from left to right and from top to bottom. */
    private static final double[][][] STROKES = {
        {{.5, 0, .12, .12, .03, .5, .12, .88, .5, 1, .88, .88, .97, .5, .88, .12, .5, 0}},
        {{.25, .25, .55, 0, .55, 1}},
        {{.08, .25, .2, 0, .8, 0, .95, .3, .6, .6, .05, 1}, {.05, 1, .95, 1}},
        {{.1, .1, .5, -.05, .95, .1, .85, .42, .4, .48}, {.4, .48, .95, .5, 1, .85, .6, 1.05, .08, .9}},
        {{.6, 0, .05, .65}, {.05, .65, .95, .65}, {.7, .35, .7, 1}},
        {{.9, 0, .2, 0}, {.2, 0, .15, .45}, {.15, .45, .6, .3, 1, .6, .85, .98, .4, 1.05, .05, .9}},
        {{.8, .02, .4, .1, .08, .5, .08, .95, .5, 1.05, .92, .9, .85, .5, .45, .48, .1, .7}},
        {{.05, 0, .95, 0}, {.95, 0, .4, 1}},
        {
            {.5, .47, .1, .35, .12, .02, .5, -.03, .88, .02, .9, .35, .5, .47},
            {.5, .47, .05, .65, .08, .98, .5, 1.05, .92, .98, .95, .65, .5, .47}
        },
        {{.92, .3, .6, .55, .12, .45, .08, .05, .5, -.05, .92, .05, .92, .35, .85, .7, .6, 1}}
    };

    private static final int MOST_COORDINATES = 36; // of one digit's strokes: the 8's

    // How much the pictures differ: standard deviations, in the units of the strokes, unless said.
    private static final double BEND = 0.05;
    private static final double LEAN = 0.15;
    private static final double TURN = 0.12; // radians
    private static final double STRETCH = 0.1;
    private static final double SHIFT = 0.04;
    private static final double LEAST_THICKNESS = 0.045; // half a stroke's, evenly spread up to the greatest
    private static final double GREATEST_THICKNESS = 0.085;
    private static final double SPECKLED = 0.02; // the share of points turned from black to white or back

    private DrawnDigits() {}

    /** Draws so many pictures: of 0, 1, 2, … in turn. */
    static DigitImages draw(int count, Rng rng) {
        double[] bends = rng.stream("bends").normal(count, MOST_COORDINATES).toDoubles();
        double[] styles = rng.stream("styles").normal(count, 6).toDoubles();
        double[] thicknesses = rng.stream("thicknesses").uniform(count).toDoubles();
        float[] pixels = new float[count * SIDE * SIDE];
        int[] labels = new int[count];
        for (int i = 0; i < count; i++) {
            labels[i] = i % DigitImages.CLASSES;
            double half = LEAST_THICKNESS + (GREATEST_THICKNESS - LEAST_THICKNESS) * thicknesses[i];
            List<double[]> strokes = strokes(labels[i], new Hand(bends, i * MOST_COORDINATES, styles, 6 * i));
            double[] speckles =
                    rng.stream("speckles").stream(i).uniform(POINTS, POINTS).toDoubles();
            for (int y = 0; y < POINTS; y++) {
                for (int x = 0; x < POINTS; x++) {
                    boolean ink = isInk(strokes, x, y, POINTS, half);
                    if (ink != speckles[y * POINTS + x] < SPECKLED) {
                        pixels[(i * SIDE + y / BLOCK) * SIDE + x / BLOCK] += 1f / (BLOCK * BLOCK);
                    }
                }
            }
        }
        return new DigitImages(
                "digits drawn by this program", Tensor.of(pixels, count, 1, SIDE, SIDE), IntTensor.of(labels));
    }

    /** A digit as it should be, row by row: true where there is ink. */
    static boolean[] plain(int digit, int side) {
        List<double[]> strokes = strokes(digit, new Hand(new double[MOST_COORDINATES], 0, new double[6], 0));
        boolean[] ink = new boolean[side * side];
        for (int i = 0; i < ink.length; i++) {
            ink[i] = isInk(strokes, i % side, i / side, side, LEAST_THICKNESS + 0.5 / side);
        }
        return ink;
    }

    /** How one picture differs from the plain digit: numbers of the standard normal distribution, from a place on. */
    private record Hand(double[] bends, int firstBend, double[] styles, int firstStyle) {
        double bend(int coordinate) {
            return BEND * bends[firstBend + coordinate];
        }

        /** Where a point of the strokes comes to lie, 0 to 1 over the whole picture. */
        double[] place(double x, double y) {
            double across = (x - 0.5) * Math.max(0.5, 1 + STRETCH * styles[firstStyle]);
            double down = (y - 0.5) * Math.max(0.5, 1 + STRETCH * styles[firstStyle + 1]);
            across -= LEAN * styles[firstStyle + 2] * down;
            double angle = TURN * styles[firstStyle + 3];
            double cos = StrictMath.cos(angle);
            double sin = StrictMath.sin(angle);
            double width = 0.62; // of the picture's; digits are higher than wide
            double height = 0.76;
            return new double[] {
                0.5 + width * (cos * across - sin * down) + SHIFT * styles[firstStyle + 4],
                0.5 + height * (sin * across + cos * down) + SHIFT * styles[firstStyle + 5]
            };
        }
    }

    /** A digit's strokes as points x, y, x, y, … over the whole picture. */
    private static List<double[]> strokes(int digit, Hand hand) {
        List<double[]> strokes = new ArrayList<>();
        int coordinate = 0;
        for (double[] stroke : STROKES[digit]) {
            double[] placed = new double[stroke.length];
            for (int i = 0; i < stroke.length; i += 2) {
                double[] place =
                        hand.place(stroke[i] + hand.bend(coordinate), stroke[i + 1] + hand.bend(coordinate + 1));
                placed[i] = place[0];
                placed[i + 1] = place[1];
                coordinate += 2;
            }
            strokes.add(rounded(rounded(placed)));
        }
        return strokes;
    }

    /** Cuts the corners of a stroke, a quarter of each side (Chaikin 1974), but keeps its ends. */
    private static double[] rounded(double[] stroke) {
        int sides = stroke.length / 2 - 1;
        double[] cut = new double[4 * sides + 4];
        cut[0] = stroke[0];
        cut[1] = stroke[1];
        for (int side = 0; side < sides; side++) {
            for (int axis = 0; axis < 2; axis++) {
                double from = stroke[2 * side + axis];
                double to = stroke[2 * side + 2 + axis];
                cut[4 * side + 2 + axis] = 0.75 * from + 0.25 * to;
                cut[4 * side + 4 + axis] = 0.25 * from + 0.75 * to;
            }
        }
        cut[cut.length - 2] = stroke[stroke.length - 2];
        cut[cut.length - 1] = stroke[stroke.length - 1];
        return cut;
    }

    /** Whether the middle of a point of a bitmap is nearer to a stroke than half its thickness. */
    private static boolean isInk(List<double[]> strokes, int column, int row, int side, double half) {
        double x = (column + 0.5) / side;
        double y = (row + 0.5) / side;
        for (double[] stroke : strokes) {
            for (int i = 0; i + 3 < stroke.length; i += 2) {
                double alongX = stroke[i + 2] - stroke[i];
                double alongY = stroke[i + 3] - stroke[i + 1];
                double fromX = x - stroke[i];
                double fromY = y - stroke[i + 1];
                double length = alongX * alongX + alongY * alongY;
                double share = length == 0 ? 0 : Math.max(0, Math.min(1, (fromX * alongX + fromY * alongY) / length));
                double offX = fromX - share * alongX;
                double offY = fromY - share * alongY;
                if (offX * offX + offY * offY < half * half) {
                    return true;
                }
            }
        }
        return false;
    }
}
