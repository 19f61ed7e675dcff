package dev.lanewise.nn.train;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A training that is over.
 *
 * @param epochs that were finished, in their order
 * @param stopReason why it was {@linkplain Training#stop stopped} early; null if it was not
 */
public record History(List<Epoch> epochs, @Nullable String stopReason) {
    /** Copies the list. */
    public History {
        epochs = List.copyOf(epochs);
    }

    /**
     * The last epoch.
     *
     * @throws java.util.NoSuchElementException if none was finished
     */
    public Epoch last() {
        return epochs.getLast();
    }
}
