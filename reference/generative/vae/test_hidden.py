"""What `vae` must do.

Two functions are judged by their values, and two networks by what they have learned: hence more than 200 lines.
"""

import numpy as np
import pytest

from grader.testing import Recorder
from grader.testing import assert_callable
from grader.testing import assert_close
from grader.testing import assert_equal
from grader.testing import assert_finite
from grader.testing import assert_seeded
from grader.testing import assert_shape
from grader.testing import check
from grader.testing import unpack

UNITS = (
    "Compute the divergence of each unit for each picture, and compare its mean over the pictures with the threshold."
)
PRIOR = "Draw `count` codes from the standard normal distribution, every number by itself."
ORDER = "Return what the decoder gives, a result for each code, in their order."
SEED = "Set the random state from `seed` before the first weight is drawn, for weights, batches and noise."
EPOCHS = "Use every picture once in each of the `epochs` epochs, and let both halves learn."
PAIR = "Return from the encoder two arrays, z_mean and z_log_var, with a column for each latent variable."
PICTURE = "A decoded picture has the shape of a picture: reshape what the last layer gives."
ROW = "A result depends on its own row alone: draw no noise in the encoder, compute nothing over the batch, store nothing."
INPUT = "Follow the argument to the first layer: nothing else may decide the result."
COST = "Print both parts of the cost, summed over pixels and units: a held-out picture costs some 37 and 7."
PRICE = "The codes are far from the prior: add the divergence, summed over the units, to the loss."
CERTAIN = (
    "The decoder has to learn from samples of the codes, with σ = exp(z_log_var / 2), drawn anew for each picture."
)
BOUND = (
    "Weigh both parts as the bound does: ½ Σ (μ² + σ² - 1 - log σ²), summed over the units, and noise of the size σ."
)
WEIGHT = "Codes say too little: divide the sum of squares by 2 pixel_std², and not by the number of pixels."
LATENT, TRAINING, HELD_OUT, EPOCHS_OF_THE_GRADE = 4, 2000, 500, 30


def divergences(z_mean, z_log_var):
    """The divergence log(1/σ) + (σ² + μ²)/2 - 1/2 of one-dimensional Gaussians."""
    std = np.exp(np.asarray(z_log_var, dtype=float) / 2)
    return np.log(1 / std) + (std**2 + np.asarray(z_mean, dtype=float) ** 2) / 2 - 0.5


def make_blobs(rng):
    """Draws what is common to all blobs, direction and widths, and returns a function of a count that draws blobs."""
    angle, wide, narrow = rng.uniform(0, np.pi), rng.uniform(1.1, 1.4), rng.uniform(0.8, 1.0)
    y, x = np.mgrid[:8, :8]

    def draw(count):
        (left, top), height = rng.uniform(1.5, 5.5, size=(2, count, 1, 1)), rng.uniform(0.5, 1, size=(count, 1, 1))
        along = np.cos(angle) * (x - left) + np.sin(angle) * (y - top)
        across = np.cos(angle) * (y - top) - np.sin(angle) * (x - left)
        return height * np.exp(-(along**2) / (2 * wide**2) - across**2 / (2 * narrow**2))

    return draw


@pytest.mark.task(1)
def test_units_by_hand(submission):
    """Finds two collapsed units among six, from two pictures."""
    z_mean = np.array([[0.0, 1.0, 0.0, 0.1, 0.0, 2.0], [0.0, -1.0, 0.0, -0.1, 0.0, 2.0]])
    z_log_var = np.array([[0.0, 0.0, -3.0, 0.0, 1.5, 0.0], [0.0, 0.0, -3.0, 0.0, -1.5, 0.0]])
    returned = submission.collapsed_units(z_mean, z_log_var, 0.01)
    assert_equal(returned, np.array([True, False, False, True, False, False]), next_step=UNITS)


