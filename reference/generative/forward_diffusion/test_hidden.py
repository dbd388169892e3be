"""What `forward_diffusion` must do.

Each of the two schedules has its ends, and each draw its distribution: hence more than 200 lines.
"""

import numpy as np
import pytest

from grader.testing import assert_arrays
from grader.testing import assert_close
from grader.testing import assert_finite
from grader.testing import assert_seeded
from grader.testing import assert_shape
from grader.testing import assert_uniform
from grader.testing import check
from grader.testing import unpack

COUNT = "The ratios of T steps are T + 1 numbers: α_0 = 1 comes before the first step."
FIRST = "Nothing has happened before the first step: α_0 is 1, and the steps follow after it."
FALLS = "A signal ratio says how much of the image is left, so it falls from step to step, whatever your notes print."
ROOTS = "Those are the roots: `diffuse` takes the root of a ratio, and a schedule returns the ratio itself."
PRODUCT = "Each step keeps the share 1 - β_t of what the step before it left: multiply these shares from β_1 to β_t."
CURVE = "Compute f at t/T for t = 0, ..., T, square included, with s as the docstring says, and divide all by f(0)."
OUTPUT = "Give the ratios as many axes of length 1 as the images have axes after the first: one ratio for each image."
SHARES = "The image is multiplied by the root of α, and the noise by the root of 1 - α."
KEEP = "Calculate with new arrays: `*=` and the like change the caller's images."
SCALE = "Divide by 127.5 and subtract 1, in floating point: 0 becomes -1, and 255 becomes 1."
NOISE = "Draw one standard normal number for each pixel of each image."
STEPS = "Draw for each image a step from 1, ..., T, each equally likely: T is possible, and 0 is not."
ONCE = "Take the steps and the noise from one generator that moves on, not twice from the same seed."
SAME = "The noise that you return, and the ratios, have to be those with which the noisy images were made."


def check_ratios(returned, expected, next_step):
    """The shape first, then the start and the direction, and then the values."""
    returned = assert_finite(assert_shape(returned, expected.shape, next_step=COUNT))
    assert_close(returned[0], 1.0, name="the ratio of step 0", next_step=FIRST if returned[-1] < 1 - 1e-5 else FALLS)
    step = ROOTS if np.allclose(returned**2, expected, atol=1e-4) else next_step
    assert_close(returned, expected, next_step=FALLS if np.any(np.diff(returned) > 1e-6) else step)
    check(
        np.all(returned >= 0),
        "A ratio is below 0, and has no root.",
        next_step="Keep the square outside everything else.",
    )


def by_logarithms(steps, first, last):
    """The linear schedule as a sum of logarithms."""
    logs = [np.log1p(-(first + (last - first) * t / max(steps - 1, 1))) for t in range(steps)]
    return np.exp(np.cumsum([0.0, *logs]))


def by_half_angles(steps, offset):
    """The cosine schedule, by cos² x = (1 + cos 2x) / 2."""
    left = 1 + np.cos(np.pi * (np.linspace(0, 1, steps + 1) + offset) / (1 + offset))
    return left / left[0]


def check_diffused(submission, images, ratios, noise, expected, next_step=OUTPUT):
    returned = submission.diffuse(*(np.asarray(argument, dtype="float32") for argument in (images, ratios, noise)))
    assert_close(assert_shape(returned, np.shape(images), next_step=OUTPUT), expected, next_step=next_step)


def make_batch(submission, images, ratios, seed):
    """The noisy images, the ratios and the noise, in their shapes."""
    batch = unpack(submission.training_batch(images, ratios, int(seed)), "noisy", "chosen", "noise")
    shapes, names = [images.shape, images.shape[:1], images.shape], ["the noisy images", "the ratios", "the noise"]
    return [assert_finite(*part, name=name).astype(float) for *part, name in zip(batch, shapes, names, strict=True)]


def drawn_steps(ratios, chosen):
    """Which step has each of the ratios."""
    steps = np.abs(chosen[:, None] - ratios).argmin(axis=1)
    step = "Return the entries of `ratios` that belong to the steps, not the steps, nor a function of the ratios."
    assert_close(chosen, ratios[steps], atol=1e-4, name="the ratios", next_step=step)
    check(steps.all(), "Step 0 was drawn, which adds no noise.", next_step=STEPS, tag="step 0")
    return steps


