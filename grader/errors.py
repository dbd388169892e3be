"""The grader's own exceptions, by who has to act on them.

GraderError
├── UsageError      whoever typed the command
├── PackError       the author of a kata or of a pack
└── EngineError     nobody: something of ours failed, and trying again is worth it
    ├── OverloadError
    └── NoAnswerError

TrustedCodeError    the author of a kata, unless the submission caused it
SubmissionError     the learner: the submission did something that no correct one does
├── SubmissionRaised
└── SubmissionStopped
"""

from __future__ import annotations


class GraderError(Exception):
    """A condition that the user sees as one message: what is wrong and what to do next."""


class UsageError(GraderError):
    """What was asked for does not exist or makes no sense."""


class PackError(GraderError):
    """A kata or a pack is not as it must be; names the file, what was expected and what was found."""


class EngineError(GraderError):
    """The machinery failed; the submission is not to blame."""


class OverloadError(EngineError):
    """The machine gave a worker too little time to decide anything; nothing is broken, so nothing has to be replaced."""


class NoAnswerError(EngineError):
    """A program of ours hangs or has ended, so that it has to be replaced."""


class TrustedCodeError(Exception):
    """The reference, or support code in its worker, raised: over a value of the submission, or by its own mistake."""


class SubmissionError(Exception):
    """The submission failed a test before anything could be compared."""

    next_step = "Read the message from its end: the last line says what went wrong."


class SubmissionRaised(SubmissionError):
    """The submission raised an exception."""

    def __init__(self, type_name: str, text: str, lines: list[int]) -> None:
        super().__init__(f"{type_name}: {text}" if text else type_name)
        self.type_name = type_name
        self.text = text
        self.lines = lines

    @property
    def is_not_started(self) -> bool:
        """Says whether this is what a stub raises."""
        return self.type_name == "NotImplementedError" and self.text.startswith("TODO")


class SubmissionStopped(SubmissionError):
    """The submission's process ended or had to be ended before it answered."""

    def __init__(
        self, reason: str, *, next_step: str, is_doubtful: bool = False, was_perhaps_killed: bool = False
    ) -> None:
        super().__init__(reason)
        self.next_step = next_step
        self.is_doubtful = is_doubtful or was_perhaps_killed
        """Whether the machine may be to blame, so that the reference has to show that it survives the same test."""
        self.was_perhaps_killed = was_perhaps_killed
        """Whether another process may have ended it, so that the submission itself gets a second try first."""


def was_perhaps_killed(error: BaseException) -> bool:
    """Says whether a worker, of the submission or of the reference, ended in a way that its code need not have caused."""
    stopped = error.__cause__ if isinstance(error, TrustedCodeError) else error
    return isinstance(stopped, SubmissionStopped) and stopped.was_perhaps_killed
