/** Neural networks. */
module dev.lanewise.nn {
    requires transitive dev.lanewise.autograd;
    requires static org.jspecify;

    exports dev.lanewise.nn;
    exports dev.lanewise.nn.data;
    exports dev.lanewise.nn.optim;
    exports dev.lanewise.nn.train;
    exports dev.lanewise.nn.transformer;
}
