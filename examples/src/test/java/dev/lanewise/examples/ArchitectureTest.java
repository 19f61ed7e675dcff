package dev.lanewise.examples;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackages;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaCodeUnit;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMember;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What must never be (docs/architecture.md tells why). The rules read the compiled classes of the library's modules:
 * which package may know which, and which of the JDK's doors stay shut so that the same bits come out everywhere.
 */
class ArchitectureTest {
    private static final String CORE = "dev.lanewise.core..";
    private static final String KERNEL = "dev.lanewise.core.kernel..";
    private static final String VECTOR_KERNEL = "dev.lanewise.core.kernel.vector..";
    private static final String AUTOGRAD = "dev.lanewise.autograd..";
    private static final String NN = "dev.lanewise.nn..";
    private static final String[] LIBRARY = {CORE, AUTOGRAD, NN};

    /**
     * Static fields that hold state, each with the reason why it cannot change a result. Allowed are caches, the thread
     * pool, and flags that a warning was given.
     */
    private static final Map<String, String> STATIC_STATE = Map.ofEntries(
            Map.entry(
                    "dev.lanewise.autograd.Scope.CURRENT",
                    "bound for one call: what is remembered, watched and used again, not what is computed"),
            Map.entry("dev.lanewise.core.FreeArrays.OF_THREAD", "memory of one thread, overwritten before it is read"),
            Map.entry("dev.lanewise.core.Ledger.NOTING", "whose memory is used again"),
            Map.entry("dev.lanewise.core.DoubleReading.BLOCKS", "scratch memory of one thread"),
            Map.entry(
                    "dev.lanewise.core.kernel.Gemm$Vectors.done",
                    "whether the SIMD kernels are warm; the scalar ones give the same bits"),
            Map.entry("dev.lanewise.core.kernel.GeneratedClass.NUMBER", "tells generated classes' names apart"),
            Map.entry(
                    "dev.lanewise.core.kernel.Hot$Background.isRunning",
                    "whether the SIMD kernels are being warmed up"),
            Map.entry("dev.lanewise.core.kernel.Kernels.KERNELS", "a cache: each key has one meaning"),
            Map.entry("dev.lanewise.core.kernel.ScratchBuffers.FREE", "scratch memory, overwritten before it is read"),
            Map.entry(
                    "dev.lanewise.core.kernel.Parallel.INSIDE",
                    "the pool: whether to share work, and sharing alters no bit"),
            Map.entry(
                    "dev.lanewise.core.kernel.Warmer.thread",
                    "the compiler's thread; a kernel's tiers give the same bits"),
            Map.entry("dev.lanewise.core.kernel.Workspace.OF_THREAD", "scratch memory of one thread"));

    /** They may differ from platform to platform, within an ulp or two; StrictMath and our polynomials do not. */
    private static final Set<String> PLATFORM_DEPENDENT = Set.of(
            "sin", "cos", "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "exp", "expm1", "log",
            "log10", "log1p", "pow", "cbrt", "hypot");

    /** Their vector forms: a call of the platform's own library. */
    private static final Set<String> PLATFORM_DEPENDENT_LANEWISE = Set.of(
            "SIN", "COS", "TAN", "ASIN", "ACOS", "ATAN", "ATAN2", "SINH", "COSH", "TANH", "EXP", "EXPM1", "LOG",
            "LOG10", "LOG1P", "POW", "CBRT", "HYPOT");

    private static JavaClasses library;

    @BeforeAll
    static void readTheClasses() {
        library = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.lanewise.core", "dev.lanewise.autograd", "dev.lanewise.nn");
        // Rules over nothing hold: make sure that something was read.
        for (String module : List.of("core", "autograd", "nn")) {
            assertThat(library.stream().filter(c -> c.getPackageName().startsWith("dev.lanewise." + module)))
                    .as("classes of " + module)
                    .isNotEmpty();
        }
    }

    @Test
    void coreKnowsNothingAboveIt() {
        check(noClasses().that().resideInAPackage(CORE).should().dependOnClassesThat(ofLanewiseBut(CORE)));
    }

    @Test
    void autogradKnowsNothingAboveIt() {
        check(noClasses()
                .that()
                .resideInAPackage(AUTOGRAD)
                .should()
                .dependOnClassesThat(ofLanewiseBut(CORE, AUTOGRAD)));
    }

    @Test
    void nnKnowsNothingAboveIt() {
        check(noClasses().that().resideInAPackage(NN).should().dependOnClassesThat(ofLanewiseBut(LIBRARY)));
    }

    @Test
    void onlyCoreKnowsTheKernels() {
        check(noClasses()
                .that()
                .resideInAnyPackage(AUTOGRAD, NN)
                .should()
                .dependOnClassesThat(resideInAPackage(KERNEL)));
    }

    @Test
    void kernelsKnowNoTensor() {
        check(noClasses().that().resideInAPackage(KERNEL).should().dependOnClassesThat(ofLanewiseBut(KERNEL)));
    }

