import numpy as np


def shift(images, rows, columns):
    moved = np.zeros_like(images)
    count, height, width = images.shape
    r, c = np.mgrid[:height, :width]
    for i in range(count):
        from_row, from_column = r - rows[i], c - columns[i]
        inside = (from_row >= 0) & (from_row < height) & (from_column >= 0) & (from_column < width)
        moved[i][inside] = images[i][from_row[inside], from_column[inside]]
    return moved


def random_shift(images, max_shift, seed):
    generator = np.random.default_rng(seed)
    rows, columns = generator.integers(-max_shift, max_shift + 1, size=(2, len(images)))
    return shift(images, rows, columns)


def augment(images, labels, copies, seed):
    changed = random_shift(np.tile(images, (copies, 1, 1)), 1, seed)
    return np.concatenate([images, changed]), np.tile(labels, 1 + copies)


def prepare(images, labels, num_validation, copies, seed):
    order = np.random.default_rng(seed).permutation(len(images))
    held_out, kept = order[:num_validation], order[num_validation:]
    return *augment(images[kept], labels[kept], copies, seed), images[held_out], labels[held_out]
