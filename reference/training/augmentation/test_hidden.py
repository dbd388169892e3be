"""What `augmentation` must do.

There are four tasks, and every copy is traced back to the image that it was made of: hence more than 200 lines.
"""

import functools
from collections import Counter

import numpy as np
import pytest
from sklearn.datasets import load_digits

from grader.testing import assert_close
from grader.testing import assert_equal
from grader.testing import assert_shape
from grader.testing import check

PIXEL = (
    "Output pixel (r, c) is input pixel (r - rows, c - columns) of the same image, and 0 where there is no such pixel."
)
SIZES = [(60, 15, 3), (60, 40, 1), (20, 1, 2)]
OWN = "Draw two numbers for each image, one for the rows and one for the columns, all of them independent."
RANGE = "Draw whole numbers from -max_shift to max_shift; look up whether your generator includes the upper end."
SEED = "Draw all random numbers from `seed`: the same arguments give the same result, and a different seed a different one."
FIRST = "Begin with the originals, unchanged, and put the copies after them."
PAIRS = "It has the label of its original: repeat the labels in the order in which you repeat the images."
APART = "Draw the validation samples first, each at most once, and put them aside; then grow what is left."


@pytest.fixture
def some_seed(rng):
    """A seed that every library's generator takes."""
    return int(rng.integers(10_000))


def move(image, down, right):
    """One image, moved pixel by pixel."""
    height, width = image.shape
    moved = np.zeros_like(image)
    for row, column in np.ndindex(height, width):
        if 0 <= row + down < height and 0 <= column + right < width:
            moved[row + down, column + right] = image[row, column]
    return moved


load = functools.cache(load_digits)


def digits(rng):
    """All digits, shuffled, with values between 0 and 1."""
    data = load()
    order = rng.permutation(len(data.target))
    return data.images[order] / 16, data.target[order]


def directions(images):
    """The images as unit vectors, so that their products say how similar they are."""
    flat = np.reshape(images, (len(images), -1)).astype("float32")
    return flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-6)


def most_similar(seen, labels, images):
    """The label of the most similar image that has been seen, for each image."""
    return labels[np.argmax(directions(images) @ directions(seen).T, axis=1)]


def everywhere(images, labels):
    """The images moved by up to two pixels in both directions, all ways, and their labels."""
    padded = np.pad(images, ((0, 0), (2, 2), (2, 2)))
    moved = [padded[:, row : row + 8, column : column + 8] for row in range(5) for column in range(5)]
    return np.concatenate(moved), np.tile(labels, len(moved))


def check_images(returned, shape):
    """The value is a batch of images with values between 0 and 1."""
    images = assert_shape(returned, shape, next_step="Count: each original, and `copies` copies of each.").astype(float)
    check(
        np.isfinite(images).all() and images.min() >= -1e-6 and images.max() <= 1 + 1e-6,
        "Some pixels are not between 0 and 1.",
        returned=f"pixels from {images.min():.3g} to {images.max():.3g}",
        expected="pixels from 0 to 1",
        next_step="Whatever is added to an image may take it out of its range: clip it.",
    )
    return images


def check_parts(returned, count):
    check(
        isinstance(returned, tuple | list) and len(returned) == count,
        f"That is not a tuple of {count} arrays.",
        returned=returned,
        next_step="Compare what you return with the docstring: images come before their labels.",
    )
    return returned


def check_labels(returned, count=None):
    """The value is a list of labels; without `count`, of any length."""
    size = returned.size if isinstance(returned, np.ndarray) else len(returned) if isinstance(returned, list) else 0
    return assert_shape(returned, (count or size,), next_step="Return one label for each image.")


def augment(submission, images, labels, copies, seed):
    """Asks for a larger training set, whose first images have to be the originals."""
    grown, names = check_parts(submission.augment(images, labels, copies, seed), 2)
    grown = check_images(grown, (len(images) * (1 + copies), 8, 8))
    names = check_labels(names, len(grown))
    assert_close(grown[: len(images)], images, atol=1e-6, next_step=FIRST)
    assert_equal(names[: len(images)], labels, next_step=FIRST)
    return grown, names


