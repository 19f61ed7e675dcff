package dev.lanewise.autograd;

import dev.lanewise.core.Ledger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What holds for the code that a thread runs, for the duration of a call: it decides what is remembered, watched and
 * used again, never what is computed.
 *
 * @param forgets whether results shall not remember how they were computed
 * @param ledger whose results' memory is used again; null if nobody's
 * @param recording what nodes are told to; null if to nobody
 * @param anomalies who looks for values that are not numbers; null if nobody does
 * @param place what messages call the part of the model that runs; null if unknown
 */
record Scope(
        boolean forgets,
        @Nullable Ledger ledger,
        @Nullable Recording recording,
        @Nullable Anomalies anomalies,
        @Nullable Supplier<String> place) {
    private static final Scope NONE = new Scope(false, null, null, null, null);
    private static final ScopedValue<Scope> CURRENT = ScopedValue.newInstance();

    /** The calling thread's, without what was handed down to it from another one. */
    static Scope current() {
        return CURRENT.orElse(NONE);
    }

    /** Runs code in this scope. */
    <R> R run(Supplier<R> code) {
        return ScopedValue.where(CURRENT, this).call(code::get);
    }

    /** The ledger of the code that runs; null if there is none, or if another thread's has been handed down. */
    @Nullable
    Ledger openLedger() {
        return ledger != null && ledger.isOpen() ? ledger : null;
    }

    /** The recording of the code that runs; null if there is none, or if another thread's has been handed down. */
    @Nullable
    Recording openRecording() {
        return recording != null && recording.isOpen() ? recording : null;
    }

    Scope withForgets(boolean value) {
        return new Scope(value, ledger, recording, anomalies, place);
    }

    Scope withLedger(@Nullable Ledger value) {
        return new Scope(forgets, value, recording, anomalies, place);
    }

    Scope withRecording(@Nullable Recording value) {
        return new Scope(forgets, ledger, value, anomalies, place);
    }

    Scope withAnomalies(Anomalies value) {
        return new Scope(forgets, ledger, recording, value, place);
    }

    Scope withPlace(Supplier<String> value) {
        return new Scope(forgets, ledger, recording, anomalies, value);
    }
}
