"""What the places of sale are called."""

from __future__ import annotations

from flask_babel import gettext as _

from branch.ledger.rules.periods import Period
from branch.platforms.wording import PLATFORM_NAMES


def channel_name(code: str) -> str:
    """The name of a channel in the active language; the code itself when it has none."""
    own_names = {"shop": _("Own shop"), "offline": _("Counter sale")}
    names = {str(platform): str(name) for platform, name in PLATFORM_NAMES.items()} | own_names
    return names.get(code, code)


def season_name(season: Period) -> str:
    """A season of the trade with its year and months: ``Spring 2026 (February to May)``."""
    return {
        1: _("Spring %(year)s (February to May)", year=season.year),
        2: _("Summer %(year)s (June to August)", year=season.year),
        3: _("Autumn %(year)s (September to December)", year=season.year),
    }[season.season or 0]
