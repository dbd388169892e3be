"""What `autoencoder` must do.

Two networks, their training and what they learned are judged apart: hence more than 200 lines.
"""

import numpy as np
import pytest
from sklearn.datasets import load_digits

from grader.testing import Mismatch
from grader.testing import assert_between
from grader.testing import assert_callable
from grader.testing import assert_close
from grader.testing import assert_finite
from grader.testing import assert_shape
from grader.testing import check
from grader.testing import unpack

CODE_SIZE = "An image has to leave the encoder as `code_size` numbers: look at the width of its last layer."
IMAGE = "A decoded image has the shape of an image: reshape what the last layer gives."
RANGE = "Which activation of the last layer has exactly the range of a pixel?"
CODES = "The decoder's input is the code: follow it from the first layer to the last."
IMAGES = "The encoder's input is the image: follow it from the first layer to the last."
EPOCH = "Use every image once in each of the `epochs` epochs, and let one optimizer move the weights of both halves."
SEED = "Set the random state from `seed` before the first layer is made, for weights and for the order of images."
SHOWN = "The images that are handed over decide what is learned: follow them from the argument to the loss."
LABELS = "An autoencoder is its own teacher: what is the target when nobody has labelled the images?"

EPOCHS = 50
HELD_OUT = 360
TRAINING = 960


def encode(encoder, images, code_size):
    """Calls an encoder and checks the shape and that every number is finite."""
    assert_callable(encoder, "the encoder")
    codes = assert_shape(encoder(images.astype("float32")), (len(images), code_size), next_step=CODE_SIZE)
    return assert_finite(codes).astype(float)


def decode(decoder, codes):
    """Does the same with a decoder."""
    assert_callable(decoder, "the decoder")
    images = assert_shape(decoder(codes.astype("float32")), (len(codes), 8, 8), next_step=IMAGE)
    return assert_finite(images).astype(float)


def train(submission, images, labels, code_size, epochs, seed):
    """Trains an autoencoder and returns its halves."""
    halves = submission.train_autoencoder(images.astype("float32"), labels, code_size, epochs, seed)
    return unpack(halves, "encoder", "decoder")


def small_set(rng):
    """Draws a few digits and labels that say nothing about them."""
    images = load_digits().images / 16
    return images[rng.choice(len(images), 96, replace=False)], rng.integers(10, size=96)


@pytest.mark.task(1)
@pytest.mark.parametrize(("batch", "code_size"), [(1, 3), (7, 1), (4, 10)])
def test_encoder_narrows(submission, rng, batch, code_size):
    """Turns images into codes of the size `code_size`, in a batch of `batch`."""
    encode(submission.make_encoder(code_size), rng.random((batch, 8, 8)), code_size)


@pytest.mark.task(1)
@pytest.mark.parametrize(("batch", "code_size"), [(1, 3), (7, 1), (4, 10)])
def test_decoder_restores_the_shape(submission, rng, batch, code_size):
    """Turns codes of the size `code_size` into images of 8 by 8 pixels, in a batch of `batch`."""
    decode(submission.make_decoder(code_size), rng.normal(size=(batch, code_size)))


@pytest.mark.task(1)
def test_pixels_stay_in_range(submission, rng):
    """Keeps every decoded pixel between 0 and 1, whatever the code."""
    decoder = submission.make_decoder(4)
    for scale in (1.0, 100.0):
        assert_between(decode(decoder, rng.normal(scale=scale, size=(50, 4))), 0, 1, atol=0.0, next_step=RANGE)


@pytest.mark.task(1)
def test_code_decides_the_image(submission, rng):
    """Decodes different codes into different images."""
    images = decode(submission.make_decoder(3), rng.normal(size=(20, 3)))
    check(images.std(axis=0).max() > 1e-6, "Twenty codes all gave the same image.", next_step=CODES)


@pytest.mark.task(1)
def test_image_decides_the_code(submission, rng):
    """Encodes different images into different codes."""
    codes = encode(submission.make_encoder(3), load_digits().images[rng.permutation(20)] / 16, 3)
    check(codes.std(axis=0).max() > 1e-6, "Twenty digits all got the same code.", next_step=IMAGES)


@pytest.mark.task(1)
def test_batch_does_not_matter(submission, rng):
    """Treats each image and each code the same alone and in a batch."""
    encoder, decoder = submission.make_encoder(3), submission.make_decoder(3)
    images, codes = rng.random((6, 8, 8)), rng.normal(size=(6, 3))
    step = "Something is computed over the whole batch: compute it over one sample."
    assert_close(encode(encoder, images[2:3], 3), encode(encoder, images, 3)[2:3], next_step=step)
    assert_close(decode(decoder, codes[4:5]), decode(decoder, codes)[4:5], next_step=step)


@pytest.mark.task(2)
def test_seed_and_epochs_decide(submission, rng, seed):
    """Returns the same autoencoder for the same arguments, whatever the labels; another for other images or more epochs."""
    images, labels = small_set(rng)
    codes = np.linspace(-1, 1, 12).reshape(4, 3)

    def train_with(labels, epochs, shown=images):
        encoder, decoder = train(submission, shown, labels, 3, epochs, seed)
        return {"encoder": encode(encoder, images, 3), "decoder": decode(decoder, codes)}

    first, longer = train_with(labels, 1), train_with((labels + 1) % 10, 3)
    same = " and ".join(half for half in first if np.allclose(longer[half], first[half], rtol=1e-6, atol=1e-7))
    problem, tag = f"After three epochs {same} did just what it did after one.", f"the same {same}"
    check(not same, problem, next_step=EPOCH, tag=tag)
    other = train_with(labels, 1, images[:, ::-1])
    check(not are_alike(other, first), "Other images lead to the same autoencoder.", next_step=SHOWN, tag="images")
    if are_alike(train_with(labels, 3), longer):
        return
    problem = "Two calls with the same arguments return different autoencoders."
    check(are_alike(train_with(labels, 1), first), problem, next_step=SEED, tag="seed")
    raise Mismatch("Other labels lead to a different autoencoder.", next_step=LABELS, tag="labels")


