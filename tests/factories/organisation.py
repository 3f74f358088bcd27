"""A small tree, memberships and growers for tests."""

import itertools
from datetime import datetime
from typing import Any

from branch.api import GrowerView, Role, UnitView, add_unit, give_role, register_grower
from branch.growers.service.membership import Application
from core.clock import now

_numbers = itertools.count(1)

TREE = (
    ("guihua", "桂花镇党委", "Guihua town committee", "committee", None),
    ("guihua-osmanthus", "桂花产业支部", "Osmanthus industry branch", "branch", "guihua"),
    ("guihua-bamboo", "竹影村", "Bamboo Shade village", "village", "guihua-osmanthus"),
    ("guihua-spring", "清泉村", "Clear Spring village", "village", "guihua-osmanthus"),
    ("guihua-tea", "茶产业支部", "Tea industry branch", "branch", "guihua"),
    ("guihua-hill", "云岭村", "Cloud Ridge village", "village", "guihua-tea"),
)


def make_tree() -> dict[str, UnitView]:
    """Committee, two branches, three villages, by code; making it twice changes nothing."""
    return {
        code: add_unit(code=code, name_zh=zh, name_en=en, kind=kind, parent=parent)
        for code, zh, en, kind, parent in TREE
    }


def make_membership(account_id: int, role: str, unit: str | None, at: datetime | None = None) -> None:
    """Give a role as the command line does."""
    place = make_tree()[unit] if unit else None
    give_role(account_id, Role(role), unit=place, by_account_id=None, reason="test", at=at or now())


def make_grower(
    *, account_id: int | None = None, unit: str = "guihua-bamboo", at: datetime | None = None, **values: Any
) -> GrowerView:
    """An admitted grower."""
    number = next(_numbers)
    given = {
        "name": f"第{number}苗圃",
        "contact_name": f"种植户{number}",
        "phone": f"+86138{number:08d}",
        "unit_id": make_tree()[unit].id,
        "about": "",
    }
    application = Application(**(given | values))
    return register_grower(application, account_id=account_id, by_account_id=None, at=at or now())
