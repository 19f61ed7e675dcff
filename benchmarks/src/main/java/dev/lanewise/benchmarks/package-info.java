/** Speed, measured with JMH. Each benchmark says what it measures; {@code ./run benchmarks} builds and runs them. */
package dev.lanewise.benchmarks;
