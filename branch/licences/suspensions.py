"""Who suspended something, computed from its steps: each source's last word stands until that source takes it back.

The branch is one source (`BRANCH`), each decided case another, by its number. Something is suspended as long as one of
them stands; nobody ends another's suspension.
"""

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _

from core.errors import Conflict

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


def other_sources(sources: Sequence[str], source: str, *, suspending: bool) -> list[str]:
    """The other sources that suspend, once `source` suspends or takes back.

    Raises:
        Conflict: `source` suspends already, or has nothing to take back (`held_by_case` when a case suspends it).
    """
    if suspending == (source in sources):
        if not suspending and sources:
            raise Conflict(
                _(
                    "A decided case suspends it: %(case)s. Reopen the case; its new verdict ends this.",
                    case=sources[0],
                ),
                code="held_by_case",
            )
        raise Conflict(
            _("This has been decided meanwhile; the page shows the present state."), code="decided"
        )
    return [one for one in sources if one != source]
