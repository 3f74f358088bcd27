"""Units, accounts, the mark, growers, licences and storefronts of the demonstration."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time

from branch import api as branch
from core.accounts.rules.identity import parse_identity
from core.accounts.service.account import create_account
from core.clock import local_day, local_moment, local_year
from shop.demo.rules.plan import VILLAGES, Nursery, TownPlan

PASSWORD = "demo-guiyuan"  # noqa: S105 - printed at start; refused as soon as the system is reachable from outside
DOMAIN = "demo.guiyuan.example"
STAFF = (
    ("secretary", "演示书记", branch.Role.SECRETARY, "guihua-osmanthus"),
    ("committee", "演示镇党委", branch.Role.COMMITTEE, "guihua"),
    ("technician", "演示技术员", branch.Role.TECHNICIAN, "guihua-osmanthus"),
    ("operator", "演示运维", branch.Role.OPERATOR, None),
)
GROWERS_WITH_ACCOUNT = 3
MARK = "XNGH"
RULES = """第一条 本规则为演示文本，仅用于展示系统，不具法律效力。
第二条 本商标只用于在登记地块上繁育、并由获许可种植户出圃的桂花苗木。
第三条 使用人须按批次登记品种、繁殖方式、苗龄、规格和产地，并随货附检疫证书、质量检验合格证和苗木标签。
第四条 使用人不得将标签、溯源码转让或用于外来苗木。违者暂停直至收回许可。
第五条 任何人可凭溯源码、许可证号或店铺地址查验；举报由产业支部受理，十日内答复。
"""
GROUPS = (
    branch.CultivarGroup("jingui", "金桂", "Gold osmanthus"),
    branch.CultivarGroup("yingui", "银桂", "Silver osmanthus"),
    branch.CultivarGroup("dangui", "丹桂", "Orange-red osmanthus"),
    branch.CultivarGroup("sijigui", "四季桂", "Everblooming osmanthus"),
)


def _account(name: str, display_name: str, *, at: datetime) -> int:
    identity = parse_identity(f"{name}@{DOMAIN}")
    assert identity is not None
    account = create_account(
        identity, display_name=display_name, password=PASSWORD, at=at, confirmed=True, demo=True
    )
    return account.id


def make_units() -> dict[str, branch.UnitView]:
    """Town committee, industry branch, villages, by code."""
    places = (
        ("guihua", "桂花镇党委（演示）", "Guihua town committee (demo)", "committee", None),
        ("guihua-osmanthus", "桂花产业支部（演示）", "Osmanthus industry branch (demo)", "branch", "guihua"),
        *((code, zh, en, "village", "guihua-osmanthus") for code, zh, en in VILLAGES),
    )
    return {
        code: branch.add_unit(code=code, name_zh=zh, name_en=en, kind=kind, parent=parent)
        for code, zh, en, kind, parent in places
    }


def make_staff(units: dict[str, branch.UnitView], *, at: datetime) -> dict[str, int]:
    """The demonstration's staff accounts; ids by their names."""
    accounts = {}
    for name, shown, role, unit in STAFF:
        accounts[name] = _account(name, shown, at=at)
        branch.give_role(
            accounts[name], role, unit=units[unit] if unit else None, by_account_id=None, reason="演示", at=at
        )
    return accounts


def make_mark(units: dict[str, branch.UnitView], *, at: datetime) -> branch.MarkView:
    """The demonstration mark. Its registration number and registrant are invented and say so."""
    return branch.enter_mark(
        branch.MarkFacts(
            code=MARK,
            name="咸宁桂花（演示）",
            name_en="Xianning Osmanthus (demo)",
            kind="certification",
            registrant="演示桂花协会",
            registration_number="DEMO-0001",
            classes="31",
            cultivar_groups=GROUPS,
        ),
        rules_text=RULES,
        unit_id=units["guihua-osmanthus"].id,
        by_account_id=None,
        at=at,
    )


def make_growers(
    plan: TownPlan, units: dict[str, branch.UnitView], *, at: datetime
) -> list[branch.GrowerView]:
    """Admitted growers in the order of the plan; the first few can sign in."""
    return [_grower(nursery, units[nursery.village], at=at) for nursery in plan.nurseries]


def _grower(nursery: Nursery, village: branch.UnitView, *, at: datetime) -> branch.GrowerView:
    account_id = None
    if nursery.number <= GROWERS_WITH_ACCOUNT:
        account_id = _account(f"grower{nursery.number}", f"演示种植户{nursery.number}", at=at)
    return branch.register_grower(
        branch.Application(
            name=nursery.name,
            contact_name=f"演示种植户{nursery.number}",
            phone=f"+86170{nursery.number:08d}",
            unit_id=village.id,
            production_licence_number=f"演示-{nursery.number:04d}",
            about=f"演示数据，并无此户。在{village.name_zh}育苗约 {nursery.area_mu} 亩。",
        ),
        account_id=account_id,
        by_account_id=None,
        at=at,
    )


def license_growers(
    plan: TownPlan, growers: Sequence[branch.GrowerView], mark: branch.MarkView, *, at: datetime
) -> None:
    """Licences from the month in which each nursery joined, running to the end of next year."""
    for nursery, grower in zip(plan.nurseries, growers, strict=True):
        if nursery.joined is None or nursery.joined > local_day(at):
            continue
        since = local_moment(nursery.joined, time(9))
        number = branch.apply_for_licence(
            grower.id, mark.id, scope=branch.Scope(), note="", by_account_id=None, at=since
        )
        branch.grant_licence(
            number,
            scope=branch.Scope(),
            valid_from=nursery.joined,
            valid_until=date(local_year(at) + 1, 12, 31),
            by_account_id=None,
            at=since,
        )


def open_storefronts(
    plan: TownPlan, growers: Sequence[branch.GrowerView], mark: branch.MarkView, *, at: datetime
) -> None:
    """Each nursery's shop, and the websites; authorised once the grower is, proposed until then."""
    for nursery, grower in zip(plan.nurseries, growers, strict=True):
        for address, name in ((nursery.taobao_shop, nursery.name), (nursery.website, f"{nursery.name}官网")):
            if address is None:
                continue
            public_id = branch.propose_storefront(
                grower.id, mark.id, address=address, shop_name=name, by_account_id=None, at=at
            )
            if nursery.has_joined(local_day(at)):
                branch.decide_storefront(
                    public_id, branch.StorefrontStep.AUTHORISE, by_account_id=None, at=at
                )