@pytest.mark.task(1)
@pytest.mark.parametrize(("batch", "latent_dim"), [(40, 5), (1, 3), (7, 1), (6, 6)])
def test_units(submission, rng, batch, latent_dim):
    """Compares the mean divergence of each of `latent_dim` units, over `batch` pictures, with thresholds on both sides."""
    for spread in (0.1, 1.0, 10.0):
        z_mean, z_log_var = np.clip(spread * rng.normal(size=(2, batch, latent_dim)), -20, 20).astype("float32")
        means = divergences(z_mean, z_log_var).mean(axis=0)
        for factor in (0.99, 1.01):
            threshold = float(factor * np.median(means) if latent_dim % 2 else factor * np.sort(means)[latent_dim // 2])
            assert_equal(submission.collapsed_units(z_mean, z_log_var, threshold), means < threshold, next_step=UNITS)


@pytest.mark.task(2)
@pytest.mark.parametrize(("latent_dim", "count"), [(3, 5), (1, 1), (4, 4)])
def test_generates(submission, rng, seed, latent_dim, count):
    """Decodes `count` codes of `latent_dim` numbers, which the seed decides, and returns the pictures in their order."""
    weights = rng.normal(size=(latent_dim, 6))
    decoder = Recorder(lambda codes: (np.asarray(codes, dtype=float) @ weights).reshape(-1, 2, 3), "decoder")

    def draw(number):
        decoder.calls.clear()
        pictures = assert_shape(submission.generate(decoder, latent_dim, count, number), (count, 2, 3), next_step=ORDER)
        codes = assert_shape(np.concatenate([call[0] for call in decoder.calls]), (count, latent_dim), name="the codes")
        assert_close(pictures, (codes @ weights).reshape(-1, 2, 3), next_step=ORDER)
        return codes

    assert_seeded(draw, seed)


@pytest.mark.task(2)
def test_codes_come_from_the_prior(submission, seed):
    """Draws codes from the standard normal distribution, all of them independent of each other."""
    # Every check fails a right solution less than once in a million grades: the bounds are 5.5 deviations away.
    count, latent_dim = 20_000, 3
    decoder = Recorder(lambda codes: 2 * np.asarray(codes), "decoder")
    submission.generate(decoder, latent_dim, count, seed)
    codes = assert_finite(np.concatenate([call[0] for call in decoder.calls]), (count, latent_dim), name="the codes")
    codes = codes.astype(float)
    kurtosis = np.mean((codes - codes.mean()) ** 4) / np.var(codes) ** 2 if np.var(codes) > 0 else 0
    shape = "flat" if kurtosis < 2.4 else "narrow" if np.var(codes) < 1 else "wide"
    for power, expected, spread in ((1, 0, 1), (2, 1, 2), (3, 0, 15), (4, 3, 96)):
        found, bound = np.mean(codes**power, axis=0), 5.5 * np.sqrt(spread / count)
        problem = f"The mean of the {power}. power of the codes is {found.round(3)}, and it should be {expected}."
        check(np.abs(found - expected).max() < bound, problem, next_step=PRIOR, tag=f"power {power}, {shape}")
    together = [
        codes[:, 0] * codes[:, 1],
        codes[:, 1] * codes[:, 2],
        codes[1:, 0] * codes[:-1, 0],
        codes[1:, 0] * codes[:-1, 1],
    ]
    largest = max(abs(np.mean(products)) for products in together)
    check(
        largest < 5.5 / np.sqrt(count - 1),
        "The numbers of the codes depend on each other.",
        next_step=PRIOR,
        tag="dependent",
    )


def train(submission, images, latent_dim, pixel_std, epochs, seed):
    """Trains a VAE: returns encoder and decoder as functions that check what they give."""
    pair = submission.train_vae(images.astype("float32"), latent_dim, pixel_std, epochs, seed)
    encoder, decoder = unpack(pair, "encoder", "decoder")
    assert_callable(encoder, "the encoder")
    assert_callable(decoder, "the decoder")

    def encode(pictures):
        both = unpack(encoder(pictures.astype("float32")), "z_mean", "z_log_var", next_step=PAIR)
        for name, values in zip(("z_mean", "z_log_var"), both, strict=True):
            assert_shape(values, (len(pictures), latent_dim), name=name, next_step=PAIR)
        return [assert_finite(values).astype(float) for values in both]

    def decode(codes):
        pictures = assert_shape(decoder(codes.astype("float32")), (len(codes), *images.shape[1:]), next_step=PICTURE)
        return assert_finite(pictures).astype(float)

    return encode, decode


@pytest.mark.task(3)
def test_rows_decide(submission, rng, seed):
    """Makes halves for three latent variables and pictures of 5 by 4 pixels, in which each row decides its result."""
    images, codes = rng.random((70, 5, 4)), rng.normal(size=(9, 3))
    encode, decode = train(submission, images, 3, 0.3, 1, seed)
    for name, half, rows in (
        ("encoder", lambda x: np.stack(encode(x), axis=1), images[:9]),
        ("decoder", decode, codes),
    ):
        results = half(rows)
        distinct = len(np.unique(results.reshape(9, -1).round(7), axis=0))
        check(
            distinct == 9,
            f"Nine rows give {distinct} different results of the {name}.",
            next_step=INPUT,
            tag=f"{name} is blind",
        )
        near = {"atol": 1e-4, "next_step": ROW}
        assert_close(half(rows), results, **near, name=f"the {name}, called again", tag="chance")
        alone = np.concatenate([half(rows[[4]]), half(rows[[1]])])
        assert_close(alone, results[[4, 1]], **near, name=f"the {name}, row by row", tag="batch")


@pytest.mark.task(3)
def test_seed_and_epochs_decide(submission, rng, seed):
    """Returns the same halves of one latent variable for the same arguments, and others after more epochs."""
    images, codes = rng.random((64, 4, 4)), rng.normal(size=(5, 1))

    def draw(epochs):
        encode, decode = train(submission, images, 1, 0.2, epochs, seed)
        return [*encode(images[:5]), decode(codes)]

    first, again, longer = draw(1), draw(1), draw(4)
    for name, one, two, three in zip(("means", "log-variances", "pictures"), first, again, longer, strict=True):
        problem = f"Two calls with the same arguments give different {name}."
        check(np.allclose(one, two, rtol=1e-3, atol=1e-3), problem, next_step=SEED, tag="seed")
        problem = f"After four epochs the {name} are the same as after one."
        check(not np.allclose(one, three, rtol=1e-6, atol=1e-7), problem, next_step=EPOCHS, tag=f"the same {name}")


@pytest.mark.task(3)
def test_learns_blobs(submission, rng, seed, threshold, pictures):
    """Learns a bound on the cost of blobs that it has not seen, lower than the best linear VAE."""
    draw, pixel_std = make_blobs(rng), float(rng.uniform(0.1, 0.12))
    clean = draw(TRAINING + HELD_OUT)
    images, others = (clean + pixel_std * rng.normal(size=clean.shape) for _ in range(2))
    training, held_out, targets = images[:TRAINING], images[TRAINING:], others[TRAINING:]
    encode, decode = train(submission, training, LATENT, pixel_std, EPOCHS_OF_THE_GRADE, seed)
    prior = rng.normal(size=(64, LATENT))
    before = decode(prior)
    codes, noise = encode(held_out), rng.normal(size=(3, HELD_OUT, LATENT))
    reconstruction, divergence = measure(decode, codes, targets, noise, pixel_std)
    assert_close(decode(prior), before, atol=1e-3, name="pictures that are decoded again", next_step=ROW)
    linear = sum(measure(*best_linear(training, held_out, pixel_std), targets, noise, pixel_std))
    rows = [row for start in (0, 8) for row in (held_out[start : start + 8], decode(codes[0][start : start + 8]))]
    pictures.images("blobs_and_reconstructions", np.concatenate(rows))
    pictures.images("samples_of_the_prior", before[:32])
    floor = training[0].size / 2
    of_means = measure(decode, (codes[0], np.full_like(codes[1], -40)), targets, noise[:1], pixel_std)[0] - floor
    step, tag = diagnose(reconstruction - floor, of_means, divergence, encode, held_out, codes)
    threshold("cost", float((reconstruction + divergence - floor) / (linear - floor)), next_step=step, tag=tag)
    # At the minimum of the bound the derivatives by log σ² cancel: what the noise costs the pixels is ½ Σ (1 - σ²).
    share = (reconstruction - floor - of_means) / (np.sum(1 - np.exp(codes[1])) / (2 * HELD_OUT))
    tag = "too much noise" if share > 2.8 else "divergence counts twice" if share > 1 else "divergence counts little"
    problem = f"The noise of the codes costs {share:.2g} times what the bound asks for."
    check(0.7 < share < 1.4, problem, next_step=BOUND, tag=tag)


def measure(decode, codes, targets, noise, pixel_std):
    """Both parts of the cost, as means over pictures: with each sample of the noise also its mirror image is decoded."""
    z_mean, z_log_var = codes
    squares = [
        np.sum((decode(z_mean + sign * np.exp(np.minimum(z_log_var, 40) / 2) * sample) - targets) ** 2) / len(targets)
        for sample in noise
        for sign in (1, -1)
    ]
    return np.mean(squares) / (2 * pixel_std**2), divergences(z_mean, np.minimum(z_log_var, 40)).sum(axis=1).mean()


def best_linear(training, held_out, pixel_std):
    """Decoder and codes of probabilistic principal component analysis, whose noise is known."""
    flat, rest = training.reshape(len(training), -1), held_out.reshape(len(held_out), -1)
    mean, (values, directions) = flat.mean(axis=0), np.linalg.eigh(np.cov(flat.T))
    values, directions = values[-LATENT:], directions[:, -LATENT:]
    gains = np.sqrt(np.maximum(values - pixel_std**2, 0.0))
    z_mean = (rest - mean) @ directions * gains / (gains**2 + pixel_std**2)
    z_log_var = np.log(pixel_std**2 / (gains**2 + pixel_std**2)) + np.zeros_like(z_mean)
    return (lambda codes: ((codes * gains) @ directions.T + mean).reshape(-1, 8, 8)), (z_mean, z_log_var)


def diagnose(reconstruction, of_means, divergence, encode, images, codes):
    """Sees some mistakes in the parts of the cost, beyond noise, and in the codes: (next step, tag)."""
    z_mean, z_log_var = codes
    if np.allclose(z_mean, z_log_var):
        return COST, "one layer for both"
    if np.all(z_log_var >= 0):
        return CERTAIN, "a deviation" if np.all(z_log_var > 0) else "never certain"
    if z_mean.max() < 0.5 and z_mean.mean() < -1:
        return PAIR, "swapped"
    if of_means < reconstruction / 3:
        return CERTAIN, "no noise" if of_means < reconstruction / 20 else "little noise"
    if divergence < 4 < reconstruction:
        return WEIGHT, "collapsed"
    half = len(images) // 2
    bend = encode((images[:half] + images[half:]) / 2)[0] - (z_mean[:half] + z_mean[half:]) / 2
    if np.abs(bend).max() < 1e-3 * z_mean.std() and divergence < 40:
        return COST, "linear"
    if divergence > 13 and reconstruction < 20:
        return PRICE, "far from the prior"
    return COST, None
