package dev.lanewise.examples;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Reads texts: UTF-8, with or without a byte-order mark. */
final class TextFile {
    /** Far more than any example needs; a larger file is a mistake and would end in an OutOfMemoryError. */
    private static final long LARGEST = 512L << 20;

    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private TextFile() {}

    /** The text of a file that the user named by an option. */
    static String read(String option, Path file) throws IOException {
        if (!Files.exists(file)) {
            throw Problem.failure("%s %s: there is no such file (seen from %s)"
                    .formatted(option, file, Path.of("").toAbsolutePath()));
        }
        if (Files.isDirectory(file)) {
            throw Problem.failure("%s %s: this is a folder, expected a text file".formatted(option, file));
        }
        if (!Files.isReadable(file)) {
            throw Problem.failure("%s %s: this file may not be read".formatted(option, file));
        }
        if (Files.size(file) > LARGEST) {
            throw Problem.failure("%s %s: %,d bytes, expected at most %,d; cut it"
                    .formatted(option, file, Files.size(file), LARGEST));
        }
        return decode(option + " " + file, Files.readAllBytes(file));
    }

    /** The text of a resource on the class path. */
    static String readResource(String name) throws IOException {
        try (InputStream in = TextFile.class.getResourceAsStream(name)) {
            if (in == null) {
                throw Problem.failure(
                        "%s is not on the class path; start by ./run, or give a text by --data".formatted(name));
            }
            return decode(name, in.readAllBytes());
        }
    }

    private static String decode(String what, byte[] bytes) {
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer out = CharBuffer.allocate(bytes.length); // UTF-8 never takes fewer bytes than UTF-16 takes chars
        CoderResult result = decoder.decode(in, out, true);
        if (result.isError()) {
            throw Problem.failure(
                    "%s: not a text in UTF-8, byte %,d (0x%02x) does not fit; convert it, as by iconv -t UTF-8"
                            .formatted(what, in.position(), bytes[in.position()] & 0xff));
        }
        String text = out.flip().toString();
        if (text.startsWith(BYTE_ORDER_MARK)) {
            text = text.substring(1);
        }
        if (text.isEmpty()) {
            throw Problem.failure("%s: the file is empty".formatted(what));
        }
        return text;
    }
}
