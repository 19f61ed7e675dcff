package dev.lanewise.core.kernel.vector;

import java.util.function.IntSupplier;
import jdk.incubator.vector.VectorShape;

/** The width of this JVM's preferred vectors, in bits. */
public final class PreferredWidth implements IntSupplier {
    @Override
    public int getAsInt() {
        return VectorShape.preferredShape().vectorBitSize();
    }
}
