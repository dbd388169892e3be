"""What can be done only where the submission lives: a model of given logits, and the gradient of a loss."""

import numpy as np
import tensorflow as tf


def constant_model(logits):
    """Makes a model that says the same at every last position, as a tensor, and something else at all earlier ones."""
    last = np.asarray(logits, dtype="float32")

    def model(tokens):
        earlier = np.tile(np.roll(last, 1), (1, np.shape(tokens)[1] - 1, 1))
        return tf.constant(np.concatenate([earlier, last[None, None]], axis=1))

    return model


def loss_gradient(logits, tokens):
    """Differentiates the loss of the submission by the logits, in a compiled function; None if nothing flows back."""
    from decoder_lm import next_token_loss

    def differentiate(logits, tokens):
        with tf.GradientTape() as tape:
            tape.watch(logits)
            loss = next_token_loss(logits, tokens)
        return tape.gradient(loss, logits) if tf.is_tensor(loss) else None

    compiled = tf.function(differentiate, autograph=False)
    return compiled(tf.constant(logits, dtype="float32"), tf.constant(tokens))