def are_alike(mine, others):
    return all(np.allclose(mine[half], others[half], rtol=1e-3, atol=1e-4) for half in mine)


@pytest.mark.task(2)
def test_reconstructs_unseen_digits(submission, rng, seed, threshold, pictures):
    """Reconstructs digits that it has not seen from two numbers each, better than PCA does."""
    originals, reconstructions, plane, ratio, tag = judge(submission, rng, seed)
    rows = [half[start : start + 8] for start in (0, 8, 16) for half in (originals, reconstructions)]
    pictures.images("reconstructions", np.concatenate(rows))
    pictures.images("code_plane", plane, columns=12)
    threshold("reconstruction_error", ratio, tag=tag)


def rearrange(rng):
    """An order of the pixels that rolls, mirrors and turns an image, so that no package holds the digits of a grade."""
    places = np.roll(np.arange(64).reshape(8, 8), rng.integers(1, 8, size=2), axis=(0, 1))
    return np.rot90(places[:: rng.choice([-1, 1])], rng.integers(4)).ravel()


def reorder(images, order):
    return images.reshape(-1, 64)[:, order].reshape(-1, 8, 8)


def judge(submission, rng, seed):
    """Trains on most digits and measures the others: (originals, reconstructions, picture of the plane, ratio, tag).

    Only the two numbers can pass from the encoder to the decoder: the decoder draws a fine grid of codes before the
    encoder sees a held-out digit, and the reconstructions are read off that grid.
    """
    order = rearrange(rng)
    images = reorder(rng.permutation(load_digits().images / 16), order)
    held_out, training = images[:HELD_OUT], images[HELD_OUT : HELD_OUT + TRAINING]
    encoder, decoder = train(submission, training, rng.integers(10, size=len(training)), 2, EPOCHS, seed)
    codes = encode(encoder, training, 2)
    axes = [grid_axis(column) for column in codes.T]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    drawn = np.concatenate([decode(decoder, part) for part in np.array_split(grid.reshape(-1, 2), 8)])
    drawn = drawn.reshape(*grid.shape[:2], 8, 8)
    reconstructions = read_off(drawn, axes, encode(encoder, held_out, 2))
    middle = np.stack(np.meshgrid(*np.quantile(codes, np.linspace(0.02, 0.98, 12), axis=0).T), axis=-1).reshape(-1, 2)
    plane = read_off(drawn, axes, middle)
    ratio = np.mean((reconstructions - held_out) ** 2) / pca_error(training, held_out, 2)
    pictures = [reorder(shown, np.argsort(order)) for shown in (held_out, reconstructions, plane)]
    return *pictures, float(ratio), find_tag(encoder, held_out, reconstructions)


def find_tag(encoder, images, reconstructions):
    """Sees some mistakes whatever the layers are: in the sums of the codes, in the brightness, in the code of a mean."""
    codes = encode(encoder, images, 2)
    if np.std(codes.sum(axis=1)) < 1e-3 * np.std(codes):
        return "the code is a probability"
    if reconstructions.mean() < 0.5 * images.mean():
        return "too dark"
    first, second = np.array_split(images, 2)
    of_mean, mean_of_two = encode(encoder, (first + second) / 2, 2), (codes[: len(first)] + codes[len(first) :]) / 2
    return "the encoder is linear" if np.abs(of_mean - mean_of_two).max() < 1e-2 * codes.std() else None


def grid_axis(values):
    """Chooses grid points: dense where codes are dense, and a fourth of their range further on both sides."""
    low, high = values.min(), values.max()
    margin = max(0.25 * (high - low), 1e-3)
    return np.unique([*np.quantile(values, np.linspace(0, 1, 64)), *np.linspace(low - margin, high + margin, 64)])


def read_off(drawn, axes, codes):
    """Interpolates linearly, in both directions, between the images of the four grid points around each code."""
    (i, u), (j, v) = (neighbor(axis, column) for axis, column in zip(axes, codes.T, strict=True))
    u, v = u[:, None, None], v[:, None, None]
    low = (1 - v) * drawn[i, j] + v * drawn[i, j + 1]
    return (1 - u) * low + u * ((1 - v) * drawn[i + 1, j] + v * drawn[i + 1, j + 1])


def neighbor(axis, values):
    """Finds the grid point below each value, and how far the value lies on the way to the next."""
    values = np.clip(values, axis[0], axis[-1])
    index = np.clip(np.searchsorted(axis, values) - 1, 0, len(axis) - 2)
    return index, (values - axis[index]) / (axis[index + 1] - axis[index])


def pca_error(training, held_out, components):
    """Measures how well the best linear autoencoder does."""
    flat, test = training.reshape(len(training), -1), held_out.reshape(len(held_out), -1)
    mean = flat.mean(axis=0)
    directions = np.linalg.eigh(np.cov(flat.T))[1][:, -components:]
    residual = (test - mean) - (test - mean) @ directions @ directions.T
    return np.mean(residual**2)
