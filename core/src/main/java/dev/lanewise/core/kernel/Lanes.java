package dev.lanewise.core.kernel;

import java.lang.System.Logger.Level;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The gate to the Vector API: decides once, when it is first asked, how many bits a vector has, or that there are none.
 *
 * <p>The module {@code jdk.incubator.vector} may be missing (on the class path a flag has to ask for it), the JVM may
 * be one that does not compile vectors to machine instructions (they are then a thousand times slower than plain
 * loops), and the hardware may have no vectors wide enough. In each of these cases the kernels run on scalar loops, one
 * warning says why and what would mend it, and every result is the same to the last bit.
 *
 * <p>The system property {@value #PROPERTY} forces the choice: {@code scalar}, {@code 128}, {@code 256} or {@code 512}.
 * To ask for what this JVM or its hardware lacks is an error, never a silent fallback.
 *
 * <p>Nothing outside {@code dev.lanewise.core.kernel.vector} may mention a class of the incubator module, for it could
 * not be loaded without that module. Whoever has a vectorised version of something puts it into that package, behind an
 * interface of this one, and fetches it by {@link #vectorImplementation(Class, String, Object)}.
 */
public final class Lanes {
    static final String PROPERTY = "lanewise.lanes";

    private static final String MODULE = "jdk.incubator.vector";
    private static final String FLAG = "--add-modules " + MODULE;
    private static final String VECTOR_PACKAGE = "dev.lanewise.core.kernel.vector.";
    private static final int WIDEST = 512;
    private static final int NARROWEST = 128;

    /**
     * What the JVM offers.
     *
     * @param widest the widest vectors in bits, 0 if none
     * @param lack why there are none, with the mend; empty if there are
     */
    record Offer(int widest, String lack) {}

    /**
     * What was decided.
     *
     * @param bits the width of a vector in bits, 0 for scalar loops
     * @param sentence for {@link #describe}
     * @param warning to be logged once, or empty
     * @param error why the property's value cannot be had, or empty
     */
    record Decision(int bits, String sentence, String warning, String error) {}

    private static final Decision DECISION = decide();

    private Lanes() {}

    /**
     * The number of bits in a vector: 128, 256 or 512, or 0 where kernels run on scalar loops.
     *
     * @throws IllegalArgumentException if the property {@value #PROPERTY} asks for what cannot be had
     */
    public static int bits() {
        return checked().bits;
    }

    /**
     * What is used and why, in a sentence for people.
     *
     * @throws IllegalArgumentException if the property {@value #PROPERTY} asks for what cannot be had
     */
    public static String describe() {
        return checked().sentence;
    }

    /**
     * The version on vectors of something, if vectors are in use, else its scalar version.
     *
     * @param type the interface that both versions implement
     * @param className the simple name of a public class in {@code dev.lanewise.core.kernel.vector} with a public
     *     constructor without parameters
     * @param fallback the scalar version
     */
    public static <T> T vectorImplementation(Class<T> type, String className, T fallback) {
        return bits() == 0 ? fallback : load(type, className);
    }

    /** {@link #vectorImplementation(Class, String, Object)} with null as the scalar version. */
    public static <T> @Nullable T vectorImplementation(Class<T> type, String className) {
        return bits() == 0 ? null : load(type, className);
    }

    private static Decision checked() {
        if (!DECISION.error.isEmpty()) {
            throw new IllegalArgumentException(DECISION.error);
        }
        return DECISION;
    }

    private static Decision decide() {
        Decision decision = decide(System.getProperty(PROPERTY), offer());
        if (!decision.warning.isEmpty()) {
            System.getLogger("dev.lanewise").log(Level.WARNING, decision.warning);
        }
        if (!fusesInHardware()) {
            System.getLogger("dev.lanewise")
                    .log(
                            Level.WARNING,
                            "This JVM has no fused multiply-add in hardware (an x86 processor before 2013, or the flag"
                                    + " -XX:-UseFMA): it emulates each one, correctly and about a thousand times slower."
                                    + " Expect matrix products to crawl.");
        }
        return decision;
    }

    /** The decision as a function of the property's value (null if it is not set) and of what there is. */
    static Decision decide(@Nullable String property, Offer offer) {
        if (property == null) {
            return offer.widest > 0
                    ? new Decision(
                            offer.widest,
                            "Vectors of %d bits, this JVM's preferred width.".formatted(offer.widest),
                            "",
                            "")
                    : new Decision(
                            0,
                            "Scalar loops: " + offer.lack + ".",
                            "Lanewise runs on scalar loops, several times slower and with the same results: "
                                    + offer.lack + ".",
                            "");
        }
        String value = property.strip();
        if (value.equals("scalar")) {
            return new Decision(0, "Scalar loops, as -D" + PROPERTY + "=scalar asks.", "", "");
        }
        int bits = value.equals("128") ? 128 : value.equals("256") ? 256 : value.equals("512") ? 512 : 0;
        if (bits == 0) {
            return refused(value, "it is none of scalar, 128, 256, 512", offer);
        }
        if (offer.widest == 0) {
            return refused(value, offer.lack, offer);
        }
        if (bits > offer.widest) {
            return refused(
                    value,
                    "the widest vectors of this JVM and its hardware have %d bits".formatted(offer.widest),
                    offer);
        }
        return new Decision(bits, "Vectors of %d bits, as -D%s=%s asks.".formatted(bits, PROPERTY, value), "", "");
    }

    private static Decision refused(String value, String reason, Offer offer) {
        var possible = new StringBuilder("scalar");
        for (int bits = NARROWEST; bits <= offer.widest; bits *= 2) {
            possible.append(", ").append(bits);
        }
        return new Decision(
                0,
                "",
                "",
                "-D%s=%s cannot be had: %s. Possible here: %s.".formatted(PROPERTY, value, reason, possible));
    }

    private static Offer offer() {
        if (ModuleLayer.boot().findModule(MODULE).isEmpty()) {
            return new Offer(0, "the module " + MODULE + " is not there, start the JVM with the flag " + FLAG);
        }
        String lack = compilerLack(System.getProperty("java.vm.name", ""), System.getProperty("java.vm.info", ""));
        if (!lack.isEmpty()) {
            return new Offer(0, lack);
        }
        int widest = Math.min(WIDEST, load(IntSupplier.class, "PreferredWidth").getAsInt());
        return widest >= NARROWEST
                ? new Offer(widest, "")
                : new Offer(0, "the widest vectors of this JVM and its hardware have %d bits".formatted(widest));
    }

    /**
     * Why this JVM would not compile vectors to machine instructions; empty if it would. Only HotSpot's optimising
     * compilers do. That they were switched off can be read from no interface without the module
     * {@code java.management}, but from the JVM's description of itself: {@code interpreted mode} for {@code -Xint},
     * {@code emulated-client} for {@code -XX:TieredStopAtLevel=1} and for client builds.
     */
    static String compilerLack(String name, String info) {
        if (name.contains("OpenJ9") || name.contains("Substrate")) {
            return "this JVM (" + name + ") does not compile the Vector API to machine instructions, HotSpot does";
        }
        if (info.contains("interpreted mode")) {
            return "the JVM only interprets, start it without -Xint";
        }
        if (info.contains("emulated-client") || name.contains("Client")) {
            return "the JVM runs without its optimising compiler, start it without -XX:TieredStopAtLevel or -client";
        }
        return "";
    }

    /**
     * Whether multiply-adds are fused by an instruction. There is no question that a program can ask, but the emulation
     * goes through {@code BigDecimal} and takes many microseconds before it is compiled, where the instruction, even
     * interpreted, takes some tens of nanoseconds. The best of several short trials is not misled by a busy machine.
     */
    private static boolean fusesInHardware() {
        long best = Long.MAX_VALUE;
        float sum = 0.1f;
        for (int trial = 0; trial < 5; trial++) {
            long start = System.nanoTime();
            for (int i = 0; i < 8; i++) {
                sum = Math.fma(sum, 0.7f, 0.3f);
            }
            best = Math.min(best, System.nanoTime() - start);
        }
        return best < 8_000 || Float.isNaN(sum);
    }

    private static <T> T load(Class<T> type, String className) {
        try {
            return type.cast(
                    Class.forName(VECTOR_PACKAGE + className).getConstructor().newInstance());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "lanes: class " + VECTOR_PACKAGE + className + " cannot be instantiated", e);
        }
    }
}
