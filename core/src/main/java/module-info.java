/** Tensors and formulas. */
module dev.lanewise.core {
    requires jdk.incubator.vector;
    requires static org.jspecify;

    exports dev.lanewise.core;
}
