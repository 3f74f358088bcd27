"""Loading the demonstration town, step by step; an edge with its own transactions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from itertools import islice

from branch import api as branch
from core.clock import local_day, local_year
from core.database import transaction
from core.errors import Conflict
from core.settings import Settings
from shop.demo.cli.orders import trade
from shop.demo.rules.plan import TownPlan, plan_town
from shop.demo.service import listings as stock
from shop.demo.service import members
from shop.demo.service.sales_channels import declare_channels
from shop.demo.service.sales_history import facts, targets
from shop.search.tasks import rebuilding
from traceability import api as traceability

CHUNK = 5_000
Say = Callable[[str], None]


def load(size: str, *, at: datetime, settings: Settings, say: Say) -> None:
    """Fill an empty system with the demonstration town.

    Raises:
        Conflict: there are units already, or the system is reachable from outside.
    """
    if not settings.is_this_machine:
        raise Conflict(
            "The demonstration is loaded only where PUBLIC_URL is this machine.", code="not_this_machine"
        )
    if branch.all_units():
        raise Conflict(
            "There is a town here already; the demonstration needs an empty database.", code="not_empty"
        )
    third_year = local_year(at) - 1
    plan = plan_town(size, third_year=third_year)
    say("drawing pictures")
    stock.draw_pictures()
    growers, staff = _people(plan, at=at, third_year=third_year, say=say)
    _stock(plan, growers, staff, at=at, say=say)
    _history(plan, growers, at=at, third_year=third_year, say=say)
    say("orders in every state")
    trade(plan, growers, staff, at=at, keep_codes_in=settings.var / "demo-codes.txt")
    say("cases of suspected fakes")
    with transaction():
        traceability.open_example_cases(
            growers[-1].id,
            secretary=staff["secretary"],
            committee=staff["committee"],
            technician=staff["technician"],
            at=at,
        )
    say("building the search index")
    rebuilding.rebuild(at=at)


def _people(
    plan: TownPlan, *, at: datetime, third_year: int, say: Say
) -> tuple[list[branch.GrowerView], dict[str, int]]:
    began = at.replace(year=third_year - 2, month=1, day=2)
    say(f"{len(plan.nurseries)} growers, their licences and shops")
    with transaction():
        traceability.ensure_reference_data()
        traceability.ensure_paper_rules(at=at)
        units = members.make_units()
        staff = members.make_staff(units, at=began)
        mark = members.make_mark(units, at=began)
        growers = members.make_growers(plan, units, at=began)
        members.license_growers(plan, growers, mark, at=at)
        members.open_storefronts(plan, growers, mark, at=at)
    return growers, staff


def _stock(
    plan: TownPlan, growers: list[branch.GrowerView], staff: dict[str, int], *, at: datetime, say: Say
) -> None:
    offers = stock.offers_of(plan, at)
    say(f"{len(offers)} listings with their lots")
    with transaction():
        plots = stock.make_plots(plan, growers, at=at)
        stock.approve_plots(plan, growers, plots, staff, at=at)
    for start in range(0, len(offers), 100):
        with transaction():
            for place, (i, group, cultivar, stage) in enumerate(offers[start : start + 100], start):
                stock.make_listing(
                    plan.nurseries[i],
                    growers[i],
                    (group, cultivar, stage),
                    plot_id=plots[growers[i].id],
                    at=at - timedelta(minutes=len(offers) - place),
                )
    with transaction():
        stock.transform_some(growers, at=at)


def _history(
    plan: TownPlan, growers: list[branch.GrowerView], *, at: datetime, third_year: int, say: Say
) -> None:
    ids = [grower.id for grower in growers]
    for year in targets(third_year):
        made = facts(plan, year, ids, until=local_day(at))
        count = 0
        for chunk in _chunks(made):
            with transaction():
                count += branch.append_facts(chunk, at=at).appended
        say(f"{count} sale facts of {year.year}")
    with transaction():
        branch.rebuild_rollups()
    say("what the records cover")
    with transaction():
        declare_channels(plan, growers, since=date(third_year - 2, 1, 1), at=at)


def _chunks(made: Iterator[branch.SaleFact]) -> Iterator[list[branch.SaleFact]]:
    while chunk := list(islice(made, CHUNK)):
        yield chunk
