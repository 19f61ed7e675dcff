/**
 * The kernels on the Vector API, {@code jdk.incubator.vector}: the only package that imports it. It is loaded by name,
 * behind the interfaces of {@code dev.lanewise.core.kernel}, and only where the incubator module is there.
 */
@NullMarked
package dev.lanewise.core.kernel.vector;

import org.jspecify.annotations.NullMarked;
