"""How many examples a property is tried with."""

from hypothesis import settings


def examples(whole: int) -> int:
    """Of the number that a whole run draws, what the profile of this run leaves: a landing draws four of ten."""
    return max(5, whole * settings().max_examples // 100)
