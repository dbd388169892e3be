"""What `gan` must do.

A function is judged by its values, and a generator by what it makes of noise: hence more than 200 lines.
"""

import numpy as np
import pytest

from grader.testing import assert_callable
from grader.testing import assert_close
from grader.testing import assert_equal
from grader.testing import assert_finite
from grader.testing import assert_shape
from grader.testing import check
from grader.testing import unpack

NEAREST = "Find the nearest center of each sample; if it is at most 3 std away, the sample counts for that mode alone."
LEAST = "Count the good samples of each mode, and compare each count with `least`."
SHARE = "Divide the number of good samples by the number of all samples."
SEED = "Set the random state from `seed` before the first weight is drawn, for weights, batches and noise."
STEPS = "Let both networks learn once in each of the `steps` steps."
POINTS = "The discriminator has to learn from the points, or the generator has nobody to learn from."
NOISE = "Follow the noise from the argument to the first layer of the generator: nothing else may decide the sample."
ROW = "A sample depends on its own noise alone: what is computed over the batch, or drawn anew, has no place in the generator."
COPY = "The generator may learn of the points only what the discriminator tells it: return the network, and no table of points."
SMOOTH = "Return what a network makes of the noise, without choosing among several pieces."
BACK = "If you scale the points before training, undo it in what the generator returns."
RANGE = "The last layer has to reach every point: compare the range of its activation with that of the points."
FOOL = "Whatever the generator learns has to raise what the discriminator says of its samples: real."
TRAIN = "Look at the samples every few hundred steps: the discriminator can tell them at first, and hardly in the end."
MODES, RATIO, DIMS = 8, 10, 2
STEPS_OF_THE_GRADE, SAMPLES, LEAST_SAMPLES = 1500, 4000, 100


def ring(rng):
    """Draws a ring of Gaussians: (centers, std)."""
    angles = rng.uniform(0, 2 * np.pi) + 2 * np.pi * np.arange(MODES) / MODES
    radius, direction = np.exp(rng.uniform(0, np.log(20))), rng.uniform(0, 2 * np.pi)
    middle = rng.uniform(3, 6) * np.array([np.cos(direction), np.sin(direction)])
    return radius * (middle + np.stack([np.cos(angles), np.sin(angles)], axis=1)), radius / RATIO


def draw(rng, centers, std, count):
    return centers[rng.integers(len(centers), size=count)] + std * rng.normal(size=(count, centers.shape[1]))


def coverage(samples, centers, std, least):
    """What `mode_coverage` should return, one sample after the other."""
    counts = [0] * len(centers)
    for sample in samples:
        distances = [np.hypot.reduce(sample - center) for center in centers]
        if min(distances) <= 3 * std:
            counts[distances.index(min(distances))] += 1
    return sum(count >= least for count in counts), sum(counts) / len(samples)


def check_coverage(submission, samples, centers, std, *least):
    covered, quality = coverage(samples, centers, std, *(least or [1]))
    check_result(submission.mode_coverage(samples, centers, std, *least), covered, quality, LEAST if least else NEAREST)


def check_result(returned, covered, quality, step):
    found = unpack(returned, "covered", "quality")
    share = assert_shape(found[1], (), name="the quality")
    assert_close(share, quality, name="the quality", next_step=SHARE if covered else NEAREST)
    count = assert_shape(found[0], (), name="the number of modes")
    assert_equal(count, covered, kind="integer", name="the number of modes", next_step=step)


@pytest.mark.task(1)
def test_by_hand(submission):
    """Counts five samples around three centers."""
    centers = np.array([[0, 0], [10, 0], [0, 10]], float)
    samples = np.array([[1.0, 1.0], [0.0, 2.9], [7.5, 0.0], [0.0, 5.1], [5.0, 4.0]])
    check_result(submission.mode_coverage(samples, centers, 1.0), 2, 0.6, NEAREST)


