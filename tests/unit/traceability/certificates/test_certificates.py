"""The certificate of an order: what left is written down, sealed, printed and provable offline."""

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from core.database import transaction
from core.seal.cli import group as seal_commands
from core.seal.models.log import this_log
from core.seal.queries.audit import audit_rows
from core.seal.rules.proof_check import check_proof, proofs_in
from core.seal.tasks.sequencer import sequence
from tests.factories.catalogue import make_listing
from tests.factories.orders import place
from tests.factories.traceability import make_codes, ship
from traceability.certificates.models import sealing
from traceability.certificates.rules import label_ranges
from traceability.certificates.service import certify_parcel
from traceability.lots.queries.records import get_lot
from traceability.papers.service import record_paper


def test_codes_are_told_by_batch_and_place_in_ranges():
    labels = [("B-2", 7), ("B-1", 3), ("B-1", 1), ("B-1", 2), ("B-1", 9), ("B-2", 8)]
    assert label_ranges(labels) == ["B-1 #1–3, #9", "B-2 #7–8"]
    assert label_ranges([]) == []


@pytest.fixture
def sent(session, at):
    """An order whose one parcel left with three coded trees; the codes are told too."""
    with transaction():
        listing = make_listing(at=at)
    sku, lot_id = session.execute(
        sa.text("SELECT v.sku, l.id FROM variant v, lot l WHERE v.listing_id = :id"), {"id": listing.id}
    ).one()
    order = place((sku, 3), at=at)
    parcel = order.consignments[0].number
    with transaction():
        issued = make_codes(lot=get_lot(id=lot_id), at=at)
        record_paper(consignment_number=parcel, kind="quality", number="ZJ-1", at=at, by=None)
        ship(issued, consignment=parcel, order_number=order.number, grower_id=issued.batch.grower_id, at=at)
        certify_parcel(parcel, at=at)
    return order, parcel, issued


def fetch(client, order, ending):
    return client.get(f"/orders/{order.number}{ending}?token={order.access_token}")


def test_the_paper_carries_the_proof_of_what_stands_on_it(client, sent, tmp_path, app):
    order, parcel, issued = sent
    sequence()
    answer = fetch(client, order, "/certificate.pdf")
    assert answer.content_type == "application/pdf"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    (attached,) = proofs_in(answer.data)
    checked = check_proof(attached, this_log().verifier)
    assert checked.subject == f"certificate/{parcel}"
    body = checked.body
    assert (body["province"], body["dispatched_on"]) == ("浙江省", "2026-03-12")
    assert [lot["plants"] for lot in body["lots"]] == [3]
    assert body["codes"] == [f"{issued.batch.number} #1–3"]
    assert body["papers"] == [["苗木质量检验合格证", "ZJ-1"]]
    assert body["licence"]
    for one in issued.codes:
        assert one.code not in attached
        assert one.code.encode() not in answer.data
    assert order.buyer_name not in attached
    assert order.street not in attached

    alone = fetch(client, order, f"/parcels/{parcel}/proof")
    assert alone.get_data(as_text=True) == attached

    paper = tmp_path / "certificate.pdf"
    paper.write_bytes(answer.data)
    ran = CliRunner().invoke(seal_commands, ["check", str(paper)], obj=None)
    assert ran.exit_code == 0, ran.output
    assert "PROVED" in ran.output
    assert parcel in ran.output


def test_the_order_page_offers_both_once_the_log_is_signed(client, sent):
    order, parcel, _issued = sent
    page = fetch(client, order, "").get_data(as_text=True)
    assert "certificate.pdf" not in page
    assert fetch(client, order, "/certificate.pdf").status_code == 503
    sequence()
    page = fetch(client, order, "").get_data(as_text=True)
    assert f"/orders/{order.number}/certificate.pdf?token=" in page
    assert f"/parcels/{parcel}/proof?token=" in page


def test_only_who_holds_the_order_gets_its_certificate(client, sent):
    order, parcel, _issued = sent
    sequence()
    for ending in ("/certificate.pdf", f"/parcels/{parcel}/proof"):
        assert client.get(f"/orders/{order.number}{ending}").status_code == 404
        assert client.get(f"/orders/{order.number}{ending}?token=wrong").status_code == 404
    assert fetch(client, order, "/parcels/C-2026-OTHER/proof").status_code == 404


def test_an_order_of_which_nothing_left_has_none(client, session, at):
    with transaction():
        make_listing(at=at)
    order = place((session.scalar(sa.text("SELECT sku FROM variant")), 3), at=at)
    assert fetch(client, order, "/certificate.pdf").status_code == 404
    assert "certificate.pdf" not in fetch(client, order, "").get_data(as_text=True)


def test_a_change_behind_the_apps_back_is_named(session, sent):
    _order, parcel, _issued = sent
    sequence()
    assert list(audit_rows(sealing.SOURCE)) == []
    # The guard of the tests refuses to commit this, so the audit looks before it is taken back.
    session.execute(sa.text("UPDATE provenance_certificate SET at = '2026-03-13 04:00:00.000000'"))
    findings = [str(one) for one in audit_rows(sealing.SOURCE)]
    session.rollback()
    assert len(findings) == 1
    assert f"certificate/{parcel}" in findings[0]
