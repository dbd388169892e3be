"""The numbers are squared.

Twice x is x + x, not x times x.
"""


def double(values):
    return values * values
