package dev.lanewise.core;

/**
 * The memory of a result that may be used again when nobody holds it any more, and who holds it: counted are the graph
 * nodes that keep it, the gradients that it is, and the {@link Ledger} that it was made under. All tensors that share
 * the memory share its lease.
 */
final class Lease {
    private final float[] array;
    private Ledger ledger;
    private int holders = 1; // the ledger
    private boolean exposed;
    private boolean ended;

    Lease(float[] array, Ledger ledger) {
        this.array = array;
        this.ledger = ledger;
    }

    synchronized void retain() {
        checkAlive();
        holders++;
    }

    /** Whether that was the last holder. */
    synchronized boolean release() {
        if (--holders == 0 && !exposed) {
            ended = true;
            FreeArrays.ofThread().give(array);
        }
        return holders == 0;
    }

    /** From now on somebody unknown may hold the memory, so it is never used again. */
    synchronized void expose() {
        checkAlive();
        exposed = true;
    }

    /** Exposes it unless the ledger that it was made under is still open. */
    synchronized void exposeOutside() {
        if (!ledger.isOpen()) {
            expose();
        }
    }

    /** Whether there is one holder, and nobody unknown. */
    synchronized boolean isHeldOnce() {
        checkAlive();
        return holders == 1 && !exposed;
    }

    synchronized void moveTo(Ledger other) {
        ledger = other;
    }

    private void checkAlive() {
        if (ended) {
            throw new IllegalStateException(
                    "the memory of this value was used again: it was computed within reusingMemory, as in the forward pass of a Gpt, and was not its result; ask for its value() there, or return it from there");
        }
    }
}
