"""Words of payee accounts in the language of the page."""

from __future__ import annotations

from flask_babel import gettext as _

from shop.payees.rules import Standing


def standing_name(standing: Standing) -> str:
    """What an account is."""
    return {
        Standing.PROPOSED: _("Waits for a second person"),
        Standing.COMING: _("Confirmed, not yet in force"),
        Standing.IN_FORCE: _("Counts now"),
        Standing.REPLACED: _("Replaced"),
        Standing.WITHDRAWN: _("Withdrawn"),
        Standing.ENDED: _("Ended"),
    }[standing]


def no_account() -> str:
    """Why a bank transfer is not offered."""
    return _(
        "A bank transfer is not possible: the branch of these growers has no account in force. Please pay in another way."
    )


TONES = {
    Standing.PROPOSED: "wait",
    Standing.COMING: "wait",
    Standing.IN_FORCE: "ok",
    Standing.REPLACED: "plain",
    Standing.WITHDRAWN: "warn",
    Standing.ENDED: "bad",
}