@pytest.mark.task(1)
def test_moves_an_image(submission):
    """Moves an image down, up and sideways, loses what leaves it, and puts zeros in its place."""
    image = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    for down, right, expected in [
        (1, 0, [[0, 0, 0], [1, 2, 3]]),
        (-1, 0, [[4, 5, 6], [0, 0, 0]]),
        (0, 1, [[0, 1, 2], [0, 4, 5]]),
        (1, -2, [[0, 0, 0], [3, 0, 0]]),
        (0, 3, [[0, 0, 0], [0, 0, 0]]),
        (-5, 7, [[0, 0, 0], [0, 0, 0]]),
    ]:
        moved = submission.shift(image[None], np.array([down]), np.array([right]))
        assert_close(assert_shape(moved, (1, 2, 3), next_step=PIXEL)[0], expected, next_step=PIXEL)


@pytest.mark.task(1)
def test_moves_each_image_by_its_own_numbers(submission, rng):
    """Moves each image of a batch by its own numbers, up to more than its size."""
    images, rows, columns = rng.random((30, 6, 9)), rng.integers(-7, 8, size=30), rng.integers(-10, 11, size=30)
    expected = [move(*image) for image in zip(images, rows, columns, strict=True)]
    assert_close(submission.shift(images, rows, columns), expected, next_step=PIXEL)


@pytest.mark.task(2)
@pytest.mark.parametrize("max_shift", [1, 2])
def test_draws_every_shift(submission, some_seed, rng, max_shift):
    """Moves by every pair of numbers up to `max_shift`, each about as often as any other."""
    image = rng.uniform(0.1, 1.0, size=(6, 7))
    steps = range(-max_shift, max_shift + 1)
    choices = {f"{down} down, {right} right": move(image, down, right) for down in steps for right in steps}
    images = np.repeat(image[None], 80 * len(choices), axis=0)
    moved = assert_shape(submission.random_shift(images, max_shift, some_seed), images.shape)
    often = {name: int(np.isclose(moved, choice, atol=1e-5).all(axis=(1, 2)).sum()) for name, choice in choices.items()}
    check(
        sum(count > 0 for count in often.values()) > len(choices) // 3,
        f"{len(images)} equal images are moved in a few ways only.",
        returned=often,
        next_step=OWN,
    )
    check(
        sum(often.values()) == len(images) and min(often.values()) > 0,
        f"Some images move by more than {max_shift}, or some shifts never occur.",
        returned=often,
        next_step=RANGE,
    )
    check(
        min(often.values()) >= 30 and max(often.values()) <= 130,
        "Some shifts occur far more often than others.",
        returned=often,
        next_step="Draw uniformly: each of the numbers is as likely as the others.",
    )


@pytest.mark.task(2)
def test_zero_shift(submission, some_seed, rng):
    """Leaves the images alone where `max_shift` is 0."""
    images = rng.random((5, 4, 6))
    step = "There is nothing but 0 to draw: each image stays as it is, and where it is in the batch."
    assert_close(submission.random_shift(images, 0, some_seed), images, next_step=step)


@pytest.mark.task(2)
def test_moved_images_keep_their_order(submission, some_seed, rng):
    """Returns each image in its place, moved by at most `max_shift` with zeros behind it."""
    images = rng.uniform(0.1, 1.0, size=(20, 5, 8))
    moved = assert_shape(submission.random_shift(images, 3, some_seed), images.shape)
    for image, wanted in zip(moved, images, strict=True):
        choices = [move(wanted, down, right) for down in range(-3, 4) for right in range(-3, 4)]
        check(
            min(np.abs(image - choice).max() for choice in choices) < 1e-5,
            "An image is not a shifted version of the one that was in its place.",
            returned=image,
            next_step=PIXEL,
        )
    check(not np.allclose(moved, images), "Of 20 images none was moved by up to 3 pixels.", next_step=RANGE)