    @Test
    void kernelTypesAreNotPartOfTheApi() {
        check(classes().that(not(resideInAPackage(KERNEL))).should(new ArchCondition<JavaClass>("show no kernel type") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                if (!isPublic(type)) {
                    return;
                }
                shown(type)
                        .forEach((place, shown) -> shown.stream()
                                .flatMap(t -> t.getAllInvolvedRawTypes().stream())
                                .filter(resideInAPackage(KERNEL))
                                .forEach(kernel -> events.add(
                                        SimpleConditionEvent.violated(type, place + " shows " + kernel.getName()))));
            }
        }));
    }

    @Test
    void theVectorApiStaysInItsPackage() {
        check(noClasses()
                .that()
                .resideOutsideOfPackage(VECTOR_KERNEL)
                .should()
                .dependOnClassesThat(resideInAPackage("jdk.incubator.vector..")));
    }

    @Test
    void theLibraryNeedsNothingButTheJdk() {
        check(noClasses()
                .should()
                .dependOnClassesThat(resideOutsideOfPackages(
                        "java..",
                        "jdk.jfr..",
                        "jdk.incubator.vector..",
                        "org.jspecify.annotations..",
                        "dev.lanewise..")));
    }

    @Test
    void noMathThatDiffersByPlatform() {
        check(noClasses()
                .should()
                .accessTargetWhere(target("java.lang.Math", PLATFORM_DEPENDENT))
                .orShould()
                .accessTargetWhere(target("jdk.incubator.vector.VectorOperators", PLATFORM_DEPENDENT_LANEWISE))
                .because("results are the same bits everywhere: take StrictMath or our polynomials"));
    }

    @Test
    void randomNumbersComeFromRngAlone() {
        check(noClasses()
                .should()
                .dependOnClassesThat(assignableTo("java.util.random.RandomGenerator"))
                .orShould()
                .accessTargetWhere(target("java.lang.Math", Set.of("random")))
                .orShould()
                .accessTargetWhere(target("java.util.UUID", Set.of("randomUUID"))));
    }

    @Test
    void noStaticStateThatCanChangeAResult() {
        check(fields().that(new DescribedPredicate<JavaField>("are static") {
                    @Override
                    public boolean test(JavaField field) {
                        return field.getModifiers().contains(JavaModifier.STATIC);
                    }
                })
                .should(
                        new ArchCondition<JavaField>(
                                "be final, of a type that holds no state, or on STATIC_STATE's list") {
                            @Override
                            public void check(JavaField field, ConditionEvents events) {
                                boolean state = !field.getModifiers().contains(JavaModifier.FINAL) || holdsState(field);
                                if (state && !STATIC_STATE.containsKey(field.getFullName())) {
                                    events.add(SimpleConditionEvent.violated(field, field.getDescription()));
                                }
                            }
                        }));
    }

    @Test
    void theListOfStaticStateIsUpToDate() {
        List<String> fields = library.stream()
                .flatMap(type -> type.getFields().stream())
                .map(JavaField::getFullName)
                .toList();
        assertThat(fields).containsAll(STATIC_STATE.keySet());
    }

    @Test
    void noSystemPropertyIsSet() {
        check(noClasses()
                .should()
                .accessTargetWhere(
                        target("java.lang.System", Set.of("setProperty", "setProperties", "clearProperty"))));
    }

    @Test
    void nothingIsPrinted() {
        check(noClasses()
                .should()
                .accessTargetWhere(target("java.lang.System", Set.of("out", "err")))
                .orShould()
                .accessTargetWhere(target("java.lang.Throwable", Set.of("printStackTrace")))
                .orShould()
                .dependOnClassesThat(assignableTo("java.lang.IO"))
                .because("a library logs, by System.Logger"));
    }

    @Test
    void everyPackageIsNullMarked() {
        check(classes().should(new ArchCondition<JavaClass>("be in a package that is @NullMarked") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                if (!type.getPackage().isAnnotatedWith("org.jspecify.annotations.NullMarked")) {
                    events.add(SimpleConditionEvent.violated(type, type.getName()));
                }
            }
        }));
    }

    private static void check(ArchRule rule) {
        rule.allowEmptyShould(true).check(library);
    }

    private static DescribedPredicate<JavaClass> ofLanewiseBut(String... packages) {
        return resideInAPackage("dev.lanewise..")
                .and(not(resideInAnyPackage(packages)))
                .as("reside in dev.lanewise.. outside of " + String.join(", ", packages));
    }

    private static DescribedPredicate<JavaAccess<?>> target(String owner, Set<String> names) {
        return new DescribedPredicate<>("the target is one of " + owner + "'s " + names) {
            @Override
            public boolean test(JavaAccess<?> access) {
                AccessTarget target = access.getTarget();
                return names.contains(target.getName()) && target.getOwner().isAssignableTo(owner);
            }
        };
    }

    private static boolean holdsState(JavaField field) {
        JavaClass type = field.getRawType();
        return type.getPackageName().equals("java.util.concurrent.atomic")
                || type.isAssignableTo(ThreadLocal.class)
                || type.isAssignableTo(ScopedValue.class)
                || type.isAssignableTo(java.util.concurrent.ConcurrentMap.class)
                || type.isAssignableTo(java.util.concurrent.Executor.class);
    }

    private static boolean isPublic(JavaClass type) {
        return type.getModifiers().contains(JavaModifier.PUBLIC)
                && type.getEnclosingClass().map(ArchitectureTest::isPublic).orElse(true);
    }

    /** Every type that a user of a class sees, by place. */
    private static Map<String, List<JavaType>> shown(JavaClass type) {
        var shown = new java.util.TreeMap<String, List<JavaType>>();
        var above = new ArrayList<JavaType>(type.getInterfaces());
        type.getSuperclass().ifPresent(above::add);
        above.addAll(type.getTypeParameters());
        shown.put(type.getName(), above);
        for (JavaMember member : type.getMembers()) {
            Set<JavaModifier> modifiers = member.getModifiers();
            if (!modifiers.contains(JavaModifier.PUBLIC) && !modifiers.contains(JavaModifier.PROTECTED)) {
                continue;
            }
            var types = new ArrayList<JavaType>();
            if (member instanceof JavaField field) {
                types.add(field.getType());
            } else if (member instanceof JavaCodeUnit code) {
                types.add(code.getReturnType());
                types.addAll(code.getParameterTypes());
                types.addAll(code.getTypeParameters());
            }
            shown.put(member.getFullName(), types);
        }
        return shown;
    }
}
