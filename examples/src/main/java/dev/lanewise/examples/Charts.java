package dev.lanewise.examples;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Points and lines on a plane, as a PNG. */
final class Charts {
    // Okabe and Ito's palette, which the colour-blind can tell apart as well.
    static final Color BLUE = new Color(0x0072B2);
    static final Color ORANGE = new Color(0xD55E00);
    static final Color GREEN = new Color(0x009E73);
    static final Color PALE_BLUE = new Color(0xCCE3F0);
    static final Color PALE_ORANGE = new Color(0xF7DFCC);

    private static final int WIDTH = 900;
    private static final int HEIGHT = 600;
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

    /** Writes a chart and says so, see {@link #save(List, int, Path, PrintWriter)}. */
    static void save(XYChart chart, Path file, PrintWriter out) throws IOException {
        save(List.of(chart), 1, file, out);
    }

    /**
     * Writes charts side by side, so many in a row, as one picture, and says so. A Java without fonts cannot draw one,
     * which it says by all sorts of errors; the results of a training are not to be lost for that.
     */
    static void save(List<XYChart> charts, int columns, Path file, PrintWriter out) throws IOException {
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

    private static BufferedImage draw(List<XYChart> charts, int columns) {
        int width = WIDTH * Math.min(columns, charts.size());
        int height = HEIGHT * Math.ceilDiv(charts.size(), columns);
        var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        for (int i = 0; i < charts.size(); i++) {
            int left = WIDTH * (i % columns);
            int top = HEIGHT * (i / columns);
            Graphics2D place = (Graphics2D) graphics.create(left, top, WIDTH, HEIGHT);
            charts.get(i).paint(place, WIDTH, HEIGHT);
            place.dispose();
        }
        graphics.dispose();
        return image;
    }
}
