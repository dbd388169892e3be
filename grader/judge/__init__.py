"""Trusted: hidden tests, clocks, seeds and verdicts."""
