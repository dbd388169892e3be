"""What `double` must do."""

import numpy as np
import pytest

from grader.testing import assert_close


@pytest.mark.task(1)
def test_doubles(submission, rng):
    """Doubles three numbers."""
    assert_close(submission.double(np.array([1.0, -2.0, 0.5])), [2.0, -4.0, 1.0])
    values = rng.normal(size=3)
    assert_close(submission.double(values), [value + value for value in values.tolist()])
