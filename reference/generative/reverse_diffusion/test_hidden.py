"""What `reverse_diffusion` must do.

It brings two kinds of data and the best denoiser for each: hence more than 200 lines.
"""

import numpy as np
import pytest

from grader.testing import Recorder
from grader.testing import assert_arrays
from grader.testing import assert_close
from grader.testing import assert_finite
from grader.testing import assert_shape
from grader.testing import check

SOLVE = "Solve x_t = sqrt(α) x_0 + sqrt(1 - α) ε for x_0: take all of the noise away, and divide all of the rest."
LAST = "After the step with t = 1 the ratio is α_0 = 1: return x_0, the image after it, clean and complete."
AGAIN = "Make x̂_0 noisy again with α_{t-1}, the ratio of the next image, and with the very noise that was predicted."
ORDER = "Count t down from T to 1: the start is the noisiest image, and its ratio is the last entry of `ratios`."
ONCE = "Ask the denoiser once for each t from T to 1, keep what it says, and use it twice."
TELL = "Tell the denoiser α_t, the ratio of the image that it gets, once for each image of the batch."
CHANCE = "Nothing is random after the start: make x̂_0 noisy again with the predicted noise, not with new noise."
SPREAD = "Images come out too much alike if new noise takes the place of the predicted, or if the walk ends too early."
KEEP = "Calculate with new arrays: `*=` and the like change the caller's arrays."
SIGMA = (
    "Both fractions under the roots are between 0 and 1: the less noisy image is on top in one, and below in the other."
)
FRESH = "The predicted noise gets the root of 1 - α_{t-1} - σ_t², and z_t = fresh[t - 1] the factor σ_t."


class Gaussian:
    """Normally distributed data, the best denoiser for them, and where it leads: a step shrinks or stretches the distances."""

    def __init__(self, mean, deviation):
        self.mean, self.variance = mean, deviation**2

    def noise(self, noisy, ratios):
        """The expected noise."""
        ratios = np.reshape(ratios, (-1,) + (1,) * (np.ndim(noisy) - 1))
        distance = np.asarray(noisy, dtype=float) - ratios**0.5 * self.mean
        return (1 - ratios) ** 0.5 * distance / (ratios * self.variance + 1 - ratios)

    def end(self, start, ratios, eta=0.0, fresh=None):
        """Follows the distance to the mean."""
        distance = start - ratios[-1] ** 0.5 * self.mean
        for t in range(len(ratios) - 1, 0, -1):
            old, new = ratios[t], ratios[t - 1]
            added = eta**2 * (1 - new) * (new - old) / (new * (1 - old))
            factor = (new * old) ** 0.5 * self.variance + ((1 - new - added) * (1 - old)) ** 0.5
            distance = distance * factor / (old * self.variance + 1 - old)
            distance = distance + (added**0.5 * fresh[t - 1] if eta else 0.0)
        return self.mean + distance


def draw(rng, steps, *shape):
    """Data, ratios from 1 down to some 0.01, and a start."""
    exponents = np.cumsum([0.0, *rng.uniform(0.5, 1.5, size=steps)]) / (1.5 * steps)
    return Gaussian(float(rng.normal()), float(rng.uniform(0.2, 1.5))), 0.01**exponents, rng.normal(size=shape)


def walk(submission, predict_noise, start, ratios, *more):
    """The images, in the shape of the start."""
    images = submission.sample(predict_noise, start.astype("float32"), ratios, *more)
    return assert_shape(images, start.shape, name="the images", next_step="Every step keeps the shape of the images.")


@pytest.mark.task(1)
def test_image_by_hand(submission):
    """Finds the image behind a noisy one, by hand."""
    image = submission.predict_image(np.array([[8.0, 6.0, 10.0]]), 0.64, np.array([[0.0, 10.0, -5.0]]))
    assert_close(image, [[10.0, 0.0, 16.25]], next_step=SOLVE)


@pytest.mark.task(1)
@pytest.mark.parametrize("ratio", [1.0, 0.9, 0.3, 1e-5])
def test_image(submission, rng, ratio):
    """Finds the images behind noisy ones with a signal ratio of `ratio`."""
    for shape in [(3,), (2, 5), (2, 4, 4, 1)]:
        images, noise = 3 * rng.normal(size=shape), rng.normal(size=shape)
        noisy = np.cos(np.arccos(ratio**0.5)) * images + np.sin(np.arccos(ratio**0.5)) * noise
        assert_close(submission.predict_image(noisy, ratio, noise), images, rtol=1e-3, atol=1e-3, next_step=SOLVE)


