"""NumPy: shifts cut out of a padded image, and shifts, brightness and a little noise for the copies."""

import numpy as np


def shift(images, rows, columns):
    _, height, width = images.shape
    padded = np.pad(images, ((0, 0), (height, height), (width, width)))
    down = np.clip(rows, -height, height)
    right = np.clip(columns, -width, width)
    return np.array(
        [
            image[height - d : 2 * height - d, width - r : 2 * width - r]
            for image, d, r in zip(padded, down, right, strict=True)
        ]
    )


def shift_by(images, max_shift, generator):
    rows = generator.choice(np.arange(-max_shift, max_shift + 1), size=len(images))
    columns = generator.choice(np.arange(-max_shift, max_shift + 1), size=len(images))
    return shift(images, rows, columns)


def random_shift(images, max_shift, seed):
    return shift_by(images, max_shift, np.random.default_rng(seed))


def augment(images, labels, copies, seed):
    generator = np.random.default_rng([seed, 3])
    grown = [images]
    for _ in range(copies):
        changed = shift_by(images, 1, generator) * generator.uniform(0.8, 1.0, size=(len(images), 1, 1))
        grown.append(np.clip(changed + generator.normal(scale=0.03, size=images.shape), 0.0, 1.0))
    return np.concatenate(grown), np.concatenate([labels] * (1 + copies))


def prepare(images, labels, num_validation, copies, seed):
    held_out = np.zeros(len(images), dtype=bool)
    held_out[np.random.default_rng(seed).choice(len(images), num_validation, replace=False)] = True
    training = augment(images[~held_out], labels[~held_out], copies, seed)
    return (*training, images[held_out], labels[held_out])