@pytest.mark.task(1)
@pytest.mark.parametrize("std", [0.5, 2.0])
def test_three_deviations(submission, std):
    """Counts a sample that is just three deviations of `std` away from its center, in any direction, and none beyond."""
    centers = np.array([[0.0, 0.0], [100.0, 0.0]])
    for direction in ([1.0, 0.0], [0.0, -1.0], [0.6, 0.8]):
        for factor in (3 - 1e-5, 3 + 1e-5) if direction[0] == 0.6 else (3, 3 + 1e-5):
            samples = np.array([np.multiply(direction, factor * std), [50.5, 0.0]])
            check_coverage(submission, samples, centers, std)


@pytest.mark.task(1)
@pytest.mark.parametrize(("modes", "dims", "count"), [(8, 2, 300), (1, 1, 1), (3, 5, 40), (4, 4, 4)])
def test_random(submission, rng, modes, dims, count):
    """Counts `count` samples around `modes` centers in `dims` dimensions, which may be near to each other."""
    for spread in (1.0, 4.0, 20.0):
        centers = spread * rng.normal(size=(modes, dims))
        samples = draw(rng, centers, 1.7, count)
        check_coverage(submission, samples, centers, 0.8)
        check_coverage(submission, samples, centers, 0.8, max(1, count // 8))


@pytest.mark.task(1)
@pytest.mark.parametrize("least", [1, 2, 7, 50])
def test_least(submission, rng, least):
    """Calls a mode covered if `least` good samples belong to it, and not with one fewer."""
    centers = 10.0 * np.array([[0, 0], [1, 0], [0, 1], [1, 1]])
    rows = np.repeat(centers, (least, least - 1, least + 1, 0), axis=0)
    rows = rows + 0.5 * rng.normal(size=rows.shape).clip(-2, 2)
    check_coverage(submission, np.array([*rows, *[[5.0, 4.9]] * 3, [13.5, 13.6]]), centers, 1.0, least)


def train(submission, points, latent_dim, steps, seed):
    """Trains a generator: returns a function of noise that checks what it gives."""
    generator = submission.train_gan(points.astype("float32"), latent_dim, steps, seed)
    assert_callable(generator, "the generator")

    def generate(noise):
        samples = assert_shape(generator(noise.astype("float32")), (len(noise), DIMS), name="the samples")
        return assert_finite(samples, name="the samples").astype(float)

    return generate


@pytest.mark.task(2)
def test_noise_decides(submission, rng, seed):
    """Makes a generator of five latent variables, whose noise decides each sample, alone or in a batch."""
    points, noise = draw(rng, *ring(rng), 400), rng.normal(size=(50, 5))
    generate, size = train(submission, points, 5, 3, seed), points.std()
    samples = generate(noise)
    distinct = len(np.unique(np.round(samples / size, 6), axis=0))
    problem = f"50 rows of noise give {distinct} different samples."
    check(distinct > 40, problem, next_step=NOISE, tag="noise is ignored")
    near, name = {"atol": 1e-4 * size, "next_step": ROW}, "the samples of the same noise"
    assert_close(generate(noise), samples, **near, name=name, tag="own noise")
    alone = np.concatenate([generate(noise[[7]]), generate(noise[[3]])])
    assert_close(alone, samples[[7, 3]], **near, name="the samples, one by one", tag="batch")


@pytest.mark.task(2)
def test_arguments_decide(submission, rng, seed):
    """Returns the same generator for the same arguments, and another one after more steps and for the mirrored points."""
    points, noise = draw(rng, *ring(rng), 200), rng.normal(size=(20, 1))
    cases, size = [(points, 4), (points, 4), (points, 40), (2 * points.mean(axis=0) - points, 40)], points.std()
    first, again, longer, other = (train(submission, data, 1, steps, seed)(noise) for data, steps in cases)
    problem = "Two calls with the same arguments return different generators."
    check(np.abs(first - again).max() < 1e-2 * size, problem, next_step=SEED, tag="seed")
    problem = "40 steps give the same generator as 4 do."
    check(np.abs(first - longer).max() > 1e-5 * size, problem, next_step=STEPS, tag="steps")
    problem = "The generator is the same for other points with the same mean and size."
    check(np.abs(longer - other).max() > 1e-3 * size, problem, next_step=POINTS, tag="points")


@pytest.mark.task(2)
def test_covers_the_ring(submission, rng, seed, threshold, pictures):
    """Covers the eight modes of a ring that it has not seen before, by samples that are new and good."""
    centers, std = ring(rng)
    points = draw(rng, centers, std, 2000)
    generate = train(submission, points, 2, STEPS_OF_THE_GRADE, seed)
    noise = rng.normal(size=(SAMPLES, 2))
    samples = generate(noise)
    distances = np.linalg.norm(samples[:, None] - centers, axis=2)
    is_good = distances.min(axis=1) <= 3 * std
    counts = np.bincount(distances.argmin(axis=1)[is_good], minlength=MODES)
    pictures.regions(
        "data_0_and_samples_1",
        lambda plane: (np.linalg.norm(plane[:, None] - centers, axis=2).min(axis=1) <= 3 * std).astype(float),
        np.concatenate([points[:400], samples[:400]]),
        np.repeat([0, 1], 400),
    )
    check_new(samples, points, std)
    check_smooth(generate, noise, centers, std)
    step, tag = diagnose(generate, samples, points, centers, std)
    threshold("quality", float(np.mean(is_good)), next_step=step, tag=tag)
    threshold("coverage", int(np.sum(counts >= LEAST_SAMPLES)), next_step=step, tag=tag)


def check_new(samples, points, std):
    """Samples of a Gaussian come as near to one of 250 points of their mode once in 4,000 times."""
    gaps = np.linalg.norm(samples[:500, None] - points.astype("float32"), axis=2).min(axis=1)
    copies = np.mean(gaps < 1e-3 * std)
    check(copies < 0.1, f"{copies:.0%} of the samples are points of the training set.", next_step=COPY, tag="copies")


def check_smooth(generate, noise, centers, std):
    """Halves the way between two rows of noise 14 times, each time where the samples are farther apart."""
    left, right = noise[:100], noise[100:200]
    ends = generate(left), generate(right)
    for _ in range(14):
        middle = (left + right) / 2
        between = generate(middle)
        is_left = np.linalg.norm(ends[0] - between, axis=1) > np.linalg.norm(ends[1] - between, axis=1)
        left, right = np.where(is_left[:, None], left, middle), np.where(is_left[:, None], middle, right)
        ends = np.where(is_left[:, None], ends[0], between), np.where(is_left[:, None], between, ends[1])
    jump = np.linalg.norm(ends[0] - ends[1], axis=1).max()
    problem = f"Where the noise moves by {np.abs(left - right).max():.1g}, a sample jumps by {jump / std:.1f} std."
    check(jump < 2 * std, problem, next_step=SMOOTH, tag="jumps")


def diagnose(generate, samples, points, centers, std):
    """Sees some mistakes in the samples: (next step, tag)."""
    mean, size = points.mean(axis=0), np.std(points - points.mean(axis=0))
    shift, spread = samples.mean(axis=0), np.std(samples - samples.mean(axis=0))
    is_elsewhere = np.abs(shift - mean).max() > 0.3 * size or not 0.7 < spread / size < 1.4
    if is_elsewhere and coverage((samples[:400] - shift) / spread * size + mean, centers, std, 10)[0] > 5:
        return BACK, "not scaled back"
    if np.abs(samples).max() < 1 + 1e-4:
        return RANGE, "in a box"
    if np.ptp(samples, axis=0).max() < 2 * std:
        return TRAIN, "one place"
    some, others = np.split(np.random.default_rng(0).normal(size=(100, 2)), 2)
    bend = generate((some + others) / 2) - (generate(some) + generate(others)) / 2
    if np.abs(bend).max() < 1e-3 * np.ptp(samples):
        return TRAIN, "a Gaussian" if np.abs(shift - mean).max() < 0.3 * size else "linear"
    if np.median(np.abs(samples - mean)) > 3 * size:
        return FOOL, "ran away"
    bias = generate(2 * some) - 2 * generate(some) + generate(0 * some)
    return TRAIN, "hardly trained" if np.abs(bias).max() < 0.05 * np.ptp(samples) else None
