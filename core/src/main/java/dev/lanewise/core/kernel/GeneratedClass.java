package dev.lanewise.core.kernel;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.invoke.MethodHandles.Lookup;
import java.lang.invoke.MethodType;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;

/**
 * A kernel's class, made at run time. It is hidden: reachable through its one instance alone, and unloaded with it.
 *
 * <p>The system property {@value #DUMP_PROPERTY} names a directory into which each is written, for {@code javap -c -p}.
 */
public final class GeneratedClass {

    /** HotSpot leaves larger methods to its interpreter for good ({@code -XX:+DontCompileHugeMethods}). */
    public static final int LARGEST_METHOD = 8000;

    static final String DUMP_PROPERTY = "lanewise.dump";

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private GeneratedClass() {}

    /**
     * Makes a class that implements {@link RowKernel}, and its instance.
     *
     * @param lookup of a class in the package that the new one is to belong to
     * @param name what the class is called, beside a number
     * @param members writes its methods, given the class's own descriptor; a constructor is there already
     */
    public static RowKernel define(Lookup lookup, String name, BiConsumer<ClassBuilder, ClassDesc> members) {
        String simpleName = name.replaceAll("[^A-Za-z0-9]", "_") + "_" + NUMBER.incrementAndGet();
        ClassDesc self = ClassDesc.of(lookup.lookupClass().getPackageName(), simpleName);
        byte[] bytes = ClassFile.of().build(self, type -> {
            type.withFlags(ClassFile.ACC_FINAL | ClassFile.ACC_SUPER);
            type.withInterfaceSymbols(RowKernel.class.describeConstable().orElseThrow());
            type.withMethodBody(
                    ConstantDescs.INIT_NAME,
                    ConstantDescs.MTD_void,
                    0,
                    code -> code.aload(0)
                            .invokespecial(ConstantDescs.CD_Object, ConstantDescs.INIT_NAME, ConstantDescs.MTD_void)
                            .return_());
            members.accept(type, self);
        });
        dump(simpleName, bytes);
        checkSizes(bytes);
        try {
            Lookup hidden = lookup.defineHiddenClass(bytes, true);
            var constructor = hidden.findConstructor(hidden.lookupClass(), MethodType.methodType(void.class));
            return (RowKernel) constructor.invoke();
        } catch (Throwable e) {
            throw new IllegalStateException("kernel class " + simpleName + " cannot be defined", e);
        }
    }

    /** The size of the largest method of a class, in bytes of code. */
    static int largestMethod(byte[] bytes) {
        ClassModel model = ClassFile.of().parse(bytes);
        int largest = 0;
        for (MethodModel method : model.methods()) {
            int length = method.code()
                    .map(code -> ((CodeAttribute) code).codeLength())
                    .orElse(0);
            largest = Math.max(largest, length);
        }
        return largest;
    }

    private static void checkSizes(byte[] bytes) {
        int largest = largestMethod(bytes);
        if (largest > LARGEST_METHOD) {
            throw new IllegalStateException("a kernel's method has " + largest + " bytes of code, more than the "
                    + LARGEST_METHOD + " that HotSpot compiles");
        }
    }

    private static void dump(String name, byte[] bytes) {
        String directory = System.getProperty(DUMP_PROPERTY);
        if (directory == null) {
            return;
        }
        try {
            Files.createDirectories(Path.of(directory));
            Files.write(Path.of(directory, name + ".class"), bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("-D" + DUMP_PROPERTY + "=" + directory + ": cannot be written to", e);
        }
    }
}
