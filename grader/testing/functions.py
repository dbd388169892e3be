"""Functions that a test hands to a submission, or differentiates itself."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any
from typing import Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def numeric_gradient(
    function: Callable[[npt.NDArray[np.float64]], Any], point: npt.ArrayLike, *, step: float = 1e-5
) -> npt.NDArray[np.float64]:
    """Differentiates a function by central differences, to check a gradient that was derived in another way.

    For every entry i of the point w, with e_i the unit vector of that entry:

        gradient_i = (f(w + step e_i) - f(w - step e_i)) / (2 step)

    The error is about step² f''' / 6 + 1e-16 |f| / step; in float64 the default leaves some nine correct digits where f
    and its derivatives are near 1.

    Args:
        function: takes a float64 array of the shape of `point`, which it must not keep or change, and returns a number.
        point: number or array of any shape.
        step: half the distance of the two values that are compared, greater than 0.

    Returns:
        Float64 array of the shape of `point`.

    Examples:
        >>> numeric_gradient(lambda w: np.sum(w**2), [1.0, -2.0]).round(6)
        array([ 2., -4.])
    """
    around = np.array(point, dtype=np.float64)
    gradient = np.empty_like(around)
    for index in np.ndindex(around.shape):
        center = around[index]
        around[index] = center + step
        above = float(function(around.copy()))
        around[index] = center - step
        below = float(function(around.copy()))
        around[index] = center
        gradient[index] = (above - below) / (2 * step)
    return gradient


def numeric_gradients(
    function: Callable[[dict[str, npt.NDArray[np.float64]]], Any], point: Mapping[str, npt.ArrayLike]
) -> dict[str, npt.NDArray[np.float64]]:
    """Differentiates a function of several arrays with respect to each of them, see `numeric_gradient`.

    Args:
        function: takes arrays by name, which it must not keep or change, and returns a number.
        point: the arrays by name.

    Returns:
        A float64 array for each name, of the shape of the array there.

    Examples:
        >>> gradients = numeric_gradients(lambda at: at["w"] @ at["x"], {"w": [1.0, -2.0], "x": [3.0, 5.0]})
        >>> gradients["w"].round(6), gradients["x"].round(6)
        (array([3., 5.]), array([ 1., -2.]))
    """
    around = {name: np.array(array, dtype=np.float64) for name, array in point.items()}

    def along(name: str) -> Callable[[Floats], Any]:
        return lambda array: function(around | {name: array})

    return {name: numeric_gradient(along(name), array) for name, array in around.items()}


class Recorder:
    """A function of the judge that remembers its calls, to hand to a submission.

    Attributes:
        calls: a tuple of arguments for each call, in the order of the function's parameters, however they were passed.

    Examples:
        >>> gradient = Recorder(lambda point: 2 * point, "gradient")
        >>> gradient(np.array([1.0, -2.0]))
        array([ 2., -4.])
        >>> [point.tolist() for (point,) in gradient.calls]
        [[1.0, -2.0]]
        >>> gradient
        gradient
    """

    def __init__(self, function: Callable[..., Any], name: str) -> None:
        self.function = function
        self.calls: list[tuple[Any, ...]] = []
        self.__name__ = name  # As messages call it.

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        """Notes the arguments, and returns what the function returns for them."""
        bound = inspect.signature(self.function).bind(*arguments, **keywords)
        self.calls.append(tuple(bound.arguments.values()))
        return self.function(*arguments, **keywords)

    def __repr__(self) -> str:
        return self.__name__


class Quadratic:
    """The loss ½ Σ_i λ_i d_i², where d_i says how far a point lies from the minimum along axis i.

    Along its axes gradient descent, with or without momentum, is a recurrence for each d_i alone, which gives the expected
    path by a formula other than that of a submission.

    Attributes:
        curvatures: array of shape `(dims,)`, the λ_i.
        axes: orthogonal matrix whose columns are the axes.
        minimum: array of shape `(dims,)`.

    Examples:
        >>> valley = Quadratic([1.0, 4.0], minimum=[2.0, 0.0])
        >>> valley.gradient([3.0, 1.0])
        array([1., 4.])
        >>> valley([[2.0, 0.0], [3.0, 1.0]])
        array([0. , 2.5])
        >>> valley.points(valley.distances([3.0, 1.0]))
        array([3., 1.])
    """

    def __init__(
        self, curvatures: npt.ArrayLike, *, minimum: npt.ArrayLike | None = None, axes: npt.ArrayLike | None = None
    ) -> None:
        self.curvatures: Floats = np.array(curvatures, dtype=np.float64)
        dims = self.curvatures.size
        self.minimum: Floats = np.zeros(dims) if minimum is None else np.array(minimum, dtype=np.float64)
        self.axes: Floats = np.eye(dims) if axes is None else np.array(axes, dtype=np.float64)

    @classmethod
    def random(cls, rng: np.random.Generator, dims: int) -> Self:
        """Draws curvatures from 0.5 to 2, axes in any direction, and a minimum."""
        axes, _ = np.linalg.qr(rng.normal(size=(dims, dims)))
        return cls(rng.uniform(0.5, 2.0, size=dims), axes=axes, minimum=rng.normal(size=dims))

    def __call__(self, points: npt.ArrayLike) -> Floats:
        """Computes the loss at points of shape `(..., dims)`."""
        loss: Floats = self.distances(points) ** 2 @ self.curvatures / 2
        return loss

    def gradient(self, point: npt.ArrayLike) -> Floats:
        """Computes the gradient at a point."""
        gradient: Floats = self.axes @ (self.curvatures * self.distances(point))
        return gradient

    def distances(self, points: npt.ArrayLike) -> Floats:
        """Says how far points of shape `(..., dims)` lie from the minimum along each axis."""
        distances: Floats = (np.asarray(points, dtype=np.float64) - self.minimum) @ self.axes
        return distances

    def points(self, distances: npt.ArrayLike) -> Floats:
        """Finds the points that lie this far from the minimum; the inverse of `distances`."""
        points: Floats = self.minimum + np.asarray(distances, dtype=np.float64) @ self.axes.T
        return points
