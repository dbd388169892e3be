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