@pytest.mark.task(2)
def test_one_step(submission):
    """Returns the image behind the start where there is one step."""
    denoiser = Recorder(lambda noisy, ratios: np.array([[5.0], [0.0]]), "predict_noise")
    images = walk(submission, denoiser, np.array([[7.0], [8.0]]), np.array([1.0, 0.64]))
    assert_close(images, [[5.0], [10.0]], next_step=LAST)


@pytest.mark.task(2)
def test_two_steps_by_hand(submission):
    """Makes the image noisy again between two steps, with the noise that was predicted."""
    said = [np.array([[10.0, 0.0]]), np.array([[0.0, 5.0]])]
    denoiser = Recorder(lambda noisy, ratios: said[min(len(denoiser.calls), 2) - 1], "predict_noise")
    images = walk(submission, denoiser, np.array([[14.0, 6.0]]), np.array([1.0, 0.64, 0.36]))
    # x̂_0 is (10, 10) at first. Then x_1 is (14, 8), and x̂_0 becomes (17.5, 6.25).
    assert_close(images, [[17.5, 6.25]], next_step=AGAIN)


@pytest.mark.task(2)
@pytest.mark.parametrize("steps", [1, 4])
def test_asks_the_denoiser(submission, rng, steps):
    """Asks the denoiser once in each of `steps` steps, and tells it the ratio of the image that it gets."""
    data, ratios, start = draw(rng, steps, 3, 2)
    denoiser = Recorder(data.noise, "predict_noise")
    walk(submission, denoiser, start, ratios)
    check(len(denoiser.calls) == steps, f"In {steps} steps it was asked {len(denoiser.calls)} times.", next_step=ONCE)
    told = [assert_shape(told, (3,), name="the ratios for the denoiser", next_step=TELL) for _, told in denoiser.calls]
    is_rising = steps > 1 and np.allclose(told, np.tile(ratios[1:, None], 3), atol=1e-4)
    step = ORDER if is_rising else TELL
    assert_close(told, np.tile(ratios[:0:-1, None], 3), name="the ratios for the denoiser", next_step=step)
    assert_close(denoiser.calls[0][0], start, name="the first images for the denoiser", next_step=ORDER)


@pytest.mark.task(2)
@pytest.mark.parametrize("steps", [1, 2, 3, 20])
def test_follows_normal_data(submission, rng, steps):
    """Ends where the best denoiser for normally distributed images leads in `steps` steps."""
    for shape in [(5,), (3, 2), (2, 4, 4, 1)]:
        data, ratios, start = draw(rng, steps, *shape)
        images = walk(submission, data.noise, start, ratios)
        assert_close(images, data.end(start, ratios), rtol=1e-3, atol=1e-3, next_step=AGAIN)


@pytest.mark.task(2)
def test_almost_no_signal(submission, rng):
    """Starts from as little signal as 0.001 %, and does not clip what is large."""
    data, ratios, start = Gaussian(20.0, 8.0), np.array([1.0, 0.7, 0.1, 1e-3, 1e-5]), rng.normal(size=(4, 3))
    images = walk(submission, data.noise, start, ratios)
    assert_close(images, data.end(start, ratios), rtol=1e-3, next_step="Clip nothing, neither x̂_0 nor the last image.")


@pytest.mark.task(2)
def test_start_decides(submission, rng):
    """Makes the same image twice from the same start."""
    data, ratios, start = draw(rng, 3, 1, 6)
    first, second = assert_finite(walk(submission, data.noise, np.tile(start, (2, 1)), ratios))
    is_same = np.allclose(first, second, atol=1e-5)
    check(is_same, "Two equal starts became different images.", next_step=CHANCE, tag="chance")


@pytest.mark.task(2)
def test_spread_stays(submission, rng):
    """Generates images that differ from each other as much as the data do."""
    variances, data, start = np.linspace(2e-3, 0.3, 60), Gaussian(2.0, 0.5), rng.normal(size=(800, 1))
    ratios = np.concatenate([[1.0], np.cumprod(1 - variances)])
    share = assert_finite(walk(submission, data.noise, start, ratios)).var() / data.variance
    # The variance of 800 normal numbers varies by 5 %; with 60 steps 0.91 of it comes out.
    problem = f"The generated images have {share:.2f} times the variance of the data."
    check(0.7 < share < 1.3, problem, next_step=SPREAD, tag="half" if 0.3 < share < 0.7 else None)


