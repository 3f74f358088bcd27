"""Two towns, the first with two sibling branches: in each branch the same people's objects, for asking who gets at them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import select

from branch.api import (
    Application,
    GrowerView,
    MarkFacts,
    MarkView,
    UnitView,
    add_unit,
    enter_mark,
    register_grower,
)
from branch.growers.models.tables import GrowerMember
from branch.ledger.rules.periods import parse_period
from branch.organisation.models.tables import Invitation, Membership
from branch.organisation.rules.roles import Role
from branch.organisation.service import takeovers
from branch.programmes.service import note_programme
from branch.reports.document import Document, to_json
from branch.reports.editions.models.tables import ReportEdition
from branch.reports.service import recording as reports
from branch.reports.states import ReportState
from core import seal
from core.accounts.models.account import Account
from core.accounts.models.devices import AccountDevice
from core.accounts.models.tokens import ApiToken
from core.clock import local_day
from core.database import session
from core.files import service as files
from core.progress.models import JobProgress
from core.work_claims import WorkClaim
from shop.catalogue.models import Listing, Variant
from shop.channels.models import OutsideImport
from shop.orders.models.tables import Consignment, HoldAllowance
from shop.payments.models.tables import CancelRequest, Payment, Refund
from shop.payments.service import transfer_proofs as proofs
from tests.factories.accounts import make_account
from tests.factories.cases import make_case
from tests.factories.licences import GROUPS, make_licence, make_storefront
from tests.factories.organisation import make_tree
from tests.factories.payees import make_payee
from tests.factories.payments import make_stocked_order
from tests.factories.pictures import picture
from tests.factories.traceability import approve_plot, make_codes, make_lot, make_plot
from traceability.alarms.models.tables import Alarm
from traceability.api import ensure_reference_data
from traceability.cases.service.reporting import photo_evidence
from traceability.cases.states import Subject
from traceability.codes.models.tables import CodeBatch
from traceability.codes.service.approvals import propose_void
from traceability.inspections.models.tables import Inspection
from traceability.recalls.service import ask_for_recall
from traceability.resolver.models.tables import TradeItem
from traceability.surveys.service import NewSurvey, Stand, record_survey

SECOND_TOWN = (
    ("dongshan", "东山镇", "committee", None),
    ("dongshan-osmanthus", "东山桂花支部", "branch", "dongshan"),
    ("dongshan-gully", "沟口村", "village", "dongshan-osmanthus"),
)
#: The place of the actors, a sibling below the same committee, and another town: (branch, village, mark, name).
PLACES = {
    "own": ("guihua-osmanthus", "guihua-bamboo", "XNGH", "甲村苗圃"),
    "sibling": ("guihua-tea", "guihua-hill", "TEAX", "乙村苗圃"),
    "foreign": ("dongshan-osmanthus", "dongshan-gully", "DONG", "丙镇苗圃"),
}


@dataclass
class Place:
    """One branch with a grower of its own and one object of each kind; `values` are what stands in addresses."""

    branch: UnitView
    village: UnitView
    grower: GrowerView
    owner_id: int
    values: dict[str, str | int] = field(default_factory=dict)


def make_places(at: datetime) -> dict[str, Place]:
    """The three places, all made alike; call inside a transaction."""
    ensure_reference_data()
    units = dict(make_tree())
    for code, name, kind, parent in SECOND_TOWN:
        units[code] = add_unit(code=code, name_zh=name, name_en=code.title(), kind=kind, parent=parent)
    return {
        name: make_place(units[branch], units[village], mark, grower, at)
        for name, (branch, village, mark, grower) in PLACES.items()
    }


def make_place(branch: UnitView, village: UnitView, mark_code: str, grower_name: str, at: datetime) -> Place:
    """One place; its values name the first object of each kind."""
    mark = _mark(mark_code, branch, at)
    place = make_grower_place(branch, village, mark, grower_name, at)
    staff = make_account(at=at)
    session.add(Membership(account_id=staff.id, unit_id=branch.id, role="technician", since=at))
    session.flush()
    of_staff = select(Membership.id).where(Membership.account_id == staff.id)
    place.values |= {"unit": branch.code, "mark": mark_code, "member": session.scalars(of_staff).one()}
    _paper_trail(place, mark, at)
    place.values["failed"] = _failed_work(place, at)
    return place


def make_grower_place(
    branch: UnitView, village: UnitView, mark: MarkView, grower_name: str, at: datetime
) -> Place:
    """A grower of a village with one of everything that is his."""
    owner, helper = make_account(at=at), make_account(at=at)
    grower = _grower(grower_name, village, owner.id, at)
    _join(grower, helper.id, at)
    place = Place(branch, village, grower, owner.id)
    licence = make_licence(grower, mark=mark, at=at)
    place.values |= {
        "grower": grower.slug,
        "village_id": village.id,
        "licence": licence.number,
        "helper": helper.id,
    }
    place.values |= add_land(grower, at) | _alarms(place, at) | add_order(place, at)
    return place


def _failed_work(place: Place, at: datetime) -> int:
    work = WorkClaim(
        kind="shop.orders.expire", key=place.branch.code, claimed_at=at, available_at=at, attempts=9
    )
    work.last_error, work.first_failed_at, work.failed_at, work.dead_at = "no such stock", at, at, at
    session.add(work)
    session.flush()
    return work.id


def _grower(name: str, village: UnitView, account_id: int, at: datetime) -> GrowerView:
    application = Application(
        name=name, contact_name=name, phone=f"+86139{village.id:08d}", unit_id=village.id, about=""
    )
    return register_grower(application, account_id=account_id, by_account_id=None, at=at)


def _join(grower: GrowerView, account_id: int, at: datetime) -> None:
    session.add(GrowerMember(grower_id=grower.id, account_id=account_id, role="staff", since=at))
    session.flush()


def _mark(code: str, branch: UnitView, at: datetime) -> MarkView:
    facts = MarkFacts(
        code=code,
        name=f"{code}商标",
        name_en=code,
        kind="certification",
        registrant="协会",
        registration_number=code,
        classes="31",
        cultivar_groups=GROUPS,
    )
    return enter_mark(facts, rules_text="第一条", unit_id=branch.id, by_account_id=None, at=at)


def _photograph(kind: str) -> str:
    return files.put(picture(), kind=kind, content_type="image/jpeg", public=False)


def add_land(grower: GrowerView, at: datetime) -> dict[str, str | int]:
    """A plot, a survey, a lot and what hangs on them; the values of addresses."""
    plot = make_plot(grower=grower, at=at)
    approve_plot(plot, Stand("dangui", "specimen", 1_500), Stand("dangui", "second_third", 500), at=at)
    measured = make_plot(grower=grower, at=at)
    found = NewSurvey(
        year=local_day(at).year,
        area_m2=measured.area_m2,
        stands=(Stand("dangui", "specimen", measured.area_m2),),
        photo_key=_photograph("survey_photo"),
    )
    survey = record_survey(measured.id, found, surveyed_at=at, at=at, by=make_account(at=at).id)
    lot = make_lot(grower=grower, plot=plot, at=at)
    issued = make_codes(lot=lot, at=at)
    batch = issued.batch
    by = make_account(at=at).id
    void = propose_void(batch.number, 1, 1, reason="破损", at=at, by=by)
    recall = ask_for_recall(lot.id, reason="病害", at=at, by=by)
    inspection = Inspection(
        number=f"I-2026-{lot.id:07d}",
        client_id=f"client-{lot.id}",
        lot_id=lot.id,
        conformant=True,
        seen="好",
        received_at=at,
        seen_at=at,
        event_id=f"urn:test:{lot.id}",
        by_account_id=by,
        photo_key=_photograph("inspection_photo"),
    )
    session.add(inspection)
    seal.append("inspection", f"inspection/{inspection.number}", {})
    evidence = [photo_evidence(_photograph("case_photo"))]
    case = make_case(subject=Subject.of_lot(lot.id), at=at, evidence=evidence)
    made_file = session.scalars(select(CodeBatch).where(CodeBatch.number == batch.number)).one()
    made_file.file_key, made_file.file_until = _photograph("code_file"), at + timedelta(days=1)
    gtin = f"{4006381330000 + lot.id:014d}"
    session.add(TradeItem(grower_id=grower.id, gtin=gtin, name_zh="苗", name_en="", entered_at=at))
    session.flush()
    return {
        "plot": measured.number,
        "survey": survey,
        "lot": lot.number,
        "batch": batch.number,
        "code": issued.codes[-1].code,
        "void": void,
        "recall": recall,
        "inspection": inspection.number,
        "case": case.number,
        "gtin": gtin,
    }


def _alarms(place: Place, at: datetime) -> dict[str, str | int]:
    grower = place.grower
    alarm = Alarm(
        number=f"W-2026-{grower.id:07d}",
        subject_kind="grower",
        subject_key=f"grower/{grower.id}",
        grower_id=grower.id,
        alert="suspect",
        score=60,
        first_at=at,
        last_at=at,
    )
    network = Alarm(
        number=f"W-2026-{grower.id + 5_000_000:07d}",
        subject_kind="network",
        subject_key=f"network/{grower.id}",
        alert="suspect",
        score=60,
        first_at=at,
        last_at=at,
    )
    session.add_all([alarm, network])
    session.flush()
    return {"alarm": alarm.number, "network": network.number}


def add_order(place: Place, at: datetime) -> dict[str, str | int]:
    """An order with its payment, proof, refund and listing; the values of addresses."""
    grower = place.grower
    payee = make_payee(unit=place.branch, at=at)
    order = make_stocked_order(at=at, method="offline_transfer", growers=[grower], parts=(((2, 2_50),),))
    order.payee_account = payee.public_id
    key = _photograph("transfer_proof")
    proof = proofs.submit(order.id, file_key=key, stated_minor=order.total_minor, note="", at=at)
    payment = session.scalars(select(Payment).where(Payment.order_id == order.id)).one()
    payment.attention = "amount_differs"
    parcel = session.scalars(select(Consignment).where(Consignment.order_id == order.id)).one()
    refund = Refund(
        number=f"R-2026-{order.id:07d}",
        payment_id=payment.id,
        order_id=order.id,
        consignment_id=parcel.id,
        kind="agreed",
        amount_minor=100,
        currency="CNY",
        idempotency_key=f"refund-{order.id}",
        next_attempt_at=at,
        created_at=at,
    )
    wish = CancelRequest(
        public_id=f"wish-{order.id}", consignment_id=parcel.id, reason="不要了", created_at=at
    )
    allowance = HoldAllowance(
        grower_id=grower.id, phone=f"+86137{order.id:08d}", plants=10, value_minor=1_000, given_at=at
    )
    session.add_all([refund, wish, allowance])
    session.flush()
    newest = select(Variant.sku, Listing.slug).join(Listing).where(Listing.grower_id == grower.id)
    sku, listing = session.execute(newest.order_by(Variant.id.desc()).limit(1)).one()
    return {
        "sku": sku,
        "order": order.number,
        "token": order.access_token,
        "payee": payee.public_id,
        "proof": proof.public_id,
        "payment": payment.public_id,
        "parcel": parcel.number,
        "refund": refund.number,
        "wish": wish.public_id,
        "allowance": allowance.id,
        "listing": listing,
    }


def _shelved(place: Place) -> reports.ShelvedFile:
    key = files.put(place.branch.code.encode(), kind="report", content_type="application/pdf", public=False)
    return reports.ShelvedFile("report.pdf", "pdf", "zh", key, "0" * 64, 1)


def _document(unit: UnitView) -> Document:
    empty = {"headline": (), "changed": (), "doubtful": (), "sections": (), "definitions": ()}
    texts = dict.fromkeys(("period_label", "standing", "cut_off", "digest", "number"), "")
    return Document(
        locale="zh",
        title=unit.name_zh,
        unit_name=unit.name_zh,
        period_key="2026-01",
        preliminary=False,
        **texts,
        **empty,
    )


def _paper_trail(place: Place, mark: MarkView, at: datetime) -> None:
    values = place.values
    report = reports.record_report(
        place.branch.id,
        parse_period("2026-01"),
        digest=place.branch.code.ljust(64, "0"),
        preliminary=False,
        documents=dict.fromkeys(("zh", "en", "public-zh", "public-en"), to_json(_document(place.branch))),
        frozen={},
        annex_sha256="0" * 64,
        version=1,
        files=[_shelved(place)],
        account_id=None,
        by_name="",
        at=at,
    )
    reports.change_state(
        reports.locked_report(report), ReportState.SUBMITTED, account_id=None, by_name="", comment="", at=at
    )
    values["report"] = report
    edition = ReportEdition(
        public_id=f"edition-{place.branch.id}",
        unit_id=place.branch.id,
        period="2026-01",
        number=1,
        report_id=reports.locked_report(report).id,
        state="published",
        published_at=at,
        published_by_account_id=place.owner_id,
        reason="",
    )
    session.add(edition)
    session.flush()
    seal.append("report_edition", f"report_edition/{edition.public_id}", {})
    values["edition"] = edition.public_id
    job = JobProgress(
        public_id=f"job-{place.branch.id}",
        kind="report",
        owner_account_id=place.owner_id,
        state="failed",
        may_retry=True,
        task="branch.reports.build",
        args=[],
        started_at=at,
        updated_at=at,
    )
    session.add(job)
    values["job"] = job.public_id
    values["programme"] = note_programme(
        place.branch.id, name="项目", started_on=(at - timedelta(days=9)).date(), noted_by="", at=at
    )
    shop = make_storefront(place.grower, mark=mark, at=at)
    values |= {"storefront": shop.public_id, "shop": shop.address}
    brought = OutsideImport(
        public_id=f"import-{place.grower.id}",
        storefront_id=shop.id,
        storefront_public_id=shop.public_id,
        account_id=place.owner_id,
        platform="taobao",
        state="applied",
        at=at,
        applied_at=at,
        files=[],
        counts=dict.fromkeys(("create", "update", "unchanged", "reject"), 0),
        totals=dict.fromkeys(("files_minor", "taken_minor"), 0),
        rejected=[],
    )
    session.add(brought)
    session.flush()
    values["import"] = brought.public_id
    token_of_program = ApiToken(
        public_id=f"program-{place.branch.id}",
        account_id=place.owner_id,
        name="程序",
        digest=sha256(place.branch.code.encode()).hexdigest(),
        scopes=["epcis.read"],
        created_at=at,
        expires_at=at + timedelta(days=9),
    )
    session.add(token_of_program)
    values["program"] = token_of_program.public_id
    device = AccountDevice(
        public_id=f"device-{place.branch.id}",
        account_id=place.owner_id,
        key_digest=sha256(f"device {place.branch.id}".encode()).hexdigest(),
        browser_digest="0" * 64,
        browser="firefox",
        system="linux",
        signed_in_at=at,
        last_seen_at=at,
    )
    session.add(device)
    values["device"] = device.public_id
    operator = make_account(at=at)
    session.add(Membership(account_id=operator.id, role="operator", since=at))
    session.flush()
    values["takeover"] = takeovers.take_over(
        place.branch, account_id=operator.id, role=Role.SECRETARY, days=20, reason="试", at=at
    )
    token = f"invitation-{place.branch.code}"
    session.add(
        offered := Invitation(
            token_digest=sha256(token.encode()).hexdigest(),
            contact=session.get_one(Account, place.owner_id).email,
            role="technician",
            unit_id=place.branch.id,
            reason="试",
            by_account_id=operator.id,
            created_at=at,
            expires_at=at + timedelta(days=7),
        )
    )
    values["invitation"] = token
    joining = f"joining-{place.branch.code}"
    session.add(
        joined := Invitation(
            token_digest=sha256(joining.encode()).hexdigest(),
            contact="somebody@example.org",
            role="grower",
            grower_id=place.grower.id,
            reason="",
            by_account_id=place.owner_id,
            created_at=at,
            expires_at=at + timedelta(days=7),
        )
    )
    empty = add_unit(code=f"empty-{place.branch.code}", name_zh="新镇", name_en="New town", kind="committee")
    session.add(
        first := Invitation(
            token_digest=sha256(empty.code.encode()).hexdigest(),
            contact="mayor@example.org",
            role="committee",
            unit_id=empty.id,
            reason="试",
            by_account_id=operator.id,
            created_at=at,
            expires_at=at + timedelta(days=7),
        )
    )
    session.flush()
    values |= {"joining": joining, "offered": offered.id, "joined": joined.id, "first": first.id}
