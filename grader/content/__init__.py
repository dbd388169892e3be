"""Katas on disk: what a pack holds, read and checked."""
