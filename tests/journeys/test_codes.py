"""Codes over HTTP: a grower's activation, packing and returns; two people of the branch; a buyer's inner code."""

import io
import re

import pytest
from sqlalchemy import func, select

from core.clock import now
from core.database import transaction
from core.seal.models.log import this_log
from core.seal.rules.merkle import ProofFails
from core.seal.rules.note import BadNote
from core.seal.rules.proof_check import check_proof
from core.seal.tasks.sequencer import sequence
from tests.factories.licences import make_licence
from tests.factories.organisation import make_grower
from tests.factories.pictures import picture
from tests.factories.traceability import make_lot, ship
from traceability.alarms.tasks import sweep_recent
from traceability.api import issue_codes
from traceability.cases.models.tables import CounterfeitCase
from traceability.codes.models.digests import SALT_BYTES
from traceability.codes.models.tables import Code, CodeAction
from traceability.codes.queries.batches import batches_of_lot, get_batch
from traceability.codes.tasks import make


@pytest.fixture
def grower(session):
    with transaction():
        return make_grower(name="竹影苗圃")


@pytest.fixture
def lot(grower, session):
    with transaction():
        made = make_lot(grower=grower, quantity=60)
        make_licence(grower.id)
    return made


@pytest.fixture
def seller(login, grower):
    return login(role="grower", grower_id=grower.id)


def issued(lot, level="unit", count=4, plants=1, **values):
    with transaction():
        return issue_codes(lot.id, level, count, plants, at=now(), by=None, **values)


def test_a_grower_activates_a_range_on_a_phone_with_what_was_measured(seller, lot, session, client):
    codes = issued(lot)
    refused = seller.submit(
        "/seller/codes/activate", {"codes": f"{codes.batch.number} 3-9\nABC", "diameter": "8.2"}
    )
    assert refused.status_code == 422
    assert "3–9" in refused.text
    assert 'value="8.2"' in refused.text
    done = seller.submit(
        "/seller/codes/activate", {"codes": f"{codes.batch.number} 1-2", "diameter": "8.2", "height": "311"}
    )
    assert done.status_code == 303
    session.rollback()
    assert get_batch(codes.batch.number).states == {"active": 2, "printed": 2}
    shown = client.get(f"/api/v1/codes/{codes.codes[0].code}").json
    assert shown["verdict"] == "active"
    assert "8.2" in next(one["value"] for one in shown["compare"] if one["key"] == "size")
    assert seller.submit("/seller/codes/activate", {"codes": codes.batch.number}).status_code == 303
    session.rollback()
    assert get_batch(codes.batch.number).states == {"active": 4}


@pytest.mark.both
def test_a_refused_activation_says_what_is_missing_keeps_what_was_typed_and_is_seen_by_the_branch(
    seller, grower, lot, login, session
):
    with transaction():
        bare = make_lot(grower=grower, quantity=60, quota_plants=0, cultivar_group="yingui")
    codes = issued(bare)
    refused = seller.submit("/seller/codes/activate", {"codes": codes.batch.number, "diameter": "8.2"})
    assert refused.status_code == 422
    assert "没有测量" in refused.text
    assert codes.batch.number in refused.text
    assert 'value="8.2"' in refused.text
    page = f"/seller/lots/{bare.number}/codes"
    at_once = seller.submit(f"/seller/codes/{codes.batch.number}/activate", form_at=page)
    assert at_once.status_code == 409
    assert "没有测量" in at_once.text
    assert codes.batch.number in at_once.text
    session.rollback()
    assert get_batch(codes.batch.number).states == {"printed": 4}
    shown = login(role="secretary").get("/branch/codes").text
    assert shown.count(bare.number) == 2
    assert "本年度土地未测量" in shown


def kept_in(answer):
    """What the page's hidden field sends again; empty when nothing was kept."""
    return re.search(r'name="kept"[^>]*value="([^"]*)"', answer.text).group(1)


