package dev.lanewise.examples;

import java.io.Console;
import java.io.PrintWriter;
import java.util.Objects;
import java.util.Optional;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * A bar that shows how far a long work has come, below the lines that the work prints.
 *
 * <p>It is drawn only where there is a terminal to draw on; in a file or a pipe there are the lines alone.
 */
final class Progress implements AutoCloseable {
    private static final int WIDTH = 79; // fits the narrowest of usual terminals
    private static final int INTERVAL_MILLIS = 250;

    private final PrintWriter out;
    private final @Nullable ProgressBar bar;
    private final long steps;
    private boolean visible; // guarded by out, as all drawing: the bar is drawn from a thread of its own

    Progress(PrintWriter out, String work, long steps) {
        this(out, work, steps, isTerminal());
    }

    Progress(PrintWriter out, String work, long steps, boolean drawn) {
        this.out = out;
        this.steps = steps;
        this.bar = !drawn
                ? null
                : new ProgressBarBuilder()
                        .setTaskName(work)
                        .setInitialMax(steps)
                        .setUpdateIntervalMillis(INTERVAL_MILLIS)
                        .setStyle(ProgressBarStyle.ASCII)
                        .setConsumer(new DelegatingProgressBarConsumer(this::draw, WIDTH))
                        .build();
    }

    /** Whether standard output is a terminal that can go back to the start of a line. */
    private static boolean isTerminal() {
        return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false)
                && !Objects.equals(System.getenv("TERM"), "dumb");
    }

    private void draw(String line) {
        synchronized (out) {
            out.print("\r" + line.strip());
            out.flush();
            visible = true;
        }
    }

    private void wipe() {
        if (visible) {
            out.print("\r" + " ".repeat(WIDTH) + "\r");
            visible = false;
        }
    }

    /** One step is done. Where the number of steps was but an estimate, the bar waits at its end. */
    void step() {
        if (bar != null && bar.getCurrent() < steps) {
            bar.step();
        }
    }

    /** Shows how things stand, beside the bar. */
    void status(String text) {
        if (bar != null) {
            bar.setExtraMessage(text);
        }
    }

    /** Prints a line above the bar. */
    void println(String line) {
        synchronized (out) {
            wipe();
            out.println(line);
            out.flush();
        }
    }

    /** Takes the bar away. */
    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
        synchronized (out) {
            wipe();
            out.flush();
        }
    }
}