@pytest.mark.task(2)
def test_seed_decides_the_shifts(submission, some_seed, rng):
    """Moves images alike with the same seed, and differently with another."""
    images = rng.uniform(0.1, 1.0, size=(30, 6, 6))
    first, again, other = (submission.random_shift(images, 2, each) for each in (some_seed, some_seed, some_seed + 1))
    assert_close(again, first, next_step=SEED)
    check(not np.array_equal(other, first), "Two seeds move the images alike.", next_step=SEED)


@pytest.mark.task(3)
def test_originals_come_first(submission, some_seed, rng):
    """Returns the originals unchanged, and after them as many copies of each as are asked for."""
    images, labels = digits(rng)[0][:50], rng.permutation(50)
    for copies in (1, 4):
        _, names = augment(submission, images, labels, copies, some_seed)
        check(
            Counter(np.asarray(names).tolist()) == dict.fromkeys(range(50), 1 + copies),
            f"Not every label occurs {1 + copies} times, once for the original and once for each copy.",
            next_step=PAIRS,
        )


@pytest.mark.task(3)
def test_copies_are_like_their_originals(submission, some_seed, rng):
    """Makes copies of the images that it gets, and of nothing else."""
    images = digits(rng)[0][:50]
    grown, names = augment(submission, images, np.arange(50), 4, some_seed)
    own = np.mean(most_similar(*everywhere(images, np.arange(50)), grown[50:]) == names[50:])
    check(
        own >= 0.3,
        f"Only {own:.0%} of the copies are more like their original than like one of the 49 others.",
        next_step=f"A copy shows its original, changed a little. {PAIRS}",
    )


@pytest.mark.task(3)
def test_each_copy_is_changed_by_itself(submission, some_seed, rng):
    """Changes each copy independently: equal images, and copies of one image, turn out different."""
    images, _ = digits(rng)
    for count, copies in [(60, 1), (1, 60)]:
        grown, _ = augment(submission, np.repeat(images[:1], count, axis=0), np.full(count, 7), copies, some_seed)
        found = len(np.unique(grown[count:].round(5), axis=0))
        check(
            found > 1,
            f"All 60 copies of the same image, made with copies={copies}, are alike.",
            next_step="Draw anew for each image and for each copy, and do not start the generator again in between.",
        )


@pytest.mark.task(3)
def test_seed_decides_the_copies(submission, some_seed, rng):
    """Makes the same copies with the same seed, and different ones with a different seed."""
    images, labels = (array[:40] for array in digits(rng))
    first, again, other = (
        augment(submission, images, labels, 3, each) for each in (some_seed, some_seed, some_seed + 1)
    )
    assert_close(again[0], first[0], next_step=SEED)
    check(not np.array_equal(other[0], first[0]), "Two seeds give the same copies.", next_step=SEED)


@pytest.mark.task(3)
def test_copies_keep_their_labels(submission, some_seed, rng, threshold, pictures):
    """Makes copies that still show the digit of their label."""
    images, labels = digits(rng)
    shown = images[[int(np.argmax(labels == digit)) for digit in range(2, 8)]]
    grown, names = augment(submission, shown, np.arange(6), 11, some_seed)
    pictures.images("originals_and_copies", grown[np.argsort(names, kind="stable")], columns=12)
    grown, names = augment(submission, images[:300], labels[:300], 10, some_seed)
    sample = 300 + rng.choice(3000, 300, replace=False)
    read = most_similar(*everywhere(images, labels), grown[sample])
    step = "Look at the picture: can you still read on every copy what its label says, and nothing else?"
    threshold("readable_share", np.mean(read == names[sample]), next_step=step)


@pytest.mark.task(3)
def test_helps(submission, some_seed, rng, threshold):
    """Lets a reader of moved digits learn from the larger training set."""
    images, labels = digits(rng)
    grown, names = augment(submission, images[:300], labels[:300], 10, some_seed)
    others = [move(image, *rng.integers(-1, 2, size=2)) for image in images[300:900]]
    read = most_similar(grown, names, np.array(others))
    step = "Change the copies in the way in which later digits differ: these are moved by up to one pixel."
    threshold("accuracy", np.mean(read == labels[300:900]), next_step=step)