@pytest.mark.task(1)
def test_linear_by_hand(submission):
    """Multiplies the shares that two steps keep."""
    check_ratios(submission.linear_ratios(2, 0.5, 0.75), np.array([1.0, 0.5, 0.125]), PRODUCT)


@pytest.mark.task(1)
@pytest.mark.parametrize("steps", [1, 2, 7, 100])
def test_linear(submission, rng, steps):
    """Computes the linear schedule of `steps` steps."""
    low = float(rng.uniform(0.001, 0.02))
    for first, last in [(low, 3 * low), (1e-5, 0.5), (0.2, 0.2), (0.3, 0.99)]:
        check_ratios(submission.linear_ratios(steps, first, last), by_logarithms(steps, first, last), PRODUCT)


@pytest.mark.task(1)
def test_linear_as_published(submission):
    """Leaves 0.004 % of the image after the 1000 steps of the paper, which are the default."""
    ratios = assert_shape(submission.linear_ratios(1000), (1001,), next_step=COUNT)
    assert_close(ratios[[1, 500, 1000]], [0.9999, 0.0785872, 4.03583e-5], rtol=1e-3, atol=1e-7, next_step=PRODUCT)


@pytest.mark.task(1)
def test_cosine_by_hand(submission):
    """Follows the square of a cosine for four steps, without an offset."""
    check_ratios(submission.cosine_ratios(4, 0.0), np.array([1.0, 0.8535534, 0.5, 0.1464466, 0.0]), CURVE)


@pytest.mark.task(1)
@pytest.mark.parametrize("steps", [1, 3, 50, 1000])
def test_cosine(submission, rng, steps):
    """Computes the cosine schedule of `steps` steps, with several offsets."""
    check_ratios(submission.cosine_ratios(steps), by_half_angles(steps, 0.008), CURVE)
    for offset in (float(rng.uniform(0.05, 0.5)), 1.0):
        check_ratios(submission.cosine_ratios(steps, offset), by_half_angles(steps, offset), CURVE)


@pytest.mark.task(2)
def test_diffuses_by_hand(submission):
    """Mixes two images with noise, first with the same ratio for both, and then with two."""
    images, noise = [[5.0, 10.0], [0.0, -5.0]], [[10.0, 0.0], [20.0, -15.0]]
    check_diffused(submission, images, [0.64, 0.64], noise, [[10.0, 8.0], [12.0, -13.0]], SHARES)
    check_diffused(submission, images, [0.64, 0.36], noise, [[10.0, 8.0], [16.0, -15.0]])


@pytest.mark.task(2)
@pytest.mark.parametrize("shape", [(5,), (3, 7), (4, 4), (2, 5, 3), (3, 3, 3, 3), (2, 4, 5, 1)])
def test_diffuses(submission, rng, shape):
    """Gives each image its ratio, for a batch of shape `shape`."""
    images, noise = rng.normal(size=(2, *shape))
    ratios = rng.uniform(0.02, 0.98, size=shape[0])
    angles = np.arccos(ratios**0.5)
    expected = (np.cos(angles) * images.T + np.sin(angles) * noise.T).T
    check_diffused(submission, images, ratios, noise, expected)


@pytest.mark.task(2)
def test_ends_of_the_schedule(submission, rng):
    """Returns the image itself for a ratio of 1, and nothing but noise for a ratio of 0."""
    images, noise = rng.normal(size=(2, 3, 4, 4))
    check_diffused(submission, images, [1.0, 0.0, 1.0], noise, [images[0], noise[1], images[2]])


@pytest.mark.task(2)
def test_variance_stays(submission, rng, pictures):
    """Keeps the variance at 1 on the way from images to noise."""
    y, x = np.mgrid[-1:1:32j, -1:1:32j]
    image, steps = np.where(np.hypot(x, y) < 0.8, np.cos(9 * (x + y * y)), -1.0), [0, 10, 20, 30, 40]
    image, noise = (image - image.mean()) / image.std(), rng.normal(size=(5, 32, 32))
    schedules = {"linear": submission.linear_ratios(40, 0.003, 0.3), "cosine": submission.cosine_ratios(40)}
    drowning = []
    for schedule in schedules.values():
        ratios = assert_shape(schedule, (41,), next_step=COUNT)[steps].astype("float32")
        noisy = submission.diffuse(np.tile(image, (5, 1, 1)).astype("float32"), ratios, noise.astype("float32"))
        drowning.append(assert_shape(noisy, (5, 32, 32), next_step=OUTPUT))
    labels = [f"{name}, t = {step}" for name in schedules for step in steps]
    pictures.images("drowning", np.concatenate(drowning), columns=5, labels=labels)
    variances = np.var(drowning, axis=(2, 3)).ravel()
    worst = int(np.abs(variances - 1).argmax())
    # With 1024 pixels, the variance of the noise and twice its covariance with the image vary by 0.05.
    problem = f"Image and noise have variance 1, and the noisy image ({labels[worst]}) has {variances[worst]:.2f}."
    check(abs(variances[worst] - 1) < 0.3, problem, next_step="The squares of the two factors have to add up to 1.")