def test_a_photograph_outlives_an_activation_that_has_to_be_tried_again(seller, lot, session):
    codes = issued(lot)
    upload = {"photo": (io.BytesIO(picture(60, 40)), "plant.jpg")}
    mistyped = seller.submit(
        "/seller/codes/activate", {"codes": codes.batch.number, "height": "tall"} | upload
    )
    assert mistyped.status_code == 422
    beyond = {"codes": f"{codes.batch.number} 3-9", "kept": kept_in(mistyped)}
    refused = seller.submit("/seller/codes/activate", beyond)
    assert refused.status_code == 422
    assert "照片已保留" in refused.text
    none = {"codes": codes.batch.number, "kept": kept_in(refused), "photo": (io.BytesIO(b"MZ"), "x.jpg")}
    wrong_file = seller.submit("/seller/codes/activate", none)
    assert wrong_file.status_code == 422
    assert 'id="photo-error"' in wrong_file.text
    done = seller.submit("/seller/codes/activate", {"codes": codes.batch.number, "kept": kept_in(wrong_file)})
    assert done.status_code == 303
    session.rollback()
    action = session.scalars(select(CodeAction).where(CodeAction.kind == "activated")).one()
    assert action.photo_key.startswith("private/code_photo/")
    assert kept_in(seller.get("/seller/codes/activate")) == ""


def test_a_photograph_outlives_a_return_that_has_to_be_tried_again(seller, lot, session):
    codes = issued(lot)
    seller.submit("/seller/codes/activate", {"codes": codes.batch.number})
    with transaction():
        ship(codes, consignment="C-1", at=now())
    facts = {"codes": codes.batch.number, "counted": "4", "reason": "退货"}
    upload = {"photo": (io.BytesIO(picture(60, 40)), "plant.jpg")}
    mistyped = seller.submit("/seller/codes/return", facts | {"counted": "-1"} | upload)
    assert mistyped.status_code == 422
    done = seller.submit("/seller/codes/return", facts | {"kept": kept_in(mistyped)})
    assert done.status_code == 303
    session.rollback()
    action = session.scalars(select(CodeAction).where(CodeAction.kind == "returned")).one()
    assert action.photo_key.startswith("private/code_photo/")


@pytest.mark.both
def test_codes_of_another_grower_are_not_known_here(login, lot, session):
    with transaction():
        other = make_grower(name="别家")
    codes = issued(lot)
    stranger = login(role="grower", grower_id=other.id)
    answer = stranger.submit("/seller/codes/activate", {"codes": codes.batch.number})
    assert answer.status_code == 422
    session.rollback()
    assert get_batch(codes.batch.number).states == {"printed": 4}


@pytest.mark.both
def test_a_bundle_is_packed_and_comes_back(seller, lot, session):
    bundle, units = issued(lot, "bundle", 1, 4), issued(lot)
    packed = seller.submit(
        "/seller/codes/pack", {"bundle": f"{bundle.batch.number} 1", "codes": units.batch.number}
    )
    assert packed.status_code == 303
    with transaction():
        ship(bundle, consignment="C-1", at=now())
    back = {"codes": f"{bundle.batch.number} 1", "counted": "9", "reason": "太小"}
    assert seller.submit("/seller/codes/return", back).status_code == 422
    assert seller.submit("/seller/codes/return", back | {"counted": "3"}).status_code == 303
    session.rollback()
    assert set(session.scalars(select(Code.state))) == {"returned"}


def test_thin_plants_are_offered_bundles_only(seller, grower, session):
    with transaction():
        thin = make_lot(grower=grower, ground_diameter_mm_min=8, ground_diameter_mm_max=12)
        make_licence(grower.id)
    page = seller.get(f"/seller/lots/{thin.number}/codes").text
    assert 'value="bundle"' in page
    assert 'value="unit"' not in page


@pytest.mark.both
def test_a_large_batch_is_approved_by_another_and_made_by_the_worker(
    app, seller, login, lot, session, monkeypatch
):
    monkeypatch.setattr(app.config["SETTINGS"], "codes_approval_above", 5)
    asked = seller.submit(f"/seller/lots/{lot.number}/codes", {"level": "unit", "count": "8", "file": "csv"})
    assert asked.status_code == 303
    session.rollback()
    [batch] = batches_of_lot(lot.id)
    assert (batch.state, batch.states) == ("requested", {})
    secretary = login(role="secretary")
    assert batch.number in secretary.get("/branch/codes").text
    done = secretary.submit(
        f"/branch/codes/batches/{batch.number}", {"decision": "approve"}, form_at="/branch/codes"
    )
    assert done.status_code == 303
    make(batch.job_id, batch.number)
    assert seller.get(f"/jobs/{batch.job_id}").status_code == 200
    file = seller.get(f"/seller/codes/{batch.number}/file")
    assert (file.status_code, file.headers["Cache-Control"]) == (200, "no-store")
    assert len(file.data.splitlines()) == 9
    assert secretary.get(f"/seller/codes/{batch.number}/file").status_code == 403


