package dev.lanewise.examples;

import java.io.FileDescriptor;
import java.io.FileNotFoundException;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.HashSet;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.MaxValuesExceededException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The examples' command line: {@code ./run} lists them, {@code ./run EXAMPLE --help} explains one.
 *
 * <p>Exit codes: 0 when all went well; {@value Problem#USAGE} for options that are unknown, out of range or at odds
 * with the data; {@value Problem#FAILURE} for anything else. Either way there is one message that says what to do, and
 * no stack trace unless {@code --stacktrace} or {@code -Dlanewise.debug} asks for it.
 */
@Command(
        name = "./run",
        description = "Runs an example of Lanewise, deep learning in pure Java.%n",
        synopsisSubcommandLabel = "EXAMPLE [options]",
        commandListHeading = "%nExamples:%n",
        footer = {"", "./run EXAMPLE --help explains an example and its options."},
        subcommands = {
            LinearRegression.class,
            TinyGpt.class,
            Gpt3Anatomy.class,
            CustomActivation.class,
            CustomLayer.class,
            Names.class,
            Digits.class,
            Overfitting.class,
            OperationTimes.class
        })
public final class Main implements Runnable {
    @SuppressWarnings("UnusedVariable") // picocli acts on it
    @Option(names = "--help", usageHelp = true, description = "Shows this and ends")
    private boolean help;

    @Spec
    private CommandSpec spec;

    Main() {}

    /** Runs the example that the arguments name, and ends the JVM with its exit code. */
    public static void main(String[] arguments) {
        System.setProperty("java.awt.headless", "true"); // charts are files; without this macOS would show an icon
        Locale.setDefault(Locale.ROOT); // numbers look the same everywhere
        System.exit(execute(writer(FileDescriptor.out, System.out), writer(FileDescriptor.err, System.err), arguments));
    }

    /** Runs the example that the arguments name. */
    static int execute(PrintWriter out, PrintWriter err, String... arguments) {
        CommandLine line = new CommandLine(new Main())
                .setOut(out)
                .setErr(err)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(110)
                .setParameterExceptionHandler((e, given) -> usage(e))
                .setExecutionExceptionHandler(Main::failure);
        try {
            return line.execute(arguments);
        } catch (OutOfMemoryError e) {
            err.println(
                    "Out of memory, at most %,d MB for this JVM: ask for less, or give it more, as by LANEWISE_JAVA_OPTS=-Xmx8g"
                            .formatted(Runtime.getRuntime().maxMemory() >> 20));
            return Problem.FAILURE;
        } finally {
            out.flush();
            err.flush();
        }
    }

    /** Without an example: what there is. */
    @Override
    public void run() {
        spec.commandLine().usage(spec.commandLine().getOut());
    }

    /**
     * A writer in the terminal's encoding. Where that is said to be plain ASCII, as in a container without a locale, it
     * is UTF-8 all the same: a terminal shows that, and a question mark for each dash of a book helps nobody.
     */
    private static PrintWriter writer(FileDescriptor descriptor, PrintStream stream) {
        Charset charset =
                stream.charset().equals(StandardCharsets.US_ASCII) ? StandardCharsets.UTF_8 : stream.charset();
        return new PrintWriter(new OutputStreamWriter(new FileOutputStream(descriptor), charset), true);
    }

    private static int usage(ParameterException e) {
        CommandLine line = e.getCommandLine();
        if (e instanceof UnmatchedArgumentException unmatched && line.getCommand() instanceof Main) {
            line.getErr()
                    .println("There is no example %s; there are %s"
                            .formatted(
                                    unmatched.getUnmatched().getFirst(),
                                    String.join(", ", line.getSubcommands().keySet())));
        } else if (e instanceof MaxValuesExceededException) {
            line.getErr().println(repeated(String.valueOf(e.getMessage())));
        } else {
            line.getErr().println(e.getMessage());
            UnmatchedArgumentException.printSuggestions(e, line.getErr());
        }
        hint(line);
        return Problem.USAGE;
    }

    /**
     * Of options in a group picocli says at length that the group occurs twice, each time with what was given in
     * braces: {@code [--a=N] [--b=N]={--a=1 --b=2}} and again with {@code {--a=3}}.
     */
    private static String repeated(String message) {
        String given = Pattern.compile("=\\{[^{}]*}")
                .matcher(message)
                .results()
                .map(MatchResult::group)
                .collect(Collectors.joining());
        var seen = new HashSet<String>();
        return Pattern.compile("--[a-z0-9-]+")
                .matcher(given)
                .results()
                .map(MatchResult::group)
                .filter(option -> !seen.add(option))
                .findFirst()
                .map(option -> option + " is given twice")
                .orElse(message);
    }

    private static void hint(CommandLine line) {
        line.getErr().println("See " + line.getCommandSpec().qualifiedName() + " --help");
    }

    private static int failure(Exception e, CommandLine line, ParseResult arguments) {
        line.getOut().flush();
        line.getErr().println(message(e));
        boolean traced = line.getCommand() instanceof Example example && example.showsStackTrace();
        if (traced || System.getProperty("lanewise.debug") != null) {
            e.printStackTrace(line.getErr());
        }
        if (e instanceof Problem problem && problem.exitCode() == Problem.USAGE) {
            hint(line);
            return Problem.USAGE;
        }
        return Problem.FAILURE;
    }

    /**
     * What to tell: messages of Lanewise and of the examples are made to be read, others need a word of explanation.
     */
    private static String message(Exception e) {
        return switch (e) {
            case NoSuchFileException missing -> missing.getFile() + ": no such file or folder";
            case FileNotFoundException missing -> "no such file: " + missing.getMessage();
            case AccessDeniedException denied -> denied.getFile() + ": access denied";
            case FileSystemException other ->
                other.getFile() + ": " + other.getClass().getSimpleName() + ", " + other.getReason();
            case IOException io -> "cannot read or write: " + io.getMessage();
            case Problem told -> String.valueOf(told.getMessage());
            case IllegalArgumentException told -> String.valueOf(told.getMessage());
            default -> "unexpected: " + e + "; --stacktrace shows where";
        };
    }
}
