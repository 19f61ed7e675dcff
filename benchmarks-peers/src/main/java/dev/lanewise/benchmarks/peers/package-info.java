/**
 * Lanewise beside other libraries on the same works: the same numbers, the same thread count, in turns in the same run,
 * and each library's results compared with Lanewise's before anything is measured. {@code ./run peers} builds and runs
 * them.
 */
package dev.lanewise.benchmarks.peers;
