"""What pages say about licences: states, steps, scope."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from branch.licences.states import Standing, Step
from branch.platforms.rules.shop_pages import Platform
from branch.platforms.wording import PLATFORM_NAMES
from core.web.wording.languages import in_chinese

OWN_SHOP = "shop"
CHANNELS = (OWN_SHOP, *Platform)

STANDING_NAMES = {
    Standing.APPLIED: _l("Waiting for a decision"),
    Standing.NOT_STARTED: _l("Not begun yet"),
    Standing.VALID: _l("Valid"),
    Standing.SUSPENDED: _l("Suspended"),
    Standing.EXPIRED: _l("Expired"),
    Standing.WITHDRAWN: _l("Ended"),
}
STANDING_TONES = {
    Standing.APPLIED: "wait",
    Standing.NOT_STARTED: "wait",
    Standing.VALID: "ok",
    Standing.SUSPENDED: "bad",
    Standing.EXPIRED: "warn",
    Standing.WITHDRAWN: "bad",
}
STEP_NAMES = {
    Step.APPLY: _l("Applied for"),
    Step.GRANT: _l("Granted"),
    Step.REFUSE: _l("Refused"),
    Step.SUSPEND: _l("Suspended"),
    Step.REINSTATE: _l("Suspension ended"),
    Step.EXTEND: _l("Extended"),
    Step.EXPIRE: _l("Expired"),
    Step.WITHDRAW: _l("Ended"),
}
STEP_STATES = {Step.REFUSE: "bad", Step.SUSPEND: "bad", Step.EXPIRE: "bad", Step.WITHDRAW: "bad"}
KIND_NAMES = {"certification": _l("Certification mark"), "collective": _l("Collective mark")}


def channel_name(channel: str) -> str:
    """Where something is sold, in the language of the page."""
    return _("This shop") if channel == OWN_SHOP else str(PLATFORM_NAMES[Platform(channel)])


def list_words(values: Sequence[str], names: Mapping[str, str] | None = None) -> str:
    """Values by their names in one line; an empty list sets no limit."""
    if not values:
        return _("All")
    return _(", ").join((names or {}).get(value, value) for value in values)


def channel_words(channels: Sequence[str]) -> str:
    """The channels of a scope in one line."""
    return list_words(channels, {channel: channel_name(channel) for channel in channels})


class InVillage(Protocol):
    """Anything that knows a village by both its names."""

    @property
    def village_name_zh(self) -> str:
        """Its Chinese name."""

    @property
    def village_name_en(self) -> str:
        """Its English name."""


def village_name(place: InVillage) -> str:
    """The village in the language of the page."""
    return place.village_name_zh if in_chinese() else place.village_name_en
