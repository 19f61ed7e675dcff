/** Gradients by backpropagation. */
module dev.lanewise.autograd {
    requires transitive dev.lanewise.core;
    requires jdk.jfr;
    requires static org.jspecify;

    exports dev.lanewise.autograd;
}
