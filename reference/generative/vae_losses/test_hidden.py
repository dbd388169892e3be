"""What `vae_losses` must do.

Each of four functions is judged by its values, compiled, and differentiated: hence more than 200 lines.
"""

import numpy as np
import pytest

from grader.testing import assert_arrays
from grader.testing import assert_close
from grader.testing import assert_finite
from grader.testing import assert_shape
from grader.testing import check
from grader.testing import numeric_gradient

DEVIATION = "The noise is multiplied by the standard deviation: σ² = exp(z_log_var), so σ = exp(z_log_var / 2)."
NOISE = "Multiply each number of `epsilon` by its own standard deviation, and add its own mean; draw nothing yourself."
PER_EXAMPLE = "Sum over all axes but the first: one number for each example remains."
KL = "For each latent variable it is ½ (μ² + σ² - 1 - log σ²), with σ² = exp(z_log_var); then comes the sum over them."
SUM = "Sum over all latent variables, and do not divide by their number."
PIXELS = "Compute the cost of each pixel by the formula of this kind, and sum; do not divide by the number of pixels."
LOGITS = "The outputs are logits: write log p as -softplus(-y) and log(1 - p) as -softplus(y), and never compute p."
LOSS = "Add beta times the divergence to the reconstruction, example by example, and take the mean over the batch."
COMPILED = "Use operations of Keras or TensorFlow only, and ask for the shape by `keras.ops.shape` if you need it."
GRADIENT = "Use operations of Keras or TensorFlow on the way from the argument to the result, and stop no gradient."
LATENT_SHAPES = [(4, 3), (1, 2), (5, 1), (3, 3)]
KINDS = ["squared_error", "cross_entropy"]


def sample(z_mean, z_log_var, epsilon):
    return z_mean + np.sqrt(np.exp(z_log_var)) * epsilon


def divergence(z_mean, z_log_var):
    """The sum of the divergences log(1/σ) + (σ² + μ²)/2 - 1/2 of one-dimensional Gaussians."""
    std = np.exp(z_log_var / 2)
    return np.sum(np.log(1 / std) + (std**2 + z_mean**2) / 2 - 0.5, axis=1)


def reconstruction(inputs, outputs, kind):
    x, y = (np.reshape(array, (len(array), -1)) for array in (inputs, outputs))
    if kind == "squared_error":
        return np.linalg.norm(x - y, axis=1) ** 2
    return np.sum(x * np.logaddexp(0, -y) + (1 - x) * np.logaddexp(0, y), axis=1)


def loss(inputs, outputs, z_mean, z_log_var, kind, beta=1.0):
    return np.sum(reconstruction(inputs, outputs, kind) + beta * divergence(z_mean, z_log_var)) / len(inputs)


def draw(rng, names, batch):
    """Random arguments of these names, in float32 as functions get them; images have 3x2 pixels, codes 4 numbers."""
    everything = {
        "inputs": rng.uniform(size=(batch, 3, 2)),
        "outputs": 2 * rng.normal(size=(batch, 3, 2)),
        "z_mean": rng.normal(size=(batch, 4)),
        "z_log_var": rng.uniform(-3, 2, size=(batch, 4)),
        "epsilon": rng.normal(size=(batch, 4)),
    }
    return [everything[name].astype("float32") for name in names]


CODES = ["z_mean", "z_log_var"]
IMAGES = ["inputs", "outputs"]
FUNCTIONS = {
    "reparameterize": (1, sample, [*CODES, "epsilon"]),
    "kl_divergence": (2, divergence, CODES),
    "reconstruction_loss for squared_error": (3, reconstruction, IMAGES, "squared_error"),
    "reconstruction_loss for cross_entropy": (3, reconstruction, IMAGES, "cross_entropy"),
    "vae_loss for squared_error": (4, loss, [*IMAGES, *CODES], "squared_error", 3.0),
    "vae_loss for cross_entropy": (4, loss, [*IMAGES, *CODES], "cross_entropy", 3.0),
}
CALLS = [pytest.param(what, marks=pytest.mark.task(task)) for what, (task, *_) in FUNCTIONS.items()]
GRADIENTS = [
    pytest.param(variable, what, marks=pytest.mark.task(task))
    for what, (task, _, arguments, *_) in FUNCTIONS.items()
    for variable in arguments
    if variable in ("z_mean", "z_log_var", "outputs")
]


