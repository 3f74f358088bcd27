"""A grower writes down what a season cost him."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from flask import Blueprint, flash, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from branch.growers.queries.directory import require_grower
from branch.ledger.forms import CostForm
from branch.ledger.queries import costs as ledger_costs
from branch.ledger.rules.costs import Purpose, has_a_sheet, is_full, parts_of_year
from branch.ledger.rules.periods import Period, parse_period
from branch.ledger.service import costs
from branch.ledger.wording import season_name
from core.clock import local_day, now
from core.errors import NotFound
from core.form_keys.views import creates, creating
from core.gate import actor_id, requires
from core.scopes import Scope
from core.web.wording.formatting import month_words

blueprint = Blueprint("costs", __name__)

YEARS_SHOWN = 2


@blueprint.get("/seller/sales/costs")
@requires("ledger.own")
def index() -> str:
    """The seasons of this year and the last, and which of them are written down in full."""
    grower = require_grower(actor_id())
    sheets = ledger_costs.sheets_of([grower.id]).get(grower.id, {})
    rows = [
        (
            season,
            sheet_name(season),
            _standing(sheets.get(season.key, {})),
            sum(sheets.get(season.key, {}).values()),
        )
        for season in _seasons(local_day(now()))
    ]
    return render_template("branch/ledger/costs.html", rows=rows)


def _seasons(today: date) -> list[Period]:
    """January and the seasons that have begun, and the years, the newest first."""
    years = range(today.year, today.year - YEARS_SHOWN, -1)
    periods = [period for year in years for period in (*reversed(parts_of_year(year)), Period(year))]
    return [period for period in periods if period.start <= today]


def _standing(sheet: dict[str, int]) -> str:
    if not sheet:
        return "none"
    return "full" if is_full(sheet) else "part"


def sheet_name(season: Period) -> str:
    """What the sheet of a window is called."""
    if season.month is not None:
        return month_words(season.start)
    if season.season is None:
        return _("The whole year %(year)s", year=season.year)
    return season_name(season)


@blueprint.route("/seller/sales/costs/<key>", methods=["GET", "POST"])
@requires("ledger.own", scope=Scope.GROWER)
@creates()
def sheet(key: str) -> ResponseReturnValue:
    """One cost sheet with every version of its amounts."""
    grower = require_grower(actor_id())
    season = _season(key)
    entries = ledger_costs.entries_of(grower.id, season)
    standing = {entry.purpose: Decimal(entry.amount_minor) / 100 for entry in reversed(entries)}
    form = CostForm(data=standing)
    if form.validate_on_submit():
        with creating() as made:
            costs.record_costs(
                grower.id,
                season,
                form.amounts(),
                note=form.note.data or "",
                by_account_id=actor_id(),
                at=now(),
            )
            made.leads_to(url_for("costs.index"))
        flash(_("Written down and sealed."), "success")
        return made.answer()
    page = render_template(
        "branch/ledger/cost_sheet.html",
        form=form,
        name=sheet_name(season),
        purposes=tuple(Purpose),
        entries=entries,
    )
    return page, 422 if form.errors else 200


def _season(key: str) -> Period:
    try:
        season = parse_period(key)
    except ValueError:
        season = None
    if season is None or not has_a_sheet(season) or season.start > local_day(now()):
        raise NotFound(_("There is no such season."), code="season_unknown")
    return season
