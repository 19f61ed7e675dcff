package dev.lanewise.examples;

import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Shape;
import java.util.Arrays;

/**
 * A text as numbers, one a character: the number of a character is its place among all different characters of the
 * text, sorted. The first 90 % are to learn from, the rest to validate with.
 */
final class Corpus {
    private static final double TRAINING_SHARE = 0.9; // nanoGPT's

    private final int[] characters; // the vocabulary: Unicode code points, ascending
    private final int[] training;
    private final int[] validation;

    Corpus(String text) {
        int[] codePoints = text.codePoints().toArray();
        this.characters = Arrays.stream(codePoints).sorted().distinct().toArray();
        int[] tokens = Arrays.stream(codePoints).map(this::token).toArray();
        int cut = (int) (TRAINING_SHARE * tokens.length);
        this.training = Arrays.copyOfRange(tokens, 0, cut);
        this.validation = Arrays.copyOfRange(tokens, cut, tokens.length);
    }

    /** Inputs [batch, context] and, for each, the character that comes next, [batch, context]. */
    record Batch(IntTensor inputs, IntTensor targets) {}

    /** The pieces of a part of the text that begin at the given places. */
    static Batch batch(int[] part, int[] starts, int context) {
        int[] inputs = new int[starts.length * context];
        int[] targets = new int[starts.length * context];
        for (int row = 0; row < starts.length; row++) {
            System.arraycopy(part, starts[row], inputs, row * context, context);
            System.arraycopy(part, starts[row] + 1, targets, row * context, context);
        }
        Shape shape = Shape.of(starts.length, context);
        return new Batch(IntTensor.of(shape, inputs), IntTensor.of(shape, targets));
    }

    /** The characters to learn from, as numbers; not to be changed. */
    int[] training() {
        return training;
    }

    /** The characters to validate with, as numbers; not to be changed. */
    int[] validation() {
        return validation;
    }

    /** The number of different characters. */
    int vocabulary() {
        return characters.length;
    }

    /** The number of a character; negative if the text does not contain it. */
    private int token(int codePoint) {
        return Arrays.binarySearch(characters, codePoint);
    }

    /** A text as numbers. */
    IntTensor encode(String option, String text) {
        int[] codePoints = text.codePoints().toArray();
        for (int i = 0; i < codePoints.length; i++) {
            if (token(codePoints[i]) < 0) {
                throw Problem.usage(
                        "%s: character %d, '%s' (U+%04X), does not occur in the text that is learnt; it has %s"
                                .formatted(
                                        option,
                                        i + 1,
                                        Character.toString(codePoints[i]),
                                        codePoints[i],
                                        describeCharacters()));
            }
        }
        return IntTensor.of(Arrays.stream(codePoints).map(this::token).toArray());
    }

    /** The character of a number. */
    String decode(int token) {
        return Character.toString(characters[token]);
    }

    /** What a text begins with if nothing is said: a line break, or if there is none the first character. */
    IntTensor defaultPrompt() {
        int lineBreak = token('\n');
        return IntTensor.of(Math.max(lineBreak, 0));
    }

    /** The different characters, those that cannot be seen as numbers. */
    String describeCharacters() {
        int shown = 200;
        var list = new StringBuilder();
        for (int i = 0; i < Math.min(characters.length, shown); i++) {
            int c = characters[i];
            boolean visible = c > ' ' && c != 0x7f && !Character.isISOControl(c) && Character.isDefined(c);
            list.append(visible ? Character.toString(c) : c == ' ' ? "' '" : c == '\n' ? "\\n" : "U+%04X".formatted(c));
            list.append(visible ? "" : " ");
        }
        return list + (characters.length > shown ? " ..." : "");
    }
}
