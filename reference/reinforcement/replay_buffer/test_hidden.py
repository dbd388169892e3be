"""What `replay_buffer` must do."""

import numpy as np
import pytest

from grader.testing import assert_close
from grader.testing import assert_equal
from grader.testing import assert_seeded
from grader.testing import assert_shape
from grader.testing import assert_uniform
from grader.testing import check
from grader.testing import unpack

FIELDS = ("s_tm1", "a_tm1", "r_t", "s_t", "terminated_t")
RING = "Write down which slot each transition goes to, until the buffer has been filled twice."
ROWS = "Print one stored transition beside the one that was added: each field comes from the same step, unchanged."
DRAW = "Draw a slot for each row, from all slots that hold a transition and from no others."
DRAWS = 450


class Experience:
    """The steps that an agent has made: each has an action of its own, by which it is known again."""

    def __init__(self, rng, steps, shape=(2,), dtype="float32"):
        states = rng.integers(256, size=(2, steps, *shape)).astype(dtype)
        # No action is 0, which a slot may hold that nothing was written to.
        self.fields = {
            "s_tm1": states[0],
            "a_tm1": 1 + rng.permutation(1000)[:steps],
            "r_t": rng.normal(size=steps),
            "s_t": states[1],
            "terminated_t": rng.random(steps) < 0.5,
        }

    def add(self, buffer, first, last):
        """Adds the steps from `first` up to `last`, which is not included, to a buffer."""
        for step in range(first, last):
            s_tm1, a_tm1, r_t, s_t, terminated_t = (self.fields[name][step] for name in FIELDS)
            states = [state if state.ndim else state.item() for state in (s_tm1, s_t)]
            buffer.add(states[0], int(a_tm1), float(r_t), states[1], bool(terminated_t))

    def find(self, returned, rows):
        """Checks that each of so many rows is one of the steps in all its fields; returns which steps they are."""
        arrays = dict(zip(FIELDS, unpack(returned, *FIELDS), strict=True))
        for name, steps in self.fields.items():
            arrays[name] = assert_shape(arrays[name], (rows, *steps.shape[1:]), name=name)
        actions = self.fields["a_tm1"].tolist()
        known = bool(np.isin(arrays["a_tm1"], actions).all())
        check(
            known, "There are actions that were never added.", returned=arrays["a_tm1"], next_step=RING, tag="unknown"
        )
        steps = [actions.index(action) for action in arrays["a_tm1"].tolist()]
        assert_equal(arrays["a_tm1"], self.fields["a_tm1"][steps], kind="integer", name="a_tm1")
        for name in ("s_tm1", "r_t", "s_t", "terminated_t"):
            tag = f"{name} is from elsewhere"
            assert_close(arrays[name], self.fields[name][steps], name=name, next_step=ROWS, tag=tag)
        check_kinds(arrays, self.fields["s_tm1"].dtype)
        return steps


def check_kinds(arrays, dtype):
    """Checks the dtypes of all fields but the actions."""
    step = "Allocate each array with its own dtype: the docstring of `stored` has them."
    for name, wanted in (("s_tm1", dtype), ("s_t", dtype), ("r_t", np.floating), ("terminated_t", np.bool_)):
        is_right, problem = np.issubdtype(arrays[name].dtype, wanted), f"`{name}` has the dtype {arrays[name].dtype}."
        check(is_right, problem, next_step=step, tag=f"dtype of {name}")


def check_stored(buffer, experience, wanted):
    """Checks that the buffer holds the steps `wanted`, each once, and says how many."""
    assert_equal(buffer.size, len(wanted), kind="integer", name="the size", next_step=RING)
    steps = sorted(experience.find(buffer.stored(), len(wanted)))
    check(
        steps == list(wanted),
        "These are not the newest steps. Steps are counted from 0.",
        returned=steps,
        expected=list(wanted),
        next_step=RING,
    )


@pytest.mark.task(1)
def test_before_it_is_full(submission, rng):
    """Counts and keeps all transitions as long as there is room."""
    buffer, experience = submission.ReplayBuffer(6, (2,), "float32"), Experience(rng, 6)
    assert_equal(buffer.size, 0, kind="integer", name="the size", next_step="Nothing is stored at the start.")
    for step in range(6):
        experience.add(buffer, step, step + 1)
        check_stored(buffer, experience, range(step + 1))


@pytest.mark.task(1)
@pytest.mark.parametrize("capacity", [1, 2, 7])
def test_keeps_the_newest(submission, rng, capacity):
    """Keeps the newest transitions of three rounds and more, where `capacity` fit."""
    buffer, experience = submission.ReplayBuffer(capacity, (2,), "float32"), Experience(rng, 3 * capacity + 2)
    for step in range(3 * capacity + 2):
        experience.add(buffer, step, step + 1)
        if step >= capacity - 1:
            check_stored(buffer, experience, range(step + 1 - capacity, step + 1))


