"""Plots, lots and listings of the demonstration."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from branch import api as branch
from core.clock import local_day, local_year
from shop.catalogue.rules.measures import Size, Unit
from shop.catalogue.rules.offers import Offer, VariantOffer
from shop.catalogue.rules.pricing import QuantityRule, Tier
from shop.catalogue.rules.seasons import Season, Window
from shop.catalogue.service import drafts, publishing
from shop.demo.rules.pictures import form_of, picture
from shop.demo.rules.plan import CULTIVARS, STAGES, Nursery, Stage, TownPlan
from shop.demo.service.sales_history import GROUP_NAMES
from traceability import api as traceability

WINDOWS = (Window(Season.SPRING, 7, 15), Window(Season.AUTUMN, 43, 50))
MU_M2 = 667


@cache
def stored_picture(group: str, form: str) -> drafts.StoredPhoto:
    """The drawing in its three sizes, made once per load; called outside of transactions."""
    return drafts.store_photo(picture(group, form), keep_place_and_time=False)


def draw_pictures() -> None:
    """Make every drawing that the listings need."""
    for group in GROUP_NAMES:
        for form in ("liner", "pot", "tree"):
            stored_picture(group, form)


def offers_of(plan: TownPlan, at: datetime) -> list[tuple[int, str, str, Stage]]:
    """Which nursery offers what: (place of the nursery, group, cultivar, stage), as many as the plan says."""
    members = [i for i, n in enumerate(plan.nurseries) if n.has_joined(local_day(at))]
    wanted: list[tuple[int, str, str, Stage]] = []
    for k in range(plan.listings):
        i = members[k % len(members)]
        turn = k // len(members)
        nursery = plan.nurseries[i]
        group = nursery.groups[(turn + i) % len(nursery.groups)]
        names = CULTIVARS[group]
        wanted.append((i, group, names[(turn // 2 + i) % len(names)], STAGES[(turn + i) % len(STAGES)]))
    return wanted


def make_listing(
    nursery: Nursery, grower: branch.GrowerView, offer: tuple[str, str, Stage], *, plot_id: int, at: datetime
) -> None:
    """One lot and its published listing."""
    group, cultivar, stage = offer
    on_hand = max(60, round(40_000 * stage.share * (0.5 + nursery.weight)))
    lot = traceability.record_lot(
        grower_id=grower.id,
        plot_id=plot_id,
        lot=traceability.NewLot(
            cultivar_group=group,
            cultivar=cultivar,
            propagation=stage.propagation,
            root=stage.root,
            origin=f"桂花镇{grower.village_name_zh}",
            quantity=on_hand * 2,
            age_code=stage.age_code,
            **stage.measures,
            grade="一级" if nursery.number % 3 else "精品",
        ),
        at=at,
    )
    listing = drafts.save_draft(drafts.new_draft_key(), grower.id, {}, at=at)
    shown = stored_picture(group, form_of(stage))
    drafts.attach_photo(listing, shown, alt=f"{cultivar} {stage.words}（绘图）", at=at)
    publishing.publish(listing, _offer(group, cultivar, stage, on_hand), lot.id, at=at, by_account_id=None)


def _offer(group: str, cultivar: str, stage: Stage, on_hand: int) -> Offer:
    size = Size(**stage.measures, root_ball_cm=stage.root_ball_cm, container_l=stage.container_l)
    bundle = stage.key == "liner"
    per_unit = 50 if bundle else 1
    each = stage.price_minor * per_unit
    first, second = (20, 100) if stage.price_minor < 1_000 and not bundle else (10, 50)
    rule = QuantityRule(first, first) if stage.key == "two" else QuantityRule(1, 1)
    tiers = (
        Tier(rule.minimum_quantity, each),
        Tier(second if rule.minimum_quantity > 1 else first, each * 94 // 100),
        Tier(second * 10 if rule.minimum_quantity > 1 else second, each * 88 // 100),
    )
    variant = VariantOffer(
        size=size,
        rule=rule,
        tiers=tiers,
        on_hand=on_hand // per_unit,
        weight_g=stage.weight_g,
        unit=Unit.BUNDLE if bundle else Unit.PLANT,
        plants_per_unit=per_unit,
        title=stage.words,
    )
    return Offer(
        title=f"{cultivar} {stage.words}",
        root=stage.root,
        variants=(variant,),
        windows=() if stage.root == "container" else WINDOWS,
        description=(
            f"演示商品，并无实物。{GROUP_NAMES[group]}品种群，{stage.words}，"
            "树形端正、根系完整；发货随附检疫证书、质量检验合格证和苗木标签。"
        ),
    )


def make_plots(plan: TownPlan, growers: Sequence[branch.GrowerView], *, at: datetime) -> dict[int, int]:
    """One plot per grower; plot ids by grower id."""
    return {
        grower.id: traceability.record_plot(
            grower_id=grower.id,
            unit_id=grower.unit_id,
            name=f"{grower.village_name_zh}一号地",
            area_m2=nursery.area_mu * MU_M2,
            at=at,
        ).id
        for nursery, grower in zip(plan.nurseries, growers, strict=True)
    }


def approve_plots(
    plan: TownPlan,
    growers: Sequence[branch.GrowerView],
    plots: dict[int, int],
    staff: dict[str, int],
    *,
    at: datetime,
) -> None:
    """Every plot surveyed by the technician, agreed by the secretary, approved by the committee: the year's quota.

    A nursery's groups stand on like shares of its land, mostly as small plants.
    """
    traceability.approve_surveys(
        [
            (
                plots[grower.id],
                traceability.NewSurvey(
                    year=local_year(at),
                    area_m2=nursery.area_mu * MU_M2,
                    stands=_stands(nursery.groups, nursery.area_mu * MU_M2),
                    method="satellite",
                    note="演示",
                ),
            )
            for nursery, grower in zip(plan.nurseries, growers, strict=True)
        ],
        surveyor=staff["technician"],
        village=staff["secretary"],
        town=staff["committee"],
        at=at,
    )


def _stands(groups: Sequence[str], area_m2: int) -> tuple[traceability.Stand, ...]:
    shares = (("first_year", 60), ("second_third", 30), ("specimen", 10))
    return tuple(
        traceability.Stand(group, stage, area_m2 * percent // (100 * len(groups)))
        for group in groups
        for stage, percent in shares
    )


def transform_some(growers: Sequence[branch.GrowerView], *, at: datetime) -> None:
    """A few lots have a history: some of their plants were split off and lifted, or potted on, or both."""
    for place, grower in enumerate(growers[:6]):
        lots = traceability.lots_of_grower(grower.id)
        for lot in lots[:1]:
            plants = lot.quantity_on_hand // 4
            split = traceability.transform(
                traceability.StepKind.SPLIT,
                {lot.id: plants},
                [
                    traceability.Outcome(plants // 2),
                    traceability.Outcome(plants - plants // 2 - plants // 20),
                ],
                grower_id=grower.id,
                at=at,
                by=None,
            )
            child = split.outputs[0]
            traceability.transform(
                traceability.StepKind.POT_ON if place % 2 else traceability.StepKind.LIFT,
                {child.id: child.quantity_on_hand},
                [
                    traceability.Outcome(
                        child.quantity_on_hand * 95 // 100,
                        {"root": "container" if place % 2 else "root_ball"},
                    )
                ],
                grower_id=grower.id,
                at=at,
                by=None,
            )
