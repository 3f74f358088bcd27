"""Marks, licences and storefronts for tests."""

import itertools
from datetime import date, datetime, timedelta

from branch.api import (
    CultivarGroup,
    GrowerView,
    LicenceView,
    MarkFacts,
    MarkView,
    Scope,
    StorefrontView,
    enter_mark,
    get_mark,
    get_storefront,
)
from branch.licences.queries.validity import get_licence
from branch.licences.service import decisions as service
from branch.storefronts.service import decisions as storefronts
from branch.storefronts.states import StorefrontStep
from core.clock import local_day, now
from core.errors import NotFound
from tests.factories.organisation import make_grower, make_tree

_numbers = itertools.count(1)

GROUPS = (
    CultivarGroup("jingui", "金桂", "Jingui"),
    CultivarGroup("yingui", "银桂", "Yingui"),
    CultivarGroup("dangui", "丹桂", "Dangui"),
    CultivarGroup("sijigui", "四季桂", "Sijigui"),
)


def make_mark(
    *, code: str = "XNGH", unit: str = "guihua-osmanthus", at: datetime | None = None, **facts
) -> MarkView:
    """A certification mark with four cultivar groups; making it twice changes nothing."""
    try:
        return get_mark(code)
    except NotFound:
        pass
    given = {
        "code": code,
        "name": "桂花证明商标（演示）",
        "name_en": "Osmanthus certification mark (demonstration)",
        "kind": "certification",
        "registrant": "演示桂花协会",
        "registration_number": "DEMO-0001",
        "classes": "31",
        "cultivar_groups": GROUPS,
    }
    return enter_mark(
        MarkFacts(**(given | facts)),
        rules_text="第一条 只用于本地苗木。",
        unit_id=make_tree()[unit].id,
        by_account_id=None,
        at=at or now(),
    )


def make_licence(
    grower: GrowerView | int | None = None,
    *,
    mark: MarkView | None = None,
    state: str = "valid",
    scope: Scope | None = None,
    valid_from: date | None = None,
    valid_until: date | None = None,
    at: datetime | None = None,
) -> LicenceView:
    """A licence in `state`, running from 30 days before `at` to 335 days after it; makes grower and mark when needed."""
    moment = at or now()
    if grower is None:
        grower = make_grower(at=moment)
    grower_id = grower if isinstance(grower, int) else grower.id
    mark = mark or make_mark(at=moment)
    scope = scope or Scope()
    first = valid_from or local_day(moment) - timedelta(days=30)
    last = valid_until or local_day(moment) + timedelta(days=335)
    number = service.apply_for_licence(
        grower_id, mark.id, scope=scope, note="", by_account_id=None, at=moment
    )
    if state != "applied":
        granted = min(moment, moment - timedelta(days=(local_day(moment) - last).days))
        service.grant(number, scope=scope, valid_from=first, valid_until=last, by_account_id=None, at=granted)
    if state == "suspended":
        service.suspend(number, reason="test", by_account_id=None, at=moment)
    if state == "withdrawn":
        service.withdraw(number, reason="test", by_account_id=None, at=moment)
    return get_licence(number, at=moment).licence


def make_storefront(
    grower: GrowerView | int,
    *,
    mark: MarkView | None = None,
    address: str = "",
    shop_name: str = "桂香苗圃",
    state: str = "authorised",
    at: datetime | None = None,
) -> StorefrontView:
    """A storefront in `state`; each call without `address` is another Taobao shop."""
    moment = at or now()
    public_id = storefronts.propose_storefront(
        grower if isinstance(grower, int) else grower.id,
        (mark or make_mark(at=moment)).id,
        address=address or f"https://shop{100000 + next(_numbers)}.taobao.com",
        shop_name=shop_name,
        by_account_id=None,
        at=moment,
    )
    steps = {
        "proposed": (),
        "authorised": (StorefrontStep.AUTHORISE,),
        "refused": (StorefrontStep.REFUSE,),
        "suspended": (StorefrontStep.AUTHORISE, StorefrontStep.SUSPEND),
        "ended": (StorefrontStep.AUTHORISE, StorefrontStep.END),
    }[state]
    for step in steps:
        storefronts.decide(public_id, step, reason="test", by_account_id=None, at=moment)
    return get_storefront(public_id)


# How many leaves `make_licence` appends: to an empty database, with the town's units and the mark; and after that.
LEAVES_OF_FIRST = 22
LEAVES_OF_NEXT = 14
