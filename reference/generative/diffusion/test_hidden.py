"""What `diffusion` must do."""

import numpy as np
import pytest

from grader.testing import Recorder
from grader.testing import assert_close
from grader.testing import assert_finite
from grader.testing import assert_shape
from grader.testing import check

MIX = "x_t is sqrt(α) x_0 + sqrt(1 - α) ε, each row with the ratio of its own, and with the noise that is given."
SQUARE = "Take the mean of the squared differences between the noise and what the denoiser says, over all entries."
TELL = "Tell the denoiser the ratios α as they are, one for each point."
ONE_NUMBER = "The loss is one number: take the mean over the points as well as over the dimensions."
OWN = "What is predicted for a point must not depend on the rest of the batch."
USE = "Give the network α, or its roots, as a further input, beside both coordinates."
TARGET = "The target of the training is ε, the very noise that is in x_t: not x_0, not x_t, and not another draw."
TRAIN = "Train by the loss of task 1, with new ratios and new noise, until the loss no longer falls; let the rate fall."
SHAPE = "`predict_noise(noisy, ratios)` takes ratios of shape `(batch,)`, and returns an array of the shape of `noisy`."

SPAN, RADIUS, SIGMA, STEPS = 1.5 * np.pi, 1.5, 0.15, 40


@pytest.mark.task(1)
def test_by_hand(submission):
    """Measures a denoiser that says the same for all points, by hand."""
    denoiser = Recorder(lambda noisy, ratios: np.array([[1.0, -1.0], [1.0, -1.0]]), "predict_noise")
    points, noise = np.array([[5.0, 0.0], [10.0, 20.0]]), np.array([[3.0, -1.0], [1.0, 3.0]])
    loss = submission.denoising_loss(denoiser, points, np.array([0.64, 0.36]), noise)
    # The points become (5.8, -0.6) and (6.8, 14.4), and the squared errors are 4, 0, 0 and 16.
    assert_shape(loss, (), name="the loss", next_step=ONE_NUMBER)
    check(len(denoiser.calls) == 1, f"The denoiser was called {len(denoiser.calls)} times.", next_step="Call it once.")
    noisy, _ = denoiser.calls[0]
    assert_close(noisy, [[5.8, -0.6], [6.8, 14.4]], name="what the denoiser saw", next_step=MIX)
    assert_close(loss, 5.0, name="the loss", next_step=SQUARE)


@pytest.mark.task(1)
@pytest.mark.parametrize(("batch", "dims"), [(1, 1), (1, 4), (5, 1), (3, 3), (40, 2)])
def test_loss(submission, rng, batch, dims):
    """Measures a denoiser with `batch` points of dimension `dims`."""
    turn = rng.normal(size=(dims, dims))
    denoiser = Recorder(lambda noisy, ratios: np.tanh(noisy @ turn) * np.reshape(ratios, (-1, 1)), "predict_noise")
    points, noise = 2 * rng.normal(size=(batch, dims)), rng.normal(size=(batch, dims))
    ratios = rng.uniform(size=batch)
    loss = submission.denoising_loss(denoiser, points, ratios, noise)
    assert_shape(loss, (), name="the loss", next_step=ONE_NUMBER)
    check(len(denoiser.calls) == 1, f"The denoiser was called {len(denoiser.calls)} times.", next_step="Call it once.")
    noisy, told = denoiser.calls[0]
    angles = np.arccos(np.sqrt(ratios))
    wanted = np.stack(
        [np.cos(angle) * x + np.sin(angle) * e for angle, x, e in zip(angles, points, noise, strict=True)]
    )
    assert_close(noisy, wanted, name="what the denoiser saw", next_step=MIX)
    assert_close(told, ratios, name="the ratios for the denoiser", next_step=TELL)
    errors = (noise - np.tanh(wanted @ turn) * ratios[:, None]).ravel()
    assert_close(loss, errors @ errors / (batch * dims), name="the loss", next_step=SQUARE)


@pytest.mark.task(1)
@pytest.mark.parametrize("ratio", [0.0, 1.0])
def test_ends(submission, rng, ratio):
    """Measures a denoiser where the ratio is `ratio`."""
    points, noise = rng.normal(size=(6, 2)), rng.normal(size=(6, 2))
    loss = submission.denoising_loss(lambda noisy, ratios: np.asarray(noisy), points, np.full(6, ratio), noise)
    assert_shape(loss, (), name="the loss", next_step=ONE_NUMBER)
    assert_close(loss, np.mean((noise - points) ** 2) if ratio else 0.0, next_step=MIX)


