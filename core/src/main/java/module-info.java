/** Tensors and formulas. */
module dev.lanewise.core {
    requires jdk.incubator.vector;
    requires jdk.jfr;
    requires static org.jspecify;

    exports dev.lanewise.core;
}
