"""The first row of what the places lack, for `copies.py` to copy."""

from datetime import datetime, timedelta

from sqlalchemy import select

from branch.ledger.models.tables import ChannelCoverage, GrowerCost
from branch.organisation.models.tables import MembershipChange
from branch.reports.deadlines.models import ReportDuty
from branch.reports.editions.models.tables import ReportEdition, ReportEditionFile
from branch.reports.models.tables import Report
from branch.reports.questions.models.tables import ReportPost
from branch.storefronts.models.tables import Storefront
from core.backup.models.runs import BackupRun
from core.checks.models import CheckFinding, CheckRun
from core.clock import local_day
from core.database import session
from core.failures.models import FailureDecision
from core.files import service as files
from shop.catalogue.models import DispatchWindow, Listing, ListingChange, Photo
from shop.channels.models import OutsideOrderRow
from shop.orders.models.tables import Consignment, ConsignmentChange, OrderLine
from shop.payments.models.tables import Payment, PaymentAgreement, Refund, RefundChange, RefundLine
from tests.factories.verification import PDF
from tests.journeys.authority.towns import Place
from tests.journeys.budgets.copies import append_to_the_seal
from traceability.alarms.models.tables import Alarm, AlarmChange, AlarmFinding
from traceability.cases.models.tables import CaseReport, CounterfeitCase
from traceability.events.models.tables import CaptureJob, EpcisQuery
from traceability.papers.service import record_paper


def first(column, value) -> int:
    """The id of the row that stands in an address."""
    return session.scalars(select(column.class_.id).where(column == value)).one()


def add_first_rows(own: Place, program_id: int, at: datetime) -> None:
    """One row each; call inside a transaction."""
    values, day, by = own.values, local_day(at), own.owner_id
    parcel, listing = first(Consignment.number, values["parcel"]), first(Listing.slug, values["listing"])
    refund, report = first(Refund.number, values["refund"]), first(Report.public_id, values["report"])
    alarm = first(Alarm.number, values["alarm"])
    edition = first(ReportEdition.public_id, values["edition"])
    line = session.scalars(select(OrderLine.id).where(OrderLine.consignment_id == parcel)).one()
    shop = first(Storefront.public_id, values["storefront"])
    key = files.put(b"picture", kind="photo", content_type="image/jpeg", public=True)
    values["media"] = key
    values["paper"] = record_paper(
        consignment_number=str(values["parcel"]),
        kind="plant_quarantine",
        number="42-2026-000123",
        issued_on=day,
        valid_until=day + timedelta(days=10),
        upload=PDF,
        at=at,
        by=None,
    ).public_id
    session.add_all(
        [
            AlarmChange(alarm_id=alarm, step="clear", note="", by_account_id=by, at=at),
            AlarmFinding(alarm_id=alarm, rule="travel", version=1, points=60, evidence=[], figures={}, at=at),
            BackupRun(started_at=at, ended_at=at, state="good", name="backup"),
            CaseReport(case_id=first(CounterfeitCase.number, values["case"]), at=at, proof="none"),
            ChannelCoverage(
                grower_id=own.grower.id,
                channel="taobao",
                shop=values["storefront"],
                first_day=day - timedelta(days=9),
                last_day=day,
                reference="import",
                recorded_at=at,
            ),
            CheckFinding(
                digest="0" * 64,
                check="seals",
                table="lot",
                code="x",
                what="",
                text="x",
                first_at=at,
                last_at=at,
            ),
            CheckRun(
                kind="whole", outcome="good", started_at=at, ended_at=at, counts={}, seconds={}, failed={}
            ),
            ConsignmentChange(consignment_id=parcel, to_state="waiting", at=at, actor="system"),
            DispatchWindow(listing_id=listing, season="spring", from_week=1, to_week=52),
            CaptureJob(
                public_id="capture-1",
                behaviour="rollback",
                success=True,
                events=1,
                stored=1,
                problems="[]",
                envelope="{}",
                by_account_id=program_id,
                created_at=at,
                finished_at=at,
            ),
            EpcisQuery(name="query-1", definition="{}", by_account_id=program_id, created_at=at),
            FailureDecision(
                kind="work",
                subject=values["failed"],
                what="x",
                step="again",
                reason="",
                by_account_id=by,
                at=at,
            ),
            GrowerCost(
                grower_id=own.grower.id,
                season=f"{day.year}-S1",
                purpose="labour",
                version=1,
                amount_minor=1,
                note="",
                at=at,
            ),
            ListingChange(
                listing_id=listing,
                from_state="draft",
                to_state="published",
                what="state",
                detail={},
                reason="",
                at=at,
            ),
            MembershipChange(
                account_id=by, unit_id=own.branch.id, role="technician", action="given", reason="", at=at
            ),
            OutsideOrderRow(storefront_id=shop, order_id="1", content={}, first_seen_at=at, changed_at=at),
            PaymentAgreement(
                payment_id=first(Payment.public_id, values["payment"]), by_account_id=by, step="accept", at=at
            ),
            Photo(
                public_id="photo-1",
                listing_id=listing,
                position=1,
                key_small=key,
                key_medium=key,
                key_large=key,
                width=9,
                height=9,
                added_at=at,
            ),
            RefundChange(refund_id=refund, to_state="due", at=at),
            RefundLine(refund_id=refund, order_line_id=line, quantity=1, amount_minor=100),
            ReportEditionFile(
                edition_id=edition,
                name="report.pdf",
                format="pdf",
                locale="zh",
                file_key=key,
                size=7,
                sha256="0" * 64,
            ),
            ReportDuty(
                unit_id=own.branch.id,
                period="2026-01",
                period_start=day.replace(month=1, day=1),
                due_on=day,
                opened_at=at,
            ),
            ReportPost(
                public_id="post-1",
                unit_id=own.branch.id,
                period="2026-01",
                number=1,
                report_id=report,
                kind="question",
                place="",
                words="?",
                returned=False,
                by_account_id=by,
                by_name="",
                at=at,
            ),
        ]
    )
    session.flush()
    append_to_the_seal("first")
