"""A handful of orders in every state, so that each page of the demonstration has something to show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from branch import api as branch
from core.atomic import write_durably
from core.clock import local_day
from core.database import transaction
from core.files import service as files
from core.languages import FIRST
from shop.demo.queries import cheap_variant
from shop.demo.rules.pictures import picture
from shop.demo.rules.plan import TownPlan
from shop.dispatch import queries as parcels
from shop.dispatch.service import dispatching
from shop.freight.rules.addresses import resolve
from shop.orders.queries.order_views import order_by_id
from shop.orders.rules.order_request import Buyer, OrderRequest, ShipTo
from shop.orders.service import fulfilling
from shop.orders.service.placing import place_order
from shop.orders.states import SYSTEM, By, PaymentMethod
from shop.payees.service import deciding
from shop.payments.service import transfer_proofs
from traceability import api as traceability

PLACES = (
    ("浙江省", "杭州市", "西湖区"),
    ("江苏省", "苏州市", "吴中区"),
    ("湖北省", "武汉市", "洪山区"),
    ("湖南省", "长沙市", "岳麓区"),
    ("安徽省", "合肥市", "蜀山区"),
    ("江西省", "南昌市", "东湖区"),
    ("河南省", "郑州市", "金水区"),
)


@dataclass(frozen=True)
class Wish:
    """One demonstration order: whose listings it takes, how it is paid and how far it gets."""

    growers: tuple[int, ...]
    method: str
    reach: str


WISHES = (
    Wish((0, 1), "offline_transfer", "placed"),
    Wish((0, 2), "offline_transfer", "proof"),
    Wish((0, 1), "offline_transfer", "to_pack"),
    Wish((0, 1), "cash_on_delivery", "placed"),
    Wish((0,), "cash_on_delivery", "to_pack"),
    Wish((0,), "offline_transfer", "dispatched"),
    Wish((1,), "offline_transfer", "delivered"),
)


def trade(
    plan: TownPlan,
    growers: list[branch.GrowerView],
    staff: dict[str, int],
    *,
    at: datetime,
    keep_codes_in: Path,
) -> list[str]:
    """Place the orders and take each as far as its wish says.

    Writes the plain codes of what was sent to `keep_codes_in`: they exist nowhere else, and a demonstration
    is for trying them.

    Returns:
        The plain codes, shipped ones first.
    """
    sellers = [g for n, g in zip(plan.nurseries, growers, strict=True) if n.has_joined(local_day(at))]
    _open_account(staff, at=at - deciding.pause() - timedelta(hours=1))
    codes: list[str] = []
    for place, wish in enumerate(WISHES):
        order_id = _place(wish, [sellers[i] for i in wish.growers], place, at=at)
        codes += _take_further(wish, order_id, staff, at=at)
    with transaction():
        codes += _spare_codes(sellers[0], at=at)
    write_durably(keep_codes_in, ("\n".join(codes) + "\n").encode(), mode=0o600)
    return codes


def _open_account(staff: dict[str, int], *, at: datetime) -> None:
    """The branch's account for transfers: proposed by the secretary, confirmed by the committee, in force by now."""
    with transaction():
        public_id = deciding.propose(
            branch.get_unit("guihua-osmanthus").id,
            payee="演示桂花协会（请勿转账）",
            bank="演示银行",
            account_number="0000 0000 0000 0000",
            note="演示数据，并无此账户。",
            reason="演示",
            by=staff["secretary"],
            at=at,
        )
        deciding.confirm(public_id, by=staff["committee"], at=at)


def _place(wish: Wish, sellers: list[branch.GrowerView], place: int, *, at: datetime) -> int:
    with transaction():
        lines = tuple(cheap_variant(seller.id, place) for seller in sellers)
        return place_order(
            OrderRequest(
                lines=lines,
                buyer=Buyer(
                    f"演示买家{place + 1}",
                    f"+86170{9_000_000 + place:08d}",
                    f"buyer{place + 1}@demo.guiyuan.example",
                ),
                ship_to=ShipTo(resolve(*PLACES[place]), "演示路 1 号"),
                payment_method=PaymentMethod(wish.method),
                locale=FIRST.locale,
                key=f"demo:{place}",
            ),
            at=at,
        ).id


def _take_further(wish: Wish, order_id: int, staff: dict[str, int], *, at: datetime) -> list[str]:
    if wish.method == "offline_transfer" and wish.reach != "placed":
        key = files.put(
            picture("jingui", "pot"), kind="transfer_proof", content_type="image/jpeg", public=False
        )
        with transaction():
            total = order_by_id(order_id).total_minor
            proof_id = transfer_proofs.submit(
                order_id, file_key=key, stated_minor=total, note="演示", at=at
            ).public_id
        if wish.reach == "proof":
            return []
        with transaction():
            transfer_proofs.confirm(
                proof_id, amount_minor=total, reference="演示到账", by_account_id=staff["secretary"], at=at
            )
    if wish.method == "cash_on_delivery" and wish.reach != "placed":
        with transaction():
            for consignment in order_by_id(order_id).consignments:
                fulfilling.confirm_consignment(consignment.id, at=at, by=By("grower"))
    if wish.reach not in {"dispatched", "delivered"}:
        return []
    codes: list[str] = []
    order = order_by_id(order_id)
    for consignment in order.consignments:
        codes += _send(consignment.number, consignment.grower_id, at=at)
        if wish.reach == "delivered":
            with transaction():
                fulfilling.mark_delivered(consignment.id, at=at, by=SYSTEM)
    return codes


def _send(number: str, grower_id: int, *, at: datetime) -> list[str]:
    parcel = parcels.get_parcel(number, grower_id)
    grower = branch.get_grower(id=grower_id)
    scan = picture("dangui", "pot")
    codes: list[str] = []
    with transaction():
        for kind in traceability.required_papers(parcel.province, roots=parcel.roots, grower_id=grower_id):
            if kind == traceability.PaperKind.LABEL:
                traceability.record_printed_label(consignment_number=number, at=at, on=local_day(at), by=None)
            else:
                traceability.record_paper(
                    consignment_number=number, kind=kind, number=f"演示-{number}", at=at, by=None, upload=scan
                )
        for lot_id, plants in parcel.plants_by_lot.items():
            level = "unit" if plants <= 10 else "bundle"
            count = plants if level == "unit" else 1
            issued = traceability.issue_codes(lot_id, level, count, plants // count, at=at, by=None)
            codes += [code.code for code in issued.codes]
        dispatching.dispatch(
            parcels.get_parcel(number, grower_id),
            codes="\n".join(codes),
            courier="顺丰速运",
            tracking_number=f"SF{parcel.id:010d}",
            seller=grower.name,
            at=at,
            by=By("grower"),
        )
    return codes


def _spare_codes(grower: branch.GrowerView, *, at: datetime) -> list[str]:
    """One code that is only issued, one that is active."""
    lot = traceability.lots_of_grower(grower.id)[0]
    issued = traceability.issue_codes(lot.id, "unit", 1, 1, at=at, by=None)
    active = traceability.issue_codes(lot.id, "unit", 1, 1, at=at, by=None)
    traceability.activate_batch(active.batch.number, grower_id=grower.id, at=at, by=None)
    return [code.code for code in (*issued.codes, *active.codes)]