@pytest.mark.task(1)
@pytest.mark.parametrize(("shape", "dtype"), [((), "int64"), ((3,), "float64"), ((2, 3, 4), "uint8")])
def test_states_of_any_kind(submission, rng, shape, dtype):
    """Keeps states of shape `shape` and dtype `dtype` as they are."""
    buffer, experience = submission.ReplayBuffer(4, shape, dtype), Experience(rng, 6, shape, dtype)
    experience.add(buffer, 0, 6)
    check_stored(buffer, experience, range(2, 6))


@pytest.mark.task(1)
def test_copies_the_states(submission, rng, shared):
    """Keeps states as they were when they were added, although the environment reuses its arrays."""
    buffer, experience = submission.ReplayBuffer(4, (2,), "float32"), Experience(rng, 4)
    fields = experience.fields
    before, after = shared(fields["s_tm1"][0]), shared(fields["s_t"][0])
    for step in range(4):
        before[:], after[:] = fields["s_tm1"][step], fields["s_t"][step]
        buffer.add(
            before, int(fields["a_tm1"][step]), float(fields["r_t"][step]), after, bool(fields["terminated_t"][step])
        )
    before[:], after[:] = -1.0, -1.0
    check_stored(buffer, experience, range(4))


@pytest.mark.task(1)
def test_two_buffers(submission, rng):
    """Keeps two buffers apart."""
    first, second = (submission.ReplayBuffer(3, (2,), "float32") for _ in range(2))
    experience = Experience(rng, 5)
    experience.add(first, 0, 2)
    experience.add(second, 2, 5)
    check_stored(first, experience, range(2))
    check_stored(second, experience, range(2, 5))


@pytest.mark.task(2)
@pytest.mark.parametrize("batch_size", [1, 3, 40])
def test_batch(submission, support, rng, seed, batch_size):
    """Returns `batch_size` rows, however few are stored, each of them one step in all its fields."""
    buffer, experience = submission.ReplayBuffer(5, (2, 3), "uint8"), Experience(rng, 8, (2, 3), "uint8")
    for first, last in ((0, 2), (2, 5), (5, 8)):
        experience.add(buffer, first, last)
        steps = experience.find(buffer.sample(batch_size, support.make_generator(seed)), batch_size)
        check(min(steps) >= last - 5, "A step was drawn that is overwritten.", returned=steps, next_step=RING)


@pytest.mark.task(2)
@pytest.mark.parametrize("added", [1, 4, 9, 14, 18])
def test_each_is_equally_likely(submission, support, rng, seed, added):
    """Draws all stored transitions equally often after `added` were added, where 9 fit."""
    buffer, experience = submission.ReplayBuffer(9, (), "float32"), Experience(rng, added, ())
    experience.add(buffer, 0, added)
    steps = np.array(experience.find(buffer.sample(DRAWS, support.make_generator(seed)), DRAWS))
    counts = np.bincount(steps, minlength=added)[max(0, added - 9) :]
    check(counts.sum() == DRAWS, "Steps were drawn that are overwritten.", returned=steps, next_step=RING)
    if added > 1:
        assert_uniform(counts, next_step=DRAW, tag=f"drawn at all: {(counts > 0).tolist()}")


@pytest.mark.task(2)
def test_rows_are_independent(submission, support, rng, seed):
    """Draws each row whatever the row before it is."""
    buffer, experience = submission.ReplayBuffer(4, (), "float32"), Experience(rng, 4, ())
    experience.add(buffer, 0, 4)
    steps = np.array(experience.find(buffer.sample(2 * DRAWS, support.make_generator(seed)), 2 * DRAWS))
    pairs = np.bincount(4 * steps[::2] + steps[1::2], minlength=16)
    step = "Draw a slot for each row: neither a block of neighbours nor slots in order."
    assert_uniform(pairs, next_step=step, tag=f"pairs at all: {(pairs > 0).tolist()}")


@pytest.mark.task(2)
def test_draws_with_replacement(submission, support, rng, seed):
    """Draws the same transition twice in a batch now and then, although another is stored."""
    buffer, experience = submission.ReplayBuffer(2, (), "float32"), Experience(rng, 2, ())
    experience.add(buffer, 0, 2)
    generator = support.make_generator(seed)
    batches = [tuple(experience.find(buffer.sample(2, generator), 2)) for _ in range(40)]
    # Right code fails each of these checks once in 2 ** 40 times or so.
    step = "Each row is drawn from all that are stored, whatever was drawn before."
    repeats = any(first == second for first, second in batches)
    check(repeats, "In 40 batches of 2 no transition came twice.", returned=batches, next_step=step, tag="never twice")
    varies = len(set(batches)) > 1
    step = "Draw anew in each call, by the generator that is passed."
    check(varies, "40 batches drawn by one generator are all alike.", returned=batches[0], next_step=step, tag="alike")


@pytest.mark.task(2)
def test_draws_with_the_generator(submission, support, rng, seed):
    """Draws by the generator: the same seed gives the same batch, a different seed a different one."""
    buffer, experience = submission.ReplayBuffer(8, (), "float32"), Experience(rng, 8, ())
    experience.add(buffer, 0, 8)

    def draw(number):
        return experience.find(buffer.sample(50, support.make_generator(number)), 50)

    assert_seeded(draw, seed, next_step="Take every random number from `generator`, and from nowhere else.")
