package dev.lanewise.examples;

import dev.lanewise.core.IntTensor;
import dev.lanewise.core.Rng;
import dev.lanewise.core.Shape;
import dev.lanewise.nn.data.Dataset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Names as numbers: 1 to 26 for a to z, 0 for the end of a name, which is also what stands before its first letter, as
 * in Karpathy's makemore.
 *
 * @param names each of letters a to z, at least one
 */
record NameList(List<String> names) {
    /** The number of different letters, the end included. */
    static final int LETTERS = 27;

    /** The number of a name's end, written as a point. */
    static final int END = 0;

    private static final int SHORTEST_WORD = 3; // a, I, of, to, ... are hardly names

    /**
     * Reads names, one a line. Blanks around a name and blank lines are left out, capitals are made small.
     *
     * @param source what messages call the text
     * @throws Problem if there is no name, or a character that is no letter from a to z, with the line's number
     */
    static NameList parse(String source, String text) {
        List<String> names = new ArrayList<>();
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            String name = lines.get(i).strip().toLowerCase(Locale.ROOT);
            for (int c : name.codePoints().toArray()) {
                if (c < 'a' || c > 'z') {
                    throw Problem.failure(
                            "%s, line %d, \"%s\": '%s' (U+%04X) is no letter from a to z; expected one name a line of these letters, write it with them or leave it out"
                                    .formatted(source, i + 1, shortened(name), Character.toString(c), c));
                }
            }
            if (!name.isEmpty()) {
                names.add(name);
            }
        }
        if (names.isEmpty()) {
            throw Problem.failure("%s: there are blank lines alone; expected one name a line, of letters from a to z"
                    .formatted(source));
        }
        return new NameList(List.copyOf(names));
    }

    private static String shortened(String name) {
        int shown = 40;
        return name.length() <= shown ? name : name.substring(0, shown) + "...";
    }

    /** The different words of a text that have letters from a to z alone and at least three of them, sorted. */
    static NameList wordsOf(String text) {
        return new NameList(Pattern.compile("(?<![\\p{L}\\p{N}'\u2019-])[a-z]+(?![\\p{L}\\p{N}'\u2019-])")
                .matcher(text.toLowerCase(Locale.ROOT))
                .results()
                .map(MatchResult::group)
                .filter(word -> word.length() >= SHORTEST_WORD)
                .distinct()
                .sorted()
                .toList());
    }

    /** A letter, or a point for the end. */
    static String letter(int number) {
        return number == END ? "." : Character.toString('a' + number - 1);
    }

    /** The names split at random: 80 % to learn from, 10 % to validate with, 10 % to test with, as makemore does. */
    record Split(NameList training, NameList validation, NameList test) {}

    /**
     * Splits the names at random.
     *
     * @throws Problem if there are fewer than ten
     */
    Split split(Rng rng) {
        if (names.size() < 10) {
            throw Problem.usage(
                    "--model mlp keeps a tenth of the names to validate with and a tenth to test with: %d are too few, expected at least 10; give more, or take --model bigram"
                            .formatted(names.size()));
        }
        int[] order = rng.permutation(names.size()).toArray();
        List<String> mixed = Arrays.stream(order).mapToObj(names::get).toList();
        int first = (int) (0.8 * mixed.size());
        int second = (int) (0.9 * mixed.size());
        return new Split(
                new NameList(mixed.subList(0, first)),
                new NameList(mixed.subList(first, second)),
                new NameList(mixed.subList(second, mixed.size())));
    }

    /** The number of letters to predict: those of all names and each name's end. */
    int letters() {
        return names.stream().mapToInt(name -> name.length() + 1).sum();
    }

    /** For each letter of each name, and each name's end, the letters before it, [letters, context], as a dataset. */
    Dataset examples(int context) {
        int count = letters();
        int[] inputs = new int[count * context];
        int[] labels = new int[count];
        int example = 0;
        for (String name : names) {
            for (int i = 0; i <= name.length(); i++) {
                for (int j = 0; j < context; j++) {
                    inputs[example * context + j] = number(name, i - context + j);
                }
                labels[example++] = number(name, i);
            }
        }
        return Dataset.of(IntTensor.of(Shape.of(count, context), inputs), IntTensor.of(labels));
    }

    /** The letter at a place; before a name and behind it is its end. */
    private static int number(String name, int place) {
        return place < 0 || place == name.length() ? END : name.charAt(place) - 'a' + 1;
    }
}
