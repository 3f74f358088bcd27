"""What a suspension, or taking one back, leaves of the other sources."""

from collections.abc import Sequence

from flask_babel import gettext as _

from core.errors import Conflict
from core.transitions import decided_meanwhile


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
        raise decided_meanwhile()
    return [other for other in sources if other != source]
