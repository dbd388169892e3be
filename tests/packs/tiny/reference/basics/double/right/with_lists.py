"""Plain Python, entry by entry."""


def double(values):
    return [double(entry) for entry in values] if getattr(values, "shape", ()) else 2 * values