@pytest.mark.both
def test_a_void_of_a_growers_codes_needs_two_people(login, lot, session):
    codes = issued(lot)
    one, other = login(role="secretary"), login(role="committee")
    wish = {"batch": codes.batch.number, "first": "2", "last": "3", "reason": "冒用"}
    assert one.submit("/branch/codes/voids", wish | {"last": "9"}, form_at="/branch/codes").status_code == 422
    assert one.submit("/branch/codes/voids", wish, form_at="/branch/codes").status_code == 303
    page = other.get("/branch/codes").text
    [address] = re.findall(r'action="(/branch/codes/voids/[^"]+)"', page)
    assert address not in one.get("/branch/codes").text
    assert one.submit(address, {"decision": "approve"}, form_at="/branch/codes").status_code == 409
    session.rollback()
    assert get_batch(codes.batch.number).states == {"printed": 4}
    assert other.submit(address, {"decision": "approve"}, form_at="/branch/codes").status_code == 303
    session.rollback()
    assert get_batch(codes.batch.number).states == {"printed": 2, "voided": 2}


@pytest.mark.both
def test_a_buyer_enters_the_inner_code_and_a_copy_is_betrayed(client, app, lot, session):
    codes = issued(lot, inner=True)
    with transaction():
        ship(codes, consignment="C-1", at=now())
    first = codes.codes[0]
    page = f"/C/{first.code}"
    wrong = client.submit(page, {"inner": "ZZZZZZZZ"}, form_at=page)
    assert wrong.status_code == 303
    assert "还可试 2 次" in client.get(page).text
    assert client.submit(page, {"inner": first.inner.lower()}, form_at=page).status_code == 303
    assert client.get(f"/api/v1/codes/{first.code}").json["verdict"] == "accepted"
    text = client.get(page, headers={"Accept-Language": "zh-CN"}).text
    assert "正品" not in text
    other = app.test_client()
    other.environ_base["REMOTE_ADDR"] = "198.51.100.9"
    form = other.get(page, headers={"User-Agent": "another"}).text
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form).group(1)
    said = other.post(
        page, data={"inner": first.inner, "csrf_token": token}, headers={"User-Agent": "another"}
    )
    assert said.status_code == 303
    session.rollback()
    assert len(client.get(f"/api/v1/codes/{first.code}").json["notices"]) == 1
    sweep_recent(at=now())
    session.rollback()
    assert session.scalar(select(func.count()).select_from(CounterfeitCase)) == 1


@pytest.mark.both
def test_the_proof_of_a_code_is_checked_without_us(client, lot, session, app):
    codes = issued(lot, count=7)
    early = client.get(f"/C/{codes.codes[4].code}/proof")
    assert early.status_code == 503
    assert early.headers["Retry-After"]
    sequence()
    proof = client.get(f"/C/{codes.codes[4].code}/proof")
    assert proof.status_code == 200
    checked = check_proof(proof.text, this_log().verifier)
    assert (checked.kind, checked.subject) == ("code_batch", f"code_batch/{codes.batch.number}")
    assert checked.body["count"] == 7
    assert bytes.fromhex(checked.member or "")[SALT_BYTES:].decode() == codes.codes[4].code
    with pytest.raises((BadNote, ProofFails)):
        check_proof(proof.text.replace("A", "B"), this_log().verifier)
    shown = client.get(f"/api/v1/codes/{codes.codes[4].code}").json["seal"]
    assert shown["entry"] is not None
    assert shown["proof"].endswith("/proof")
    assert client.get("/C/0000000000000000/proof").status_code == 404
