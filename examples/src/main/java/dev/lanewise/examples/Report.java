package dev.lanewise.examples;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** What a program reached beside what was to be expected: the end of every example. */
final class Report {
    private record Line(String what, String reached, String expected, String verdict) {}

    private final List<Line> lines = new ArrayList<>();

    Report() {
        lines.add(new Line("", "reached", "expected", ""));
    }

    /** Adds a result and whether it is as expected. */
    void add(String what, String reached, String expected, boolean asExpected) {
        lines.add(new Line(what, reached, expected, asExpected ? "yes" : "NO"));
    }

    /** Adds a result of which nothing in particular was to be expected. */
    void add(String what, String reached, String remark) {
        lines.add(new Line(what, reached, remark, ""));
    }

    /** A number to seven digits: as they are written, or with an exponent where that would be long. */
    static String number(double value) {
        double size = Math.abs(value);
        if (size != 0 && (size < 1e-4 || size >= 1e12)) {
            return "%.6e".formatted(value);
        }
        int digitsBefore = size < 1 ? 1 : (int) Math.log10(size) + 1;
        return ("%,." + Math.max(0, 7 - digitsBefore) + "f").formatted(value);
    }

    void print(PrintWriter out) {
        int what = lines.stream().mapToInt(line -> line.what.length()).max().orElse(0);
        int reached =
                lines.stream().mapToInt(line -> line.reached.length()).max().orElse(0);
        int expected =
                lines.stream().mapToInt(line -> line.expected.length()).max().orElse(0);
        String format = "%-" + Math.max(1, what) + "s  %" + reached + "s  %-" + expected + "s  %s";
        out.println();
        for (Line line : lines) {
            out.println(format.formatted(line.what, line.reached, line.expected, line.verdict)
                    .stripTrailing());
        }
    }
}