def kernels(parameters):
    """The kernels of the layers for mean, log-variance and output, from 6 pixels to 2 latent variables and back."""
    return [row.reshape(shape) for row, shape in zip(parameters, [(6, 2), (6, 2), (2, 6)], strict=True)]


@pytest.mark.task(1)
def test_sample_by_hand(submission):
    """Makes a sample of mean and variance that can be computed by hand."""
    arrays = np.float32([[1.0, 2.0, -1.0]]), np.log(np.float32([[4.0, 0.25, 1.0]])), np.float32([[1.5, -2.0, 0.0]])
    assert_close(submission.reparameterize(*arrays), [[4.0, 1.0, -1.0]], next_step=DEVIATION)


@pytest.mark.task(1)
@pytest.mark.parametrize("shape", LATENT_SHAPES)
def test_samples(submission, rng, shape):
    """Makes a sample for each example, from codes of shape `shape`."""
    z_mean, epsilon = rng.normal(size=(2, *shape)).astype("float32")
    z_log_var = rng.permutation(np.linspace(-20, 20, z_mean.size)).reshape(shape).astype("float32")
    returned = assert_shape(submission.reparameterize(z_mean, z_log_var, epsilon), shape)
    assert_close(returned, sample(z_mean, z_log_var, epsilon), next_step=NOISE)


@pytest.mark.task(2)
def test_divergence_by_hand(submission):
    """Is 0 at the prior, and grows with the mean and with a variance that is not 1."""
    z_mean = np.float32([[0.0, 0.0], [1.0, 0.0], [0.0, 0.0], [3.0, 0.0], [0.0, 0.0]])
    z_log_var = np.float32([[0.0, 0.0], [0.0, 0.0], [0.0, np.log(4.0)], [0.0, 1.0], [-1.0, -1.0]])
    returned = assert_shape(submission.kl_divergence(z_mean, z_log_var), (5,), next_step=PER_EXAMPLE)
    assert_close(returned, [0.0, 0.5, 0.806853, 4.859141, 0.367879], next_step=KL)


@pytest.mark.task(2)
@pytest.mark.parametrize("shape", LATENT_SHAPES)
def test_divergences(submission, rng, shape):
    """Sums over the latent variables of codes of shape `shape`, for small and for extreme means and variances."""
    for spread in (1.0, 20.0):
        z_mean = np.clip(3 * spread * rng.normal(size=shape), -100, 100).astype("float32")
        z_log_var = np.clip(spread * rng.normal(size=shape), -20, 20).astype("float32")
        returned = assert_shape(submission.kl_divergence(z_mean, z_log_var), shape[:1], next_step=PER_EXAMPLE)
        expected = divergence(z_mean, z_log_var)
        assert_close(returned, expected, next_step=SUM if np.allclose(returned, expected / shape[1]) else KL)


@pytest.mark.task(3)
def test_reconstruction_by_hand(submission):
    """Computes both kinds of loss for two images of two pixels."""
    x, y = np.float32([[1.0, 0.0], [0.5, 1.0]]), np.float32([[0.0, 3.0], [2.0, -1.0]])
    for kind, expected in zip(KINDS, ([10.0, 6.25], [3.741735, 2.44019]), strict=True):
        returned = assert_shape(submission.reconstruction_loss(x, y, kind), (2,), next_step=PER_EXAMPLE)
        assert_close(returned, expected, name=kind, next_step=PIXELS if kind == "squared_error" else LOGITS)


@pytest.mark.task(3)
@pytest.mark.parametrize("shape", [(3, 5), (4, 1), (1, 3, 2), (2, 4, 3, 2)])
@pytest.mark.parametrize("kind", KINDS)
def test_reconstructions(submission, rng, kind, shape):
    """Sums the `kind` over all pixels of images of shape `shape`."""
    inputs, outputs = rng.uniform(size=shape).astype("float32"), 3 * rng.normal(size=shape).astype("float32")
    returned = assert_shape(submission.reconstruction_loss(inputs, outputs, kind), shape[:1], next_step=PER_EXAMPLE)
    assert_close(returned, reconstruction(inputs, outputs, kind), next_step=PIXELS)