class Arc:
    """Points near an arc, a mixture of 150 normal distributions, and the best denoiser for them."""

    def __init__(self, rng):
        angles = rng.uniform(0.0, 2 * np.pi) + SPAN * np.linspace(-0.5, 0.5, 150)
        places = RADIUS * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        self.places = places - places.mean(axis=0)

    def draw(self, rng, count):
        """Draws points."""
        return self.places[rng.integers(150, size=count)] + SIGMA * rng.normal(size=(count, 2))

    def image(self, noisy, ratios):
        """Computes the mean of what x_0 may be: a mean over the places, each drawn a little towards x_t."""
        variance = (ratios * SIGMA**2 + 1 - ratios)[:, None]
        root = np.sqrt(ratios)[:, None]
        squares = ((noisy[:, None] - root[:, None] * self.places) ** 2).sum(axis=-1) / (2 * variance)
        weights = np.exp(squares.min(axis=1, keepdims=True) - squares)
        place = weights @ self.places / weights.sum(axis=1, keepdims=True)
        return place + root * SIGMA**2 / variance * (noisy - root * place)

    def noise(self, noisy, ratios):
        """Computes the mean of what the noise may be: the best prediction."""
        return (noisy - np.sqrt(ratios)[:, None] * self.image(noisy, ratios)) / np.sqrt(1 - ratios)[:, None]

    def density(self, points):
        """Says how dense the data are, from 0 to 1."""
        squares = ((points[:, None] - self.places) ** 2).sum(axis=-1) / (2 * SIGMA**2)
        values = np.exp(-squares).sum(axis=1)
        return values / values.max()


def cosine(u):
    return np.cos(np.pi / 2 * u) ** 2


def ask(denoiser, noisy, ratios):
    """Asks a denoiser, in float32."""
    predicted = denoiser(noisy.astype("float32"), ratios.astype("float32"))
    predicted = assert_shape(predicted, noisy.shape, name="the predicted noise", next_step=SHAPE)
    return assert_finite(predicted, name="the predicted noise").astype(float)


def sample(denoiser, start):
    """Walks from noise to data with the predicted noise."""
    ratios, points = cosine(np.linspace(0.0, 0.98, STEPS + 1)), start
    for ratio, next_ratio in zip(ratios[:0:-1], ratios[-2::-1], strict=True):
        noise = ask(denoiser, points, np.full(len(points), ratio))
        image = np.clip((points - np.sqrt(1 - ratio) * noise) / np.sqrt(ratio), -4.0, 4.0)
        points = np.sqrt(next_ratio) * image + np.sqrt(1 - next_ratio) * noise
    return points


def find_tag(denoiser, arc, noisy, ratios, predicted):
    """Sees some mistakes whatever the network is, by what the prediction depends on, and by what it is closest to."""
    low, middle, high = (ask(denoiser, noisy, np.full(len(noisy), ratio)) for ratio in (0.1, 0.5, 0.9))
    if np.abs(low - high).max() < 1e-4:
        return "blind", USE
    ones = np.full(len(noisy), 0.5)
    bend = ask(denoiser, 2 * noisy, ones) - 2 * middle + ask(denoiser, 0 * noisy, ones)
    if np.abs(bend).max() < 1e-3:
        return "linear", TRAIN
    length = np.sqrt(ratios**2 + (1 - ratios) ** 2)
    answers = {
        "image": arc.image(noisy, ratios),
        "noisy": noisy,
        "negative": -arc.noise(noisy, ratios),
        "scaled": np.sqrt(1 - ratios)[:, None] * arc.noise(noisy, ratios),
        "nothing": np.zeros_like(noisy),
        "swapped": arc.noise(noisy, 1 - ratios),
        "without roots": arc.noise(noisy / length[:, None], (ratios / length) ** 2),
        "best": arc.noise(noisy, ratios),
    }
    errors = {name: np.mean((predicted - answer) ** 2) for name, answer in answers.items()}
    closest = min(errors, key=errors.get)
    if closest == "swapped" or (closest != "best" and errors[closest] < 0.05):
        return closest, TARGET
    if errors["without roots"] < 1.5 * errors["best"]:
        return "without roots", TARGET
    if np.mean((middle - arc.noise(noisy, ones)) ** 2) < 0.02:
        return "one level", TRAIN
    return ("untrained" if closest == "nothing" else None), TRAIN


@pytest.mark.task(2)
def test_learns_the_noise(submission, rng, threshold, pictures):
    """Predicts the noise in points near an arc, at every level of noise."""
    arc = Arc(rng)
    denoiser = submission.train_denoiser(arc.draw(rng, 2000).astype("float32"))
    check(callable(denoiser), "What is returned is no function.", next_step=SHAPE, tag="no function")
    clean, noise, ratios = arc.draw(rng, 3000), rng.normal(size=(3000, 2)), cosine(rng.uniform(0.02, 0.98, size=3000))
    noisy = np.sqrt(ratios)[:, None] * clean + np.sqrt(1 - ratios)[:, None] * noise
    predicted = ask(denoiser, noisy, ratios)
    for few in (slice(0, 1), slice(1, 4)):
        alone = ask(denoiser, noisy[few], ratios[few])
        assert_close(alone, predicted[few], rtol=1e-3, atol=1e-3, name="the noise of a few points", next_step=OWN)
    tag, step = find_tag(denoiser, arc, noisy, ratios, predicted)
    samples = sample(denoiser, rng.normal(size=(200, 2)))
    shown = np.concatenate([clean[:200], samples])
    pictures.regions("samples", lambda grid: 0.5 + 0.2 * arc.density(grid), shown, np.repeat([0, 1], 200))
    excess = np.mean(((predicted - arc.noise(noisy, ratios)) ** 2).sum(axis=1))
    threshold("excess", float(excess), next_step=step, tag=tag)
