"""Words of payee accounts in the language of the page."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from shop.payees.rules import Standing

# Of each standing the tone of its pill, and what the pill says.
PILLS: dict[Standing, tuple[str, Any]] = {
    Standing.PROPOSED: ("wait", _l("Waits for a second person")),
    Standing.COMING: ("wait", _l("Confirmed, not yet in force")),
    Standing.IN_FORCE: ("ok", _l("Counts now")),
    Standing.REPLACED: ("plain", _l("Replaced")),
    Standing.WITHDRAWN: ("warn", _l("Withdrawn")),
    Standing.ENDED: ("bad", _l("Ended")),
}
TONES = {standing: tone for standing, (tone, _words) in PILLS.items()}


def standing_name(standing: Standing) -> str:
    """What an account is."""
    return str(PILLS[standing][1])


def no_account() -> str:
    """Why a bank transfer is not offered."""
    return _(
        "A bank transfer is not possible: the branch of these growers has no account in force. Please pay in another way."
    )
