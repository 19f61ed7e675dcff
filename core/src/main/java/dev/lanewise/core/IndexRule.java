package dev.lanewise.core;

/** Which of an axis' n elements stands at a place, which may lie before or behind them. */
@FunctionalInterface
interface IndexRule {
    int of(int place, int n);
}
