package dev.lanewise.examples;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;

/** Runs an example inside the test's own JVM. */
final class Programs {
    /** How an example ended and what it said. */
    record Result(int exitCode, String out, String err) {
        /** The line that contains a text. */
        String line(String text) {
            return out.lines()
                    .filter(line -> line.contains(text))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no line with \"" + text + "\" in\n" + out));
        }
    }

    private Programs() {}

    /** Runs with the given arguments, those that hold blanks included. */
    static Result run(Object... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        String[] texts = Arrays.stream(arguments).map(Object::toString).toArray(String[]::new);
        int exitCode = Main.execute(new PrintWriter(out), new PrintWriter(err), texts);
        return new Result(exitCode, out.toString(), err.toString());
    }

    /** Runs what is to succeed. */
    static Result succeed(Object... arguments) {
        Result result = run(arguments);
        if (result.exitCode != 0) {
            throw new AssertionError("exit code " + result.exitCode + ": " + result.err);
        }
        return result;
    }
}
