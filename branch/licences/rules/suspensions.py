"""Who suspended something, computed from its steps: each source's last word stands until that source takes it back.

The branch is one source (`BRANCH`), each decided case another, by its number. Something is suspended as long as one of
them stands; nobody ends another's suspension.
"""

from collections.abc import Iterable

BRANCH = "branch"
# Steps that begin anew: what was suspended before them says nothing any more.
_ANEW = frozenset({"apply", "propose", "withdraw", "end", "refuse"})


def standing_sources(steps: Iterable[tuple[str, str]]) -> list[str]:
    """The sources whose suspension stands after these (step, source), the oldest first."""
    standing: dict[str, None] = {}
    for step, source in steps:
        if step in _ANEW:
            standing.clear()
        elif step == "suspend":
            standing.setdefault(source)
        elif step == "reinstate":
            standing.pop(source, None)
    return list(standing)
