"""At the turn of the year: which plots' quota is gone, and whose plants have grown. Nothing here commits."""

from collections import Counter
from datetime import datetime

from sqlalchemy import select

from branch import api as branch
from core.accounts.models.account import Account
from core.accounts.service.notifying import notify_accounts
from core.clock import local_year
from core.database import session
from core.settings import current_settings
from core.sweeps import claimable
from traceability.plots.models.tables import Plot, PlotSurvey
from traceability.plots.states import STANDING, SurveyState

REMINDING = "traceability.plots.remind_of_growth"


def plots_without_survey(year: int) -> Counter[int]:
    """By unit, how many open plots were approved for the year before and have no survey of this one."""
    before, now_standing = (
        select(PlotSurvey.plot_id).where(
            PlotSurvey.year == year - 1, PlotSurvey.state == str(SurveyState.APPROVED)
        ),
        select(PlotSurvey.plot_id).where(PlotSurvey.year == year, PlotSurvey.state.in_(sorted(STANDING))),
    )
    rows = session.scalars(
        select(Plot.unit_id).where(Plot.state == "open", Plot.id.in_(before), Plot.id.not_in(now_standing))
    )
    return Counter(rows)


def people_to_remind(*, at: datetime) -> list[int]:
    """Accounts with a role anywhere, when a plot waits for this year's survey; for the sweep."""
    if not plots_without_survey(local_year(at)):
        return []
    people = {member.account_id for member in branch.members_of(branch.all_units())}
    active = select(Account.id).where(
        Account.id.in_(people), Account.active, claimable(REMINDING, Account.id, at=at)
    )
    return list(session.scalars(active.order_by(Account.id)))


def remind_of_growth(account_id: int, *, at: datetime) -> int:
    """Tell one person how many plots wait where this account surveys; how many messages were queued.

    The quota of a year ends with it; what grew on stands in the new survey by its stage, so growth into the
    next size class is proposed plot by plot and confirmed by whoever measures. Once a year and person.
    """
    year = local_year(at)
    here = {unit.id for unit in branch.units_where(account_id, "plots.survey")}
    plots = sum(count for unit_id, count in plots_without_survey(year).items() if unit_id in here)
    if not plots:
        return 0
    settings = current_settings()
    return notify_accounts(
        [account_id],
        "plots_to_survey",
        {
            "year": year,
            "plots": plots,
            "url": f"{settings.base_url}/branch/plots?state=missing",
            "growth_url": f"{settings.base_url}/branch/quota/growth"
            if branch.units_where(account_id, "quota.decide")
            else "",
        },
        key=f"growth:{year}",
        at=at,
    )
