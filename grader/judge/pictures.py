"""Pictures that hidden tests leave behind, kept as data until the verdict is known and drawn then."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_INCHES_PER_IMAGE = 1.1


@dataclasses.dataclass(frozen=True)
class Picture:
    """A picture by its name, and the function that draws it."""

    name: str
    draw: Callable[[], Figure]

    def png(self) -> bytes:
        """Draws the picture as a PNG file."""
        buffer = io.BytesIO()
        self.draw().savefig(buffer, format="png", dpi=110)
        return buffer.getvalue()


class Pictures:
    """What hidden tests use to leave pictures; a picture never changes a verdict."""

    def __init__(self) -> None:
        self.taken: list[Picture] = []

    def images(
        self, name: str, images: npt.ArrayLike, *, columns: int = 8, labels: Sequence[str] | None = None
    ) -> None:
        """Leaves a grid of images.

        Args:
            name: the file's name without its ending.
            images: array of shape `(count, height, width)` or `(count, height, width, 3)`; each image is shown from its
                darkest to its brightest value.
            columns: images in a row.
            labels: a caption for each image.
        """
        array = np.array(images, dtype=float)
        self.taken.append(Picture(name, lambda: _draw_images(array, columns, labels)))

    def curves(
        self, name: str, x: npt.ArrayLike, curves: Mapping[str, npt.ArrayLike], *, xlabel: str = "", ylabel: str = ""
    ) -> None:
        """Leaves a diagram of curves over the same x.

        Args:
            name: the file's name without its ending.
            x: array of shape `(points,)`.
            curves: arrays of shape `(points,)` by their labels.
            xlabel, ylabel: what the axes show.
        """
        copies = {label: np.array(curve, dtype=float) for label, curve in curves.items()}
        points = np.array(x, dtype=float)
        self.taken.append(Picture(name, lambda: _draw_curves(points, copies, xlabel, ylabel)))

    def regions(
        self,
        name: str,
        classify: Callable[[npt.NDArray[Any]], npt.ArrayLike],
        inputs: npt.ArrayLike,
        labels: npt.ArrayLike,
        *,
        resolution: int = 80,
    ) -> None:
        """Leaves a picture of what a classifier says in the plane, with the points that it should get right.

        Args:
            name: the file's name without its ending.
            classify: takes a float array of shape `(n, 2)`, once, and returns an array of shape `(n,)`: classes, or a score
                whose level 0.5 is the boundary.
            inputs: array of shape `(count, 2)`.
            labels: integers of shape `(count,)`.
            resolution: points of the grid along each axis.
        """
        points, classes = np.array(inputs, dtype=float), np.array(labels, dtype=int)
        margin = 0.1 * np.ptp(points, axis=0) + 1e-9
        axes = [np.linspace(low, high, resolution) for low, high in zip(*_limits(points, margin), strict=True)]
        grid = np.stack(np.meshgrid(*axes), axis=-1)
        said = np.array(classify(grid.reshape(-1, 2)), dtype=float).reshape(resolution, resolution)
        self.taken.append(Picture(name, lambda: _draw_regions(axes, said, points, classes)))

    def paths(
        self,
        name: str,
        loss: Callable[[npt.NDArray[np.float64]], npt.ArrayLike],
        paths: Mapping[str, npt.ArrayLike],
        *,
        resolution: int = 80,
    ) -> None:
        """Leaves a map of a loss of two weights, with the paths that were taken on it.

        Args:
            name: the file's name without its ending.
            loss: takes a float64 array of shape `(n, 2)`, once, and returns the losses, shape `(n,)`.
            paths: arrays of shape `(points, 2)` by their labels.
            resolution: points of the grid along each axis.
        """
        copies = {label: np.array(path, dtype=float) for label, path in paths.items()}
        corners = np.concatenate(list(copies.values()))
        corners = corners[np.isfinite(corners).all(axis=1)]
        if not len(corners):
            return  # There is no place that a map could show.
        margin = 0.15 * np.ptp(corners, axis=0) + 1e-9
        axes = [np.linspace(low, high, resolution) for low, high in zip(*_limits(corners, margin), strict=True)]
        grid = np.stack(np.meshgrid(*axes), axis=-1)
        losses = np.array(loss(grid.reshape(-1, 2)), dtype=float).reshape(resolution, resolution)
        self.taken.append(Picture(name, lambda: _draw_paths(axes, losses, copies)))


def preload() -> None:
    """Imports the drawing library, so that processes forked from this one need not."""
    import matplotlib.backends.backend_agg
    import matplotlib.figure  # noqa: F401


def _draw_images(images: npt.NDArray[Any], columns: int, labels: Sequence[str] | None) -> Figure:
    from matplotlib.figure import Figure

    rows = -(-len(images) // columns)
    figure = Figure(figsize=(columns * _INCHES_PER_IMAGE, rows * _INCHES_PER_IMAGE * (1.25 if labels else 1.0)))
    for index, image in enumerate(images):
        axes = figure.add_subplot(rows, columns, index + 1)
        spread = np.ptp(image) or 1.0
        axes.imshow((image - image.min()) / spread, cmap="gray", vmin=0.0, vmax=1.0)
        axes.set_axis_off()
        if labels:
            axes.set_title(labels[index], fontsize=7)
    figure.tight_layout(pad=0.3)
    return figure


def _limits(points: npt.NDArray[Any], margin: npt.NDArray[Any]) -> tuple[list[float], list[float]]:
    return list(points.min(axis=0) - margin), list(points.max(axis=0) + margin)


def _make_plane(width: float) -> tuple[Figure, Axes]:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, 4.6))
    axes = figure.add_subplot()
    axes.set_xlabel("first coordinate")
    axes.set_ylabel("second coordinate")
    return figure, axes


def _draw_regions(
    axes: list[npt.NDArray[Any]], said: npt.NDArray[Any], points: npt.NDArray[Any], classes: npt.NDArray[Any]
) -> Figure:
    figure, plot = _make_plane(5.0)
    low, high = min(0, classes.min()), max(1, classes.max())
    plot.pcolormesh(*axes, said, cmap="coolwarm", alpha=0.5, shading="nearest", vmin=low, vmax=high)
    x, y = points.T
    plot.scatter(x, y, c=classes, cmap="coolwarm", edgecolors="black", linewidths=0.5, s=18, vmin=low, vmax=high)
    figure.tight_layout()
    return figure


def _draw_paths(
    axes: list[npt.NDArray[Any]], losses: npt.NDArray[Any], paths: Mapping[str, npt.NDArray[Any]]
) -> Figure:
    figure, plot = _make_plane(5.6)
    # Levels that are equally far apart in rank show the shape of flat valleys and of steep walls alike.
    levels = np.unique(np.quantile(losses[np.isfinite(losses)], np.linspace(0.01, 0.99, 16)))
    if len(levels) > 1:
        plot.contour(*axes, losses, levels=levels, cmap="Greys_r", linewidths=0.7)
    for label, path in paths.items():
        plot.plot(*path.T, marker="o", markersize=3, linewidth=1.2, label=label)
    plot.legend()
    figure.tight_layout()
    return figure


def _draw_curves(x: npt.NDArray[Any], curves: Mapping[str, npt.NDArray[Any]], xlabel: str, ylabel: str) -> Figure:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6.4, 4.0))
    axes = figure.add_subplot()
    for label, curve in curves.items():
        axes.plot(x, curve, label=label)
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    if len(curves) > 1:
        axes.legend()
    axes.grid(alpha=0.3)
    figure.tight_layout()
    return figure
