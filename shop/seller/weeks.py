"""Weeks of the year as a grower reads them."""

from __future__ import annotations

from datetime import date, timedelta

from flask_babel import gettext as _

from core.web.formatting import day_words
from shop.catalogue.seasons import LAST_WEEK, monday

WEEKS_AHEAD = 52


def week_choices(today: date) -> list[tuple[int, str]]:
    """The weeks of a year, each with the day on which it begins the next time."""
    year = today.isocalendar().year
    choices = []
    for week in range(1, LAST_WEEK + 1):
        begins = monday(year, week)
        if begins < today - timedelta(days=7):
            begins = monday(year + 1, week)
        choices.append((week, _("from %(day)s (week %(week)s)", day=day_words(begins), week=week)))
    return choices


def coming_weeks(today: date) -> list[tuple[str, str]]:
    """The weeks of the coming year, to be promised; the first choice is none."""
    begins = today - timedelta(days=today.weekday())
    choices = [("", _("no, it is ready"))]
    for _step in range(WEEKS_AHEAD):
        year, week, _day = begins.isocalendar()
        choices.append((f"{year}-W{week:02d}", _("promised for the week of %(day)s", day=day_words(begins))))
        begins += timedelta(days=7)
    return choices
