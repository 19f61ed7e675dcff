package dev.lanewise.examples;

import dev.lanewise.core.Axes;
import dev.lanewise.core.Tensor;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import javax.imageio.ImageIO;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.HeatMapChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.internal.chartpart.IChart;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Points and lines on a plane, and maps of tables, as a PNG. */
final class Charts {
    // Okabe and Ito's palette, which the colour-blind can tell apart as well.
    static final Color BLUE = new Color(0x0072B2);
    static final Color ORANGE = new Color(0xD55E00);
    static final Color GREEN = new Color(0x009E73);
    static final Color PALE_BLUE = new Color(0xCCE3F0);
    static final Color MEDIUM_BLUE = new Color(0x8CBFE0);
    static final Color DARK_BLUE = new Color(0x00395A);
    static final Color PALE_ORANGE = new Color(0xF7DFCC);

    private static final int WIDTH = 900;
    private static final int HEIGHT = 600;
    private static final int SQUARE = 900;
    private static final int POINT_SIZE = 5;

    private Charts() {}

    /** An empty chart. */
    static XYChart chart(String title, String xAxis, String yAxis) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title(title)
                .xAxisTitle(xAxis)
                .yAxisTitle(yAxis)
                .build();
        chart.getStyler().setLegendPosition(LegendPosition.OutsideS);
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        return chart;
    }

    /** Adds points without a line. */
    static void points(XYChart chart, String name, double[] x, double[] y, Color color) {
        XYSeries series = chart.addSeries(name, x, y);
        series.setXYSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
        series.setMarker(SeriesMarkers.CIRCLE);
        series.setMarkerColor(color);
        chart.getStyler().setMarkerSize(POINT_SIZE);
    }

    /** Adds a line without points. */
    static void line(XYChart chart, String name, double[] x, double[] y, Color color) {
        XYSeries series = chart.addSeries(name, x, y);
        series.setXYSeriesRenderStyle(XYSeriesRenderStyle.Line);
        series.setMarker(SeriesMarkers.NONE);
        series.setLineColor(color);
    }

    /**
     * A table of probabilities as a map: the darker a field, the likelier.
     *
     * @param letters what the rows and the columns stand for
     * @param probabilities a square of as many rows and columns
     */
    static HeatMapChart heatMap(String title, String columns, String rows, List<String> letters, Tensor probabilities) {
        HeatMapChart chart = new HeatMapChartBuilder()
                .width(SQUARE)
                .height(SQUARE)
                .title(title)
                .xAxisTitle(columns)
                .yAxisTitle(rows)
                .build();
        // Small probabilities are most of them, so most of the colours are theirs.
        chart.getStyler().setRangeColors(new Color[] {Color.WHITE, MEDIUM_BLUE, BLUE, DARK_BLUE, Color.BLACK});
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        chart.getStyler().setMin(0);
        chart.getStyler().setMax(Math.ceil(100 * probabilities.amax(Axes.all()).item()) / 100);
        chart.getStyler().setPlotGridLinesVisible(false);
        chart.getStyler().setXAxisMaxLabelCount(letters.size());
        chart.getStyler().setXAxisTickMarkSpacingHint(SQUARE / 2 / letters.size());
        chart.getStyler().setYAxisTickMarkSpacingHint(SQUARE / 2 / letters.size());
        int size = letters.size();
        List<Number[]> fields = new ArrayList<>();
        for (int row = 0; row < size; row++) {
            for (int column = 0; column < size; column++) {
                // Counted from below: the first letter's row is to be the topmost.
                fields.add(new Number[] {column, size - 1 - row, probabilities.at(row, column)});
            }
        }
        chart.addSeries("probabilities", letters, letters.reversed(), fields);
        return chart;
    }

    /** Writes a chart and says so, see {@link #save(List, int, Path, PrintWriter)}. */
    static void save(IChart chart, Path file, PrintWriter out) throws IOException {
        save(List.of(chart), 1, file, out);
    }

    /**
     * Writes charts side by side, so many in a row, as one picture, all of the first one's size, and says so. A Java
     * without fonts cannot draw one, which it says by all sorts of errors; the results of a training are not to be lost
     * for that.
     */
    static void save(List<? extends IChart> charts, int columns, Path file, PrintWriter out) throws IOException {
        BufferedImage image;
        try {
            image = draw(charts, columns);
        } catch (RuntimeException | InternalError | LinkageError e) {
            out.println("No chart: this Java cannot draw text (" + e + "); installing fontconfig and a font helps");
            return;
        }
        try (OutputFile output = new OutputFile(file)) {
            ImageIO.write(image, "png", output.stream());
            output.finish();
        }
        out.println("Chart: " + file);
    }

    /** A chart that is being saved while the program does something else: to load graphics and fonts takes a second. */
    static final class Saving implements AutoCloseable {
        private final CompletableFuture<String> said;
        private final PrintWriter out;

        private Saving(CompletableFuture<String> said, PrintWriter out) {
            this.said = said;
            this.out = out;
        }

        /** Waits for the end, and says what {@link #save(IChart, Path, PrintWriter)} says. */
        @Override
        public void close() throws IOException {
            try {
                out.print(said.join());
            } catch (CompletionException e) {
                if (e.getCause() instanceof UncheckedIOException failure) {
                    throw failure.getCause();
                }
                if (e.getCause() instanceof RuntimeException failure) {
                    throw failure;
                }
                throw e;
            }
        }
    }

    /** Begins to save a chart on another thread; to close what is returned ends it. */
    static Saving saveMeanwhile(IChart chart, Path file, PrintWriter out) {
        var said = CompletableFuture.supplyAsync(() -> {
            var text = new StringWriter();
            try (var writer = new PrintWriter(text)) {
                save(chart, file, writer);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return text.toString();
        });
        return new Saving(said, out);
    }

    private static BufferedImage draw(List<? extends IChart> charts, int columns) {
        int width = charts.getFirst().getWidth();
        int height = charts.getFirst().getHeight();
        var image = new BufferedImage(
                width * Math.min(columns, charts.size()),
                height * Math.ceilDiv(charts.size(), columns),
                BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        for (int i = 0; i < charts.size(); i++) {
            Graphics2D place =
                    (Graphics2D) graphics.create(width * (i % columns), height * (i / columns), width, height);
            charts.get(i).paint(place, width, height);
            place.dispose();
        }
        graphics.dispose();
        return image;
    }
}
