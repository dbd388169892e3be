"""What `conv2d` must do."""

import numpy as np
import pytest

from grader.testing import assert_close
from grader.testing import assert_shape

CHANNELS = "Every output channel adds up the products over the kernel's rows, its columns and all input channels."
PADDING = (
    "Compute the total padding of each axis from the formula, stride included; half of it, rounded down, goes first."
)


def conv_by_definition(inputs, kernel, bias, stride=1, padding="valid"):
    """The sum of the docstring, pixel by pixel; what lies outside the image is left out instead of padded."""
    batch, *size, _ = inputs.shape
    *kernel_size, _, out_channels = kernel.shape
    if padding == "valid":
        before, out = (0, 0), [(n - k) // stride + 1 for n, k in zip(size, kernel_size, strict=True)]
    else:
        out = [int(np.ceil(n / stride)) for n in size]
        reach = [(m - 1) * stride + k for m, k in zip(out, kernel_size, strict=True)]
        before = [max(r - n, 0) // 2 for r, n in zip(reach, size, strict=True)]
    outputs = np.zeros((batch, *out, out_channels))
    for i, j in np.ndindex(*out):
        outputs[:, i, j] = bias
        for u, v in np.ndindex(*kernel_size):
            y, x = i * stride + u - before[0], j * stride + v - before[1]
            if 0 <= y < size[0] and 0 <= x < size[1]:
                outputs[:, i, j] += np.einsum("bc,co->bo", inputs[:, y, x], kernel[u, v])
    return outputs


def as_image(rows):
    """One image with one channel."""
    return np.array(rows, dtype=float)[None, :, :, None]


def as_kernel(rows):
    """A kernel with one input channel and one output channel."""
    return np.array(rows, dtype=float)[:, :, None, None]


def random_layer(rng, image, kernel):
    """Inputs, kernel and bias: `image` is (batch, height, width, channels), `kernel` (height, width, out channels)."""
    batch, height, width, in_channels = image
    kernel_height, kernel_width, out_channels = kernel
    return (
        rng.normal(size=(batch, height, width, in_channels)),
        rng.normal(size=(kernel_height, kernel_width, in_channels, out_channels)),
        rng.normal(size=out_channels),
    )


def check_image(submission, image, kernel, expected, next_step, *settings):
    """Convolves one image of one channel, without a bias, into another; the step holds for its size as for its pixels."""
    outputs = submission.conv2d(as_image(image), as_kernel(kernel), np.zeros(1), *settings)
    returned = assert_shape(outputs, as_image(expected).shape, next_step=next_step)
    assert_close(returned[0, :, :, 0], expected, next_step=next_step)


@pytest.mark.task(1)
def test_lays_the_kernel_on_as_it_is(submission):
    """Lays the kernel on the image without flipping it."""
    step = "Multiply kernel[u, v] by the pixel at (i + u, j + v); nothing is flipped."
    check_image(submission, [[0, 1, 2], [3, 4, 5], [6, 7, 8]], [[1, 0], [2, 10]], [[46, 59], [85, 98]], step)


@pytest.mark.task(1)
def test_keeps_height_and_width_apart(submission):
    """Gives an output wherever the kernel fits, for images and kernels that are not square."""
    image, expected = [[1, 2, 3, 4, 5], [6, 7, 8, 9, 10]], [[301, 402, 503], [806, 907, 1008]]
    check_image(submission, image, [[1, 0, 100]], expected, "The output has height - kernel_height + 1 rows.")


@pytest.mark.task(1)
def test_each_input_channel_has_its_own_weights(submission):
    """Weights each input channel on its own and adds them up."""
    image = np.array([[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]])
    kernel = np.array([[1.0, 0.0], [10.0, -1.0], [100.0, 0.5]]).reshape(1, 1, 3, 2)
    outputs = submission.conv2d(image, kernel, np.zeros(2))
    assert_close(outputs, [[[[321.0, -0.5], [654.0, -2.0]]]], next_step=CHANNELS)


@pytest.mark.task(1)
def test_adds_the_bias_once(submission):
    """Adds the bias of each output channel, once."""
    outputs = submission.conv2d(np.ones((2, 4, 3, 2)), np.zeros((2, 2, 2, 3)), np.array([0.5, -1.0, 2.0]))
    expected = np.broadcast_to([0.5, -1.0, 2.0], (2, 3, 2, 3))
    assert_close(outputs, expected, next_step="The kernel is 0 here, so only the bias is left: it joins the sum once.")


@pytest.mark.task(1)
def test_valid_convolution(submission, rng):
    """Agrees with the definition for images and kernels of several shapes."""
    for image, kernel in [((1, 5, 5, 1), (3, 3, 1)), ((2, 7, 6, 3), (2, 3, 4)), ((3, 4, 9, 2), (4, 1, 5))]:
        layer = random_layer(rng, image, kernel)
        assert_close(submission.conv2d(*layer), conv_by_definition(*layer), next_step=CHANNELS)


@pytest.mark.task(2)
def test_stride_moves_the_kernel(submission):
    """Moves the kernel by `stride` pixels, down and across, and leaves out no pixel within a window."""
    image, step = np.arange(1, 17).reshape(4, 4), "Output (i, j) looks at the window that begins at (2i, 2j)."
    check_image(submission, image, [[1, 100], [0, 0]], [[201, 403], [1009, 1211]], step, 2)


@pytest.mark.task(2)
def test_stride_leaves_out_windows_over_the_edge(submission):
    """Gives no output where the window would reach over the edge."""
    step = "There are floor((n - k) / s) + 1 outputs along an axis."
    for stride, expected in [(2, [[3, 7, 11]]), (3, [[3, 9]]), (4, [[3, 11]]), (7, [[3]])]:
        check_image(submission, [[1, 2, 3, 4, 5, 6, 7]], [[1, 1]], expected, step, stride)


@pytest.mark.task(2)
def test_strided_convolution(submission, rng):
    """Agrees with the definition for strides of 2 and 3."""
    for image, kernel, stride in [
        ((2, 9, 8, 3), (3, 2, 4), 2),
        ((1, 7, 10, 2), (1, 5, 3), 2),
        ((2, 9, 8, 3), (2, 3, 1), 3),
    ]:
        layer = random_layer(rng, image, kernel)
        outputs, expected = submission.conv2d(*layer, stride=stride), conv_by_definition(*layer, stride)
        assert_close(outputs, expected, next_step="Where does the window of output (i, j) begin?")


@pytest.mark.task(3)
def test_same_padding_surrounds_the_image_with_zeros(submission):
    """Keeps the size of the image with a border of zeros on all sides."""
    expected, step = [[4, 6, 6, 4], [6, 9, 9, 6], [4, 6, 6, 4]], "Here each side gets one row or column of zeros."
    check_image(submission, np.ones((3, 4)), np.ones((3, 3)), expected, step, 1, "same")


@pytest.mark.task(3)
def test_odd_padding_goes_to_the_bottom_and_the_right(submission):
    """Puts the odd row at the bottom and the odd column on the right."""
    step = "A kernel of 2 needs one row and one column: they go to the bottom and the right."
    expected = [[37, 47, 21], [14, 17, 6]]
    check_image(submission, [[1, 2, 3], [4, 5, 6]], [[1, 2], [3, 4]], expected, step, 1, "same")


@pytest.mark.task(3)
def test_same_padding_depends_on_the_stride(submission):
    """Pads as much as ceil(n / s) outputs need, for rows of n pixels and a stride of s."""
    for pixels, stride, expected in [
        (6, 2, [321, 543, 65]),
        (5, 2, [210, 432, 54]),
        (7, 3, [210, 543, 76]),
        (6, 3, [321, 654]),
        (8, 3, [321, 654, 87]),
        (5, 4, [210, 54]),
    ]:
        check_image(submission, [np.arange(1, pixels + 1)], [[1, 10, 100]], [expected], PADDING, stride, "same")


@pytest.mark.task(3)
def test_same_padding_is_never_negative(submission):
    """Neither pads nor crops where the kernel is smaller than the stride."""
    image, step = [[1, 2, 3, 4, 5, 6], [7, 8, 9, 10, 11, 12]], "Where the formula gives less than 0, the padding is 0."
    check_image(submission, image, [[1]], [[1, 4]], step, 3, "same")


@pytest.mark.task(3)
def test_same_padding_takes_a_kernel_larger_than_the_image(submission):
    """Takes a kernel that is larger than the image."""
    check_image(submission, [[1, 2]], [[1, 10, 100, 1000, 10000]], [[2100, 210]], PADDING, 1, "same")


@pytest.mark.task(3)
def test_same_convolution(submission, rng):
    """Agrees with the definition for same padding, strides from 1 to 3 and shapes that are not square."""
    for image, kernel, stride in [
        ((2, 8, 7, 3), (3, 3, 4), 1),
        ((1, 9, 10, 2), (4, 2, 3), 2),
        ((3, 6, 5, 1), (1, 5, 2), 3),
        ((2, 3, 11, 2), (3, 4, 1), 2),
    ]:
        layer = random_layer(rng, image, kernel)
        outputs = submission.conv2d(*layer, stride=stride, padding="same")
        assert_close(outputs, conv_by_definition(*layer, stride, "same"), next_step=PADDING)


@pytest.mark.task(4)
def test_is_fast(submission, speed, rng):
    """Takes at most 10 times as long as a solution in NumPy."""

    def make_inputs():
        layer = random_layer(rng, (1, 192, 192, 1), (3, 3, 2))
        return tuple(array.astype("float32") for array in layer)

    speed("conv2d", make_inputs, lambda returned, expected: assert_close(returned, expected, rtol=1e-3, atol=1e-4))