@pytest.mark.task(3)
@pytest.mark.parametrize("logit", [-1000.0, -40.0, 40.0, 1000.0])
def test_large_logits(submission, support, logit):
    """Stays finite and exact, and so does the gradient, where logits are `logit`."""
    inputs, outputs = np.float32([[0.0], [0.25], [1.0]]), np.full((3, 1), logit, dtype="float32")
    returned = submission.reconstruction_loss(inputs, outputs, "cross_entropy")
    returned = assert_finite(returned, (3,), next_step=LOGITS)
    assert_close(returned, reconstruction(inputs, outputs, "cross_entropy"), next_step=LOGITS)
    gradient = support.gradients("reconstruction_loss", [inputs, outputs], np.ones(3), "cross_entropy")[1]
    check(gradient is not None, "No gradient flows back to the outputs.", next_step=GRADIENT)
    gradient = assert_finite(gradient, (3, 1), name="the gradient", next_step=LOGITS)
    assert_close(gradient, (logit > 0) - inputs, name="the gradient", next_step=LOGITS)


@pytest.mark.task(4)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("beta", [0.0, 1.0, 0.25, 4.0])
def test_loss(submission, rng, kind, beta):
    """Adds the divergence, `beta` times, to the `kind`, and takes the mean over the batch."""
    for batch in (1, 6):
        arrays = draw(rng, [*IMAGES, *CODES], batch)
        arguments = [*arrays, kind] if beta == 1.0 else [*arrays, kind, beta]  # 1 is what holds if nothing is said.
        returned = assert_shape(submission.vae_loss(*arguments), (), name="the loss")
        assert_close(returned, loss(*arrays, kind, beta), next_step=LOSS)


def check_values(submission, rng, what):
    """Calls a function as it is, and returns its name, what is expected of it, and the arguments of the call."""
    name, (_, expected, arguments, *settings) = what.split()[0], FUNCTIONS[what]
    arrays = draw(rng, arguments, 5)
    returned = getattr(submission, name)(*arrays, *settings)
    assert_close(returned, expected(*arrays, *settings), next_step="Correct the values first, then the rest.")
    return name, expected, arrays, settings


@pytest.mark.parametrize("what", CALLS)
def test_compiled(submission, support, rng, what):
    """Compiles `what`, with a batch of any size, and computes with new arguments in each run."""
    name, expected, arrays, settings = check_values(submission, rng, what)
    shapes = [array.shape for array in arrays]
    problem = support.why_it_cannot_compile(name, shapes, *settings)
    check(problem is None, f"`{name}` cannot be compiled, for batches of any size. {problem}", next_step=COMPILED)
    compiled = support.compiled(name, shapes, *settings)
    for batch in (5, 1, 5):
        arrays = draw(rng, FUNCTIONS[what][2], batch)
        assert_close(compiled(arrays), expected(*arrays, *settings), next_step=COMPILED)


@pytest.mark.parametrize(("variable", "what"), GRADIENTS)
def test_gradients(submission, support, rng, variable, what):
    """Lets gradients pass to `variable`, in `what`."""
    name, expected, arrays, settings = check_values(submission, rng, what)
    index = FUNCTIONS[what][2].index(variable)
    upstream = rng.normal(size=np.shape(expected(*arrays, *settings)))
    gradient = support.gradients(name, arrays, upstream, *settings)[index]
    check(gradient is not None, f"No gradient flows back to `{variable}`.", next_step=GRADIENT)

    def result(value):
        return np.vdot(upstream, expected(*arrays[:index], value, *arrays[index + 1 :], *settings))

    wanted = numeric_gradient(result, arrays[index])
    assert_close(gradient, wanted, name=f"the gradient of `{variable}`", next_step=GRADIENT)


@pytest.mark.task(4)
def test_trains_in_fit(submission, support, rng):
    """Trains a small autoencoder in `fit`, with a shorter last batch, as numerical gradients would."""
    for what in ("reparameterize", "vae_loss for cross_entropy"):
        check_values(submission, rng, what)
    parameters, images, epsilon = rng.normal(size=(3, 12)) / 2, rng.uniform(size=(10, 6)), rng.normal(size=(10, 2))
    returned = support.fit(kernels(parameters), images, epsilon, beta=0.5, learning_rate=0.2, batch_size=4)
    for rows in (slice(0, 4), slice(4, 8), slice(8, 10)):

        def batch_loss(parameters, x=images[rows], noise=epsilon[rows]):
            mean, log_variance, decoder = kernels(parameters)
            codes = x @ mean, x @ log_variance
            return loss(x, sample(*codes, noise) @ decoder, *codes, "cross_entropy", 0.5)

        parameters = parameters - 0.2 * numeric_gradient(batch_loss, parameters)
    names = [f"the kernel of the {layer}" for layer in ("mean", "log-variance", "decoder")]
    assert_arrays(returned, kernels(parameters), of="kernels", names=names, next_step=LOSS)
