"""What takes two people, and what was refused: recalls in every state, a void, activations without land."""

from playwright.sync_api import Page
from sqlalchemy import select

from core.clock import now
from core.database import session, transaction
from core.errors import Conflict
from tests.browser.town import account_of, grower1
from tests.factories.traceability import make_lot
from traceability.api import balance_of_lot, get_lot, issue_codes
from traceability.codes.models.tables import InnerTry, VoidProposal
from traceability.codes.service.approvals import decide_void, propose_void
from traceability.codes.service.inner_codes import Entrant, enter_inner
from traceability.codes.service.lifecycle import activate_codes
from traceability.codes.service.refusals import note_refusal
from traceability.lots.models.tables import RecallRequest
from traceability.recalls.service import ask_for_recall, confirm_recall, refuse_recall

REASON = "枝条检出枯枝病，请勿种植。"


def _asked(cultivar: str) -> tuple[str, str]:
    """A lot of grower1 that the secretary asked to recall: its number and the request's."""
    with transaction():
        lot = make_lot(grower=grower1(), cultivar=cultivar, at=now())
        number = ask_for_recall(lot.id, reason=REASON, at=now(), by=account_of("secretary").id)
    return lot.number, number


def recall_that_waits() -> str:
    """A recall that the committee may confirm."""
    waiting = session.execute(
        select(RecallRequest.lot_id).where(RecallRequest.state == "open", RecallRequest.reason == REASON)
    ).first()
    number = get_lot(id=waiting[0]).number if waiting else _asked("朱砂丹桂")[0]
    return f"/branch/lots/{number}/recall"


def recalls() -> str:
    """One recall that waits, one that was carried out, one that was refused."""
    recall_that_waits()
    if not session.scalar(select(RecallRequest.id).where(RecallRequest.state != "open")):
        committee = account_of("committee").id
        done, refused = _asked("晚银桂")[1], _asked("状元红")[1]
        with transaction():
            confirm_recall(done, at=now(), by=committee)
        with transaction():
            refuse_recall(refused, reason="复查未见病斑，系霜冻。", at=now(), by=committee)
    return "/branch/recalls"


SIZES = (
    {"ground_diameter_mm_min": 2, "ground_diameter_mm_max": 3},
    {},
    {"ground_diameter_mm_min": 6, "ground_diameter_mm_max": 8},
)


def without_land() -> str:
    """The number of a printed batch of grower1's for which there is no quota."""
    with transaction():
        for group in ("sijigui", "yingui", "jingui", "dangui"):
            for size in SIZES:
                lot = make_lot(grower=grower1(), cultivar_group=group, quota_plants=0, at=now(), **size)
                if balance_of_lot(lot.id, at=now()) == 0:
                    return issue_codes(lot.id, "unit", 12, at=now(), by=None).batch.number
    raise AssertionError("the town has land for everything")


def codes_at_branch() -> str:
    """Where a void waits, one was decided, and activations were refused."""
    if not session.scalar(select(VoidProposal.id)):
        _refuse_and_void()
    return "/branch/codes"


def _refuse_and_void() -> None:
    grower, number = grower1(), without_land()
    try:
        with transaction():
            activate_codes([number], grower_id=grower.id, at=now(), by=account_of("grower1").id)
    except Conflict as error:
        with transaction():
            note_refusal(error, grower_id=grower.id, at=now(), by=account_of("grower1").id)
    with transaction():
        secretary = account_of("secretary").id
        first = propose_void(number, 1, 4, reason="标签被盗", at=now(), by=secretary)
        propose_void(number, 5, 6, reason="标签印错", at=now(), by=secretary)
    with transaction():
        decide_void(first, confirm=True, at=now(), by=account_of("committee").id)


def codes_without_land() -> str:
    """The form of activation with such a batch in it."""
    return f"/seller/codes/activate?codes={without_land()}"


def try_to_activate(page: Page) -> None:
    """It is refused, and what was typed stays."""
    page.fill("#diameter", "8.2")
    page.click("main form button[type=submit]")
    page.wait_for_selector(".banner--bad")


def tried_inner_codes() -> str:
    """Two labels whose inner codes were entered wrongly, one of them from several networks."""
    if not session.scalar(select(InnerTry.id)):
        with transaction():
            lot = make_lot(grower=grower1(), cultivar="波叶金桂", at=now())
            issued = issue_codes(lot.id, "unit", 2, at=now(), by=None, inner=True)
        for place, one in enumerate(issued.codes):
            for network in (b"home", b"shop", b"road")[: 3 - 2 * place]:
                with transaction():
                    enter_inner(
                        one.code, "ZZZZZZZZ", entrant=Entrant(network * 4, network * 2, b"telephon"), at=now()
                    )
    return "/branch/codes/inner"
