package dev.lanewise.nn.oracle;

import dev.lanewise.core.DType;
import dev.lanewise.core.Shape;
import dev.lanewise.core.Tensor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the F32 tensors of a well-formed safetensors file of the oracle. */
final class SafeTensors {
    private static final Pattern ENTRY = Pattern.compile(
            "\"([^\"]+)\":\\{\"dtype\":\"F32\",\"shape\":\\[([0-9,]*)\\],\"data_offsets\":\\[([0-9]+),");

    private SafeTensors() {}

    static Map<String, Tensor> read(Path path, DType dtype) {
        ByteBuffer file;
        try {
            file = ByteBuffer.wrap(Files.readAllBytes(path)).order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int length = Math.toIntExact(file.getLong(0));
        String header = new String(file.array(), 8, length, StandardCharsets.UTF_8).replace(" ", "");
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        Matcher matcher = ENTRY.matcher(header);
        while (matcher.find()) {
            Shape shape = Shape.of(Arrays.stream(matcher.group(2).split(","))
                    .mapToInt(Integer::parseInt)
                    .toArray());
            int start = 8 + length + Integer.parseInt(matcher.group(3));
            tensors.put(matcher.group(1), Tensor.fill(dtype, shape, i -> file.getFloat(start + 4 * i)));
        }
        return tensors;
    }
}