@pytest.mark.task(4)
def test_sets_are_apart(submission, some_seed, rng):
    """Keeps validation images, and copies of them, out of the training set."""
    for samples, num_validation, copies in SIZES:
        images = digits(rng)[0][:samples]
        parts = submission.prepare(images, np.arange(samples), num_validation, copies, some_seed)
        _, kept, _, held_out = check_parts(parts, 4)
        kept, held_out = check_labels(kept), check_labels(held_out, num_validation)
        twice = set(kept.tolist()) & set(held_out.tolist())
        check(
            not twice,
            f"{len(twice)} of {num_validation} validation images are in the training set as well, as they are or as copies.",
            next_step=APART,
        )
        check(
            len(set(held_out.tolist())) == num_validation,
            "The validation set holds some samples more than once.",
            returned=held_out,
            next_step="Draw without replacement: a sample is drawn once or not at all.",
        )


@pytest.mark.task(4)
def test_validation_stays_as_it_is(submission, some_seed, rng):
    """Returns the validation images unchanged, each with its label."""
    for samples, num_validation, copies in SIZES:
        images = digits(rng)[0][:samples]
        _, _, apart, held_out = prepare(submission, images, np.arange(samples), num_validation, copies, some_seed)
        step = "Validation images are what they were: do not change them, and keep each label with its image."
        assert_close(apart, images[held_out], atol=1e-6, next_step=step)


@pytest.mark.task(4)
def test_training_set_has_the_rest(submission, some_seed, rng):
    """Grows all other samples into the training set."""
    for samples, num_validation, copies in SIZES:
        images = digits(rng)[0][:samples]
        grown, kept, _, held_out = prepare(submission, images, np.arange(samples), num_validation, copies, some_seed)
        originals = kept[: samples - num_validation]
        check(
            set(originals.tolist()) == set(range(samples)) - set(held_out.tolist()),
            "The training set does not begin with the samples that are left, each of them once.",
            next_step=APART,
        )
        assert_close(grown[: len(originals)], images[originals], atol=1e-6, next_step=FIRST)
        check(
            Counter(kept.tolist()) == dict.fromkeys(originals.tolist(), 1 + copies),
            f"Not every training sample is there {1 + copies} times.",
            next_step=PAIRS,
        )
        changed = np.abs(grown - images[kept]).max(axis=(1, 2)) > 1e-6
        check(
            changed.sum() >= copies * len(originals) / 10,
            f"Of {copies * len(originals)} copies in the training set, {changed.sum()} are changed.",
            next_step="Call `augment` for the training samples.",
        )


@pytest.mark.task(4)
def test_seed_decides_the_validation_set(submission, some_seed, rng):
    """Draws the validation set at random: the same one with the same seed, a different one with another."""
    images, _ = (array[:60] for array in digits(rng))
    first, again, other = (
        sorted(prepare(submission, images, np.arange(60), 15, 1, each)[3].tolist())
        for each in (some_seed, some_seed, some_seed + 1)
    )
    step = "Shuffle before you split, and let `seed` decide the order: neighbours in a data set are often alike."
    assert_equal(again, first, next_step=step)
    check(first != other, "Two seeds give the same validation set.", returned=first, next_step=step)


def prepare(submission, images, labels, num_validation, copies, seed):
    """Asks for the four arrays, checks their shapes, and that every label is one of those that were given."""
    parts = check_parts(submission.prepare(images, labels, num_validation, copies, seed), 4)
    training = (len(images) - num_validation) * (1 + copies)
    count = f"Here {num_validation} samples are held out, and each of the others is there {1 + copies} times."
    grown = check_images(parts[0], (training, 8, 8))
    kept = assert_shape(parts[1], (training,), next_step=count)
    apart = assert_shape(parts[2], (num_validation, 8, 8), next_step=count)
    held_out = assert_shape(parts[3], (num_validation,), next_step=count)
    check(
        set(kept.tolist()) | set(held_out.tolist()) <= set(labels.tolist()),
        "Some labels are not among those that were given.",
        next_step="Pick images and labels by the same indices.",
    )
    return grown, kept.astype(int), apart, held_out.astype(int)