@pytest.mark.task(2)
def test_two_clusters(submission, rng, pictures):
    """Leads points of the plane to two clusters."""
    centers, ratios = np.array([[-1.5, -0.5], [1.5, 0.5]]), np.cos(np.linspace(0, 0.49 * np.pi, 31)) ** 2

    def densities(points, ratio):
        squares = ((points[:, None] - ratio**0.5 * centers) ** 2).sum(axis=-1)
        return np.exp(-squares / (2 * (1 - 0.96 * ratio))) + 1e-9

    def best_noise(noisy, ratios):
        ratio, noisy = float(ratios[0]), np.asarray(noisy, dtype=float)
        weights = densities(noisy, ratio)
        means = weights @ centers / weights.sum(axis=1, keepdims=True)
        return (1 - ratio) ** 0.5 * (noisy - ratio**0.5 * means) / (1 - 0.96 * ratio)

    denoiser, start = Recorder(best_noise, "predict_noise"), np.linspace(0, 2 * np.pi, 9)[:8] + rng.uniform(0, 0.7)
    start = 1.2 * np.stack([np.cos(start), np.sin(start)], axis=1)
    images = walk(submission, denoiser, start, ratios)
    stations = [np.asarray(noisy) for noisy, _ in denoiser.calls] + [images]
    paths = {f"start {k}": [points[k - 1] for points in stations] for k in range(1, 9)}
    pictures.paths("from_noise_to_data", lambda points: -np.log(densities(points, 1.0).sum(axis=1)), paths)
    scaled = start / ratios[-1] ** 0.5
    for old, new in zip(ratios[:0:-1], ratios[-2::-1], strict=True):
        scaled = scaled + ((1 / new - 1) ** 0.5 - (1 / old - 1) ** 0.5) * best_noise(scaled * old**0.5, [old])
    assert_close(images, scaled, rtol=1e-3, atol=1e-2, next_step=AGAIN)


@pytest.mark.task(2)
def test_arguments_stay(submission, shared, rng):
    """Leaves the noisy images, the noise and the start as they were."""
    arguments = [rng.normal(size=shape) for shape in [(3, 4), (3, 4), (2, 5), (4, 2, 5)]]
    names = ["the noisy images", "the noise", "the start", "the fresh noise"]
    noisy, noise, start, fresh = passed = [shared(argument) for argument in arguments]
    submission.predict_image(noisy, 0.5, noise)
    submission.sample(lambda images, ratios: 0.5 * images, start, np.linspace(1.0, 0.1, 5), 0.5, fresh)
    assert_arrays(passed, arguments, names=names, next_step=KEEP)


@pytest.mark.task(3)
@pytest.mark.parametrize("eta", [1.0, 0.5, 0.0])
def test_deviation(submission, rng, eta):
    """Computes how much fresh noise is added with an η of `eta`."""
    pairs = [(0.36, 0.64), (0.5, 0.8), (1e-5, 0.2), *np.sort(rng.uniform(0.05, 0.95, size=(3, 2)), axis=1).tolist()]
    for old, new in pairs:
        # What x_0 and x_t say of x_{t-1} are two normal densities; the precision of their product is the sum of theirs.
        expected = eta / (1 / (1 - new) + (old / new) / (1 - old / new)) ** 0.5
        assert_close(submission.fresh_deviation(old, new, eta), expected, next_step=SIGMA)


@pytest.mark.task(3)
def test_last_step_adds_nothing(submission):
    """Adds no fresh noise in the last step."""
    assert_close(submission.fresh_deviation(0.9, 1.0, 1.0), 0.0, next_step="With α_{t-1} = 1 the first fraction is 0.")


@pytest.mark.task(3)
@pytest.mark.parametrize("eta", [0.3, 1.0])
def test_follows_fresh_noise(submission, rng, eta):
    """Ends where the denoiser and the fresh noise lead with an η of `eta`."""
    for steps, shape in [(1, (3, 2)), (2, (4,)), (5, (3, 2)), (30, (2, 3, 3, 1))]:
        (data, ratios, start), fresh = draw(rng, steps, *shape), rng.normal(size=(steps, *shape))
        images = walk(submission, data.noise, start, ratios, eta, fresh.astype("float32"))
        assert_close(images, data.end(start, ratios, eta, fresh), rtol=1e-3, atol=1e-3, next_step=FRESH)


@pytest.mark.task(3)
def test_no_fresh_noise(submission, rng):
    """Does without fresh noise where η is 0, whether or not there is any."""
    data, ratios, start = draw(rng, 4, 3, 2)
    for more in [(0.0,), (0.0, None), (0.0, rng.normal(size=(4, 3, 2)))]:
        step = "With η = 0, σ_t is 0 in every step, and `fresh` is not needed."
        assert_close(
            walk(submission, data.noise, start, ratios, *more), data.end(start, ratios), rtol=1e-3, next_step=step
        )
