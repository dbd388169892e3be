"""One learner's workspace, hints and reports."""
