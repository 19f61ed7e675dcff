package dev.lanewise.nn.train;

/**
 * Is told what happens in a training, in the training's own thread. All methods do nothing unless overridden.
 *
 * <p>An exception that a listener throws ends the training: {@link Trainer#train} throws it, and model and optimizer
 * are as the last finished step left them. Listeners are called in the order in which they were added.
 */
public interface Listener {
    /** The training begins. */
    default void begun(Training training) {}

    /** The optimizer has made a step. */
    default void stepDone(Training training, Step step) {}

    /** An epoch is over, and evaluated if there are validation data. */
    default void epochDone(Training training, Epoch epoch) {}

    /** The training is over, early or not, but not by an exception. */
    default void done(Training training, History history) {}
}
