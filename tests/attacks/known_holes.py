"""Attacks that the grader does not hold yet: each with one line that says why. A hole that is closed must leave this list."""

from __future__ import annotations

KNOWN_HOLES: dict[str, str] = {
    "perceptron: coding cookie": "submission.find_problem expects no LookupError of a codec that is none of text: batch ends.",
    "perceptron: codec that fails": "The same with the UnicodeError that is neither of the two that are caught.",
    "conv2d: other name of TensorFlow": "The list of forbidden calls has not every name of a call; docs/security.md says so.",
    "conv2d: patches of TensorFlow": "The same: tf.image.extract_patches is off the list, though its twin in Keras is on it.",
    "autoencoder: codebook": "The images held out are in scikit-learn, which a worker can import; docs/security.md says so.",
    "early_stopping: stops by a table": "No test has chance in its values, so that the number of a training tells its end.",
}