@pytest.mark.task(2)
def test_arguments_stay(submission, shared, rng):
    """Leaves the images, the ratios and the noise as they were."""
    arguments = [rng.normal(size=(3, 4)), rng.uniform(size=3), rng.normal(size=(3, 4))]
    passed = [shared(argument) for argument in arguments]
    submission.diffuse(*passed)
    assert_arrays(passed, arguments, names=["the images", "the ratios", "the noise"], next_step=KEEP)


@pytest.mark.task(3)
@pytest.mark.parametrize("shape", [(1, 256), (5, 3), (4, 4, 4, 1)])
def test_scales_the_pixels(submission, rng, shape):
    """Scales the pixels of a batch of shape `shape` to the range from -1 to 1, before it adds the noise."""
    pixels = np.arange(256) if shape == (1, 256) else rng.choice([0, 255, 100, 200], size=shape)
    images = pixels.reshape(shape).astype("uint8")
    ratios = np.array([1.0, 0.8] if shape == (5, 3) else [1.0, 0.9, 0.7])
    noisy, chosen, noise = make_batch(submission, images, ratios, rng.integers(1000))
    wide = chosen.reshape(-1, *[1] * (len(shape) - 1))
    x0 = (noisy - np.sqrt(1 - wide) * noise) / np.sqrt(wide)
    step = SAME if 1.1 < np.abs(x0).max() < 100 else SCALE
    assert_close(x0, np.interp(images, [0, 255], [-1, 1]), atol=1e-3, name="the pixels without noise", next_step=step)


@pytest.mark.task(3)
@pytest.mark.parametrize("images", [400, 2])
def test_each_step_is_equally_likely(submission, rng, images):
    """Draws each of the steps 1 to T equally often for batches of `images` images."""
    ratios, calls = np.linspace(1.0, 0.0, 9), {400: 1, 2: 60}[images]
    batches = [make_batch(submission, np.zeros((images, 2), "uint8"), ratios, seed)[1] for seed in range(calls)]
    steps = np.concatenate([drawn_steps(ratios, chosen) for chosen in batches])
    assert_uniform(np.bincount(steps, minlength=9)[1:], next_step=STEPS)


@pytest.mark.task(3)
def test_noise_is_standard_normal(submission, rng):
    """Draws standard normal noise, a different number for each pixel of each image, whatever its step."""
    ratios = np.array([1.0, 0.8, 0.6, 0.4, 0.2])
    _, chosen, noise = make_batch(submission, np.full((3000, 12), 90, "uint8"), ratios, rng.integers(1000))
    # Of 36,000 numbers the mean varies by 0.005, the shares by 0.0025 and less; correlations of 3,000 pairs by 0.02.
    shares = [noise.mean(), np.mean(np.abs(noise) < 1), np.mean(np.abs(noise) > 2)]
    assert_close(shares, [0.0, 0.6827, 0.0455], rtol=0, atol=0.03, name="mean and shares of the noise", next_step=NOISE)
    first = noise[:, 0]
    for what, other in [("another pixel", noise[:, 1]), ("another image", np.roll(first, 1)), ("its ratio", chosen)]:
        correlation = np.cov(first, other)[0, 1] / (first.std() * max(other.std(), 1e-6))
        problem = f"The noise of a pixel and {what} should be independent, and their correlation is {correlation:.2f}."
        check(abs(correlation) < 0.15, problem, next_step=ONCE)


@pytest.mark.task(3)
def test_seed(submission, rng, seed):
    """Makes the same batch with the same seed, and a different one with a different seed."""
    images, ratios = rng.integers(256, size=(6, 5)).astype("uint8"), np.linspace(1.0, 0.0, 100)
    assert_seeded(lambda seed: make_batch(submission, images, ratios, seed), seed)
