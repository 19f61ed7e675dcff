package dev.lanewise.core.kernel.vector;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassBuilder;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.TypeKind;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDescs;
import java.lang.constant.MethodTypeDesc;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.AccessFlag;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Kernels of the matrix product whose code is written at run time, and the names of the Vector API that they use.
 *
 * <p>Why written at run time: to use all registers, each vector has to be a local variable of its own and each step has
 * to be written out, which by hand would be a class of a hundred lines for every size of a tile and every width of
 * vectors.
 */
final class HiddenKernel {
    static final ClassDesc VECTOR = ClassDesc.of("jdk.incubator.vector.Vector");
    static final ClassDesc FLOAT_VECTOR = ClassDesc.of("jdk.incubator.vector.FloatVector");
    static final ClassDesc INT_VECTOR = ClassDesc.of("jdk.incubator.vector.IntVector");
    static final ClassDesc VECTOR_MASK = ClassDesc.of("jdk.incubator.vector.VectorMask");
    static final ClassDesc SPECIES = ClassDesc.of("jdk.incubator.vector.VectorSpecies");
    static final ClassDesc FLOATS = ConstantDescs.CD_float.arrayType();
    static final ClassDesc INTS = ConstantDescs.CD_int.arrayType();
    static final ClassDesc INT = ConstantDescs.CD_int;
    static final ClassDesc LONG = ConstantDescs.CD_long;
    static final MethodTypeDesc ZERO = MethodTypeDesc.of(FLOAT_VECTOR, SPECIES);
    static final MethodTypeDesc BROADCAST = MethodTypeDesc.of(FLOAT_VECTOR, SPECIES, ConstantDescs.CD_float);
    static final MethodTypeDesc FROM_ARRAY = MethodTypeDesc.of(FLOAT_VECTOR, SPECIES, FLOATS, INT);
    static final MethodTypeDesc INTO_ARRAY = MethodTypeDesc.of(ConstantDescs.CD_void, FLOATS, INT);
    static final MethodTypeDesc FMA = MethodTypeDesc.of(FLOAT_VECTOR, VECTOR, VECTOR);

    /** The system property that names a directory into which each class is written, for {@code javap -c -p}. */
    private static final String DUMP_PROPERTY = "lanewise.dump";

    private HiddenKernel() {}

    /**
     * A new instance of a new hidden class.
     *
     * @param type the interface that it implements, with one method
     * @param name for people who look at the class or at a profile
     * @param body writes the method's code
     */
    static <T> T define(Class<T> type, String name, Consumer<CodeBuilder> body) {
        return define(type, name, body, builder -> {});
    }

    /**
     * The same with static methods that the kernel's own may call, of {@link #owner}.
     *
     * @param part these methods' descriptor
     * @param parts what writes the code of each, by its name
     */
    static <T> T define(
            Class<T> type,
            String name,
            Consumer<CodeBuilder> body,
            MethodTypeDesc part,
            Map<String, Consumer<CodeBuilder>> parts) {
        return define(
                type,
                name,
                body,
                builder -> parts.forEach((method, code) ->
                        builder.withMethodBody(method, part, ClassFile.ACC_PRIVATE | ClassFile.ACC_STATIC, code)));
    }

    /** The class of a kernel of this name, for calls of its own methods. */
    static ClassDesc owner(String name) {
        return ClassDesc.of(HiddenKernel.class.getPackageName(), name);
    }

    private static <T> T define(Class<T> type, String name, Consumer<CodeBuilder> body, Consumer<ClassBuilder> others) {
        Method method = type.getMethods()[0];
        byte[] bytes = ClassFile.of()
                .build(
                        owner(name),
                        builder -> others.accept(builder.withFlags(AccessFlag.FINAL, AccessFlag.SYNTHETIC)
                                .withInterfaceSymbols(ClassDesc.ofDescriptor(type.descriptorString()))
                                .withMethodBody(
                                        ConstantDescs.INIT_NAME,
                                        ConstantDescs.MTD_void,
                                        0,
                                        code -> code.aload(0)
                                                .invokespecial(
                                                        ConstantDescs.CD_Object,
                                                        ConstantDescs.INIT_NAME,
                                                        ConstantDescs.MTD_void)
                                                .return_())
                                .withMethodBody(method.getName(), descriptor(type), ClassFile.ACC_PUBLIC, body)));
        dump(name, bytes);
        try {
            var hidden = MethodHandles.lookup().defineHiddenClass(bytes, true);
            return type.cast(hidden.lookupClass().getDeclaredConstructor().newInstance());
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("gemm: kernel " + name + " cannot be instantiated", e);
        }
    }

    /** The descriptor of an interface's one method. */
    static MethodTypeDesc descriptor(Class<?> type) {
        Method method = type.getMethods()[0];
        return MethodTypeDesc.ofDescriptor(MethodType.methodType(method.getReturnType(), method.getParameterTypes())
                .descriptorString());
    }

    /** Consecutive local variables; the number of the first. */
    static int locals(CodeBuilder code, TypeKind kind, int count) {
        int first = code.allocateLocal(kind);
        for (int i = 1; i < count; i++) {
            code.allocateLocal(kind);
        }
        return first;
    }

    /** Puts a local variable plus a constant on the stack. */
    static void plus(CodeBuilder code, int local, int constant) {
        code.iload(local);
        if (constant != 0) {
            code.loadConstant(constant).iadd();
        }
    }

    /** Adds one local variable to another. */
    static void increase(CodeBuilder code, int local, int by) {
        code.iload(local).iload(by).iadd().istore(local);
    }

    /** Puts the species of a vector type on the stack: a constant, which the compiler has to see to use registers. */
    static void species(CodeBuilder code, ClassDesc vector, int bits) {
        code.getstatic(vector, "SPECIES_" + bits, SPECIES);
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
