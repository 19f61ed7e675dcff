/** Gradients by backpropagation. */
module dev.lanewise.autograd {
    requires transitive dev.lanewise.core;
    requires static org.jspecify;

    exports dev.lanewise.autograd;
}
