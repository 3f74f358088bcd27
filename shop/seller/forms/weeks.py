"""Weeks of the year as a grower reads them."""

from __future__ import annotations

from datetime import date, timedelta

from flask_babel import gettext as _
from wtforms import SelectChoice

from core.web.wording.formatting import day_words
from shop.catalogue.rules.seasons import LAST_WEEK, monday

WEEKS_AHEAD = 52


def week_choices(today: date) -> list[SelectChoice]:
    """The weeks of a year, each with the day on which it begins the next time."""
    year = today.isocalendar().year
    choices = []
    for week in range(1, LAST_WEEK + 1):
        begins = monday(year, week)
        if begins < today - timedelta(days=7):
            begins = monday(year + 1, week)
        words = _("week %(week)s, from %(day)s", day=day_words(begins), week=week)
        choices.append(SelectChoice(str(week), words))
    return choices


def coming_weeks(today: date) -> list[SelectChoice]:
    """The weeks of the coming year, to be promised; the first choice is none."""
    begins = today - timedelta(days=today.weekday())
    choices = [SelectChoice("", _("no, it is ready"))]
    for _step in range(WEEKS_AHEAD):
        year, week, _day = begins.isocalendar()
        words = _("promised for the week of %(day)s", day=day_words(begins))
        choices.append(SelectChoice(f"{year}-W{week:02d}", words))
        begins += timedelta(days=7)
    return choices
