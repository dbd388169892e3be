"""What `double` must do."""

import numpy as np
import pytest

from grader.testing import assert_close


@pytest.mark.task(1)
def test_doubles(submission):
    """Doubles three numbers."""
    assert_close(submission.double(np.array([1.0, -2.0, 0.5])), [2.0, -4.0, 1.0])
