package dev.lanewise.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files, reports and the progress bar. */
class OutputTest {
    @TempDir
    Path folder;

    @Test
    void aFileAppearsWhenItIsFinished() throws IOException {
        Path target = folder.resolve("new/file");
        try (var output = new OutputFile(target)) {
            output.stream().write('x');
            assertThat(target).doesNotExist();
            output.finish();
        }
        assertThat(target).hasContent("x");
        assertThat(folder.resolve("new").toFile().list()).containsExactly("file");
    }

    @Test
    void anUnfinishedFileLeavesWhatWasThere() throws IOException {
        Path target = Files.writeString(folder.resolve("file"), "old");
        try (var output = new OutputFile(target)) {
            output.stream().write('x');
        }
        assertThat(target).hasContent("old");
        assertThat(folder.toFile().list()).containsExactly("file");
    }

    @Test
    void aFolderIsNoFile() {
        assertThatThrownBy(() -> new OutputFile(folder).close()).hasMessageContaining("this is a folder");
    }

    @Test
    void aReportShowsWhatWasExpected() {
        var out = new StringWriter();
        Report report = new Report();
        report.add("loss", "1.8", "at most 2", true);
        report.add("accuracy", "0.5", "at least 0.9", false);
        report.add("seconds", "12", "on this machine");
        report.print(new PrintWriter(out, true));

        assertThat(out.toString().lines().map(String::stripTrailing))
                .containsExactly(
                        "",
                        "          reached  expected",
                        "loss          1.8  at most 2        yes",
                        "accuracy      0.5  at least 0.9     NO",
                        "seconds        12  on this machine");
    }

    @Test
    void numbersHaveSevenDigits() {
        assertThat(Report.number(0)).isEqualTo("0.000000");
        assertThat(Report.number(-8738.0191)).isEqualTo("-8,738.019");
        assertThat(Report.number(3.14159265)).isEqualTo("3.141593");
        assertThat(Report.number(123456789.6)).isEqualTo("123,456,790");
        assertThat(Report.number(1.25e-7)).isEqualTo("1.250000e-07");
        assertThat(Report.number(6.02e23)).isEqualTo("6.020000e+23");
        assertThat(Report.number(Double.NaN)).isEqualTo("NaN");
    }

    @Test
    void withoutATerminalThereAreLinesAlone() {
        var out = new StringWriter();
        try (var progress = new Progress(new PrintWriter(out), "work", 2, false)) {
            progress.step();
            progress.println("half");
            progress.status("fine");
            progress.step();
        }
        assertThat(out.toString().lines()).containsExactly("half");
        assertThat(out.toString()).doesNotContain("\r\r", " \r");
    }

    @Test
    void onATerminalTheBarMakesRoomForLines() {
        var out = new StringWriter();
        try (var progress = new Progress(new PrintWriter(out), "work", 2, true)) {
            for (int i = 0; i < 5; i++) { // more than announced
                progress.step();
            }
            progress.println("a line");
        }
        // What is left on each line of a screen: the text after its last return to the start.
        assertThat(Stream.of(out.toString().split("\n")).map(line -> line.substring(line.lastIndexOf('\r') + 1)))
                .contains("a line")
                .allMatch(line -> line.isBlank() || line.equals("a line"));
        assertThat(out.toString()).contains("work", "2/2");
    }
}
