"""What hidden tests compare with: each check says what was returned, what was expected, and one next step.

A next step belongs to a failure, not to a test. Every check looks at the shape first, then at the kind of the values, then
at their finiteness, and at the values last. The `next_step` that is given to `assert_close` or `assert_equal` is said of
wrong values alone; a wrong shape or kind and values that are not finite have steps of their own. Where a test knows a
better one for the shape or for finiteness, it calls `assert_shape` or `assert_finite` first, and says it there.
"""

from grader.testing.chance import assert_seeded
from grader.testing.chance import assert_uniform
from grader.testing.functions import Quadratic
from grader.testing.functions import Recorder
from grader.testing.functions import numeric_gradient
from grader.testing.functions import numeric_gradients
from grader.testing.mismatch import Mismatch
from grader.testing.mismatch import check
from grader.testing.mismatch import describe
from grader.testing.results import assert_arrays
from grader.testing.results import assert_callable
from grader.testing.results import assert_length
from grader.testing.results import unpack
from grader.testing.values import assert_between
from grader.testing.values import assert_close
from grader.testing.values import assert_equal
from grader.testing.values import assert_finite
from grader.testing.values import assert_shape

__all__ = [
    "Mismatch",
    "Quadratic",
    "Recorder",
    "assert_arrays",
    "assert_between",
    "assert_callable",
    "assert_close",
    "assert_equal",
    "assert_finite",
    "assert_length",
    "assert_seeded",
    "assert_shape",
    "assert_uniform",
    "check",
    "describe",
    "numeric_gradient",
    "numeric_gradients",
    "unpack",
]
