"""Plain Python, with loops over lists and `random`; the copies of an image stand together."""

import random

import numpy as np


def shift_one(image, down, right):
    height, width = len(image), len(image[0])
    moved = [[0.0] * width for _ in range(height)]
    for row in range(height):
        for column in range(width):
            if 0 <= row - down < height and 0 <= column - right < width:
                moved[row][column] = float(image[row - down][column - right])
    return moved


def shift(images, rows, columns):
    return [shift_one(*parts) for parts in zip(images, rows, columns, strict=True)]


def random_shift(images, max_shift, seed):
    generator = random.Random(seed)
    steps = range(-max_shift, max_shift + 1)
    return [shift_one(image, generator.choice(steps), generator.choice(steps)) for image in images]


def augment(images, labels, copies, seed):
    generator = random.Random(1000 + seed)
    directions = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1) if (down, right) != (0, 0)]
    changed, names = [], []
    for image, label in zip(images, labels, strict=True):
        for _ in range(copies):
            changed.append(shift_one(image, *generator.choice(directions)))
            names.append(int(label))
    return np.array([*map(np.asarray, images), *changed]), [int(label) for label in labels] + names


def prepare(images, labels, num_validation, copies, seed):
    indices = list(range(len(images)))
    random.Random(seed).shuffle(indices)
    held_out, kept = indices[:num_validation], indices[num_validation:]
    training = augment([images[i] for i in kept], [labels[i] for i in kept], copies, seed)
    return [*training, [images[i] for i in held_out], [int(labels[i]) for i in held_out]]
