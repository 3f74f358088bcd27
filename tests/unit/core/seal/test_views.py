"""The log over HTTP: media types, cache headers, what is not there, and the proofs on pages."""

import gzip

import pytest

from branch.api import append_facts
from core import seal
from core.database import transaction
from core.seal.models.log import this_log
from core.seal.queries.subjects import signed_size
from core.seal.rules.merkle import Levels, ProofFails, leaf_hash
from core.seal.rules.note import BadNote, Signer, Verifier, open_checkpoint
from core.seal.rules.proof_check import check_proof, proofs_in
from core.seal.rules.tiles import unpack
from core.seal.tasks.sequencer import sequence
from tests.factories.ledger import make_fact
from tests.factories.licences import make_licence
from tests.unit.core.seal.test_sequencer import append


@pytest.fixture
def log(session):
    append(300)
    sequence()
    session.rollback()
    return this_log()


def test_the_checkpoint_is_served_fresh(log, client):
    answer = client.get("/log/checkpoint")
    assert answer.content_type == "text/plain; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=2"
    assert "Set-Cookie" not in answer.headers
    vkey = client.get("/log/vkey")
    assert vkey.content_type == "text/plain; charset=utf-8"
    assert open_checkpoint(answer.text, Verifier.parse(vkey.text)).size == 300


@pytest.mark.parametrize(
    ("path", "length"), [("0/000", 8192), ("0/001.p/44", 44 * 32), ("1/000.p/1", 32), ("0/000.p/7", 7 * 32)]
)
def test_tiles_are_served_for_ever(log, client, path, length):
    answer = client.get(f"/log/tile/{path}")
    assert (answer.status_code, answer.content_type) == (200, "application/octet-stream")
    assert len(answer.data) == length
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_bundles_hold_the_entries_and_are_packed_for_who_asks(log, client):
    plain = client.get("/log/tile/entries/001.p/44")
    assert plain.content_type == "application/octet-stream"
    assert len(unpack(plain.data)) == 44
    packed = client.get("/log/tile/entries/001.p/44", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(packed.data) == plain.data
    tile = client.get("/log/tile/0/001.p/44").data
    assert [leaf_hash(one) for one in unpack(plain.data)] == [
        tile[i : i + 32] for i in range(0, len(tile), 32)
    ]


@pytest.mark.parametrize(
    "path",
    ["0/001", "0/001.p/45", "0/002", "1/000", "2/000.p/1", "entries/001", "entries/001.p/45", "0/1", "x/000",
     "0/000.p/256", "0/000.p/0", "0/../../checkpoint", "entries/000/", "64/000"],
)  # fmt: skip
def test_what_the_checkpoint_does_not_cover_is_not_there(log, client, path):
    assert client.get(f"/log/tile/{path}").status_code == 404


def test_tiles_beyond_the_signature_are_not_served(log, client):
    store = log.store
    store.publish(store.checkpoint().replace("\n300\n", "\n280\n"))
    assert client.get("/log/tile/0/001.p/44").status_code == 404
    assert client.get("/log/tile/0/001.p/24").status_code == 200


def test_before_the_first_signature_there_is_no_checkpoint(session, client):
    assert client.get("/log/checkpoint").status_code == 404
    page = client.get("/log")
    assert page.status_code == 200


def test_the_page_says_that_nobody_witnesses(log, client, count_statements):
    with count_statements() as seen:
        page = client.get("/log", headers={"Accept-Language": "en"}).text
    assert "目前还没有见证方" in page or "Nobody witnesses this log yet" in page
    assert log.origin in page
    assert len(seen) <= 1


@pytest.fixture
def licence(session, at):
    with transaction():
        found = make_licence(at=at)
    sequence()
    return found


def test_a_licence_tells_where_it_is_sealed_and_gives_the_proof(licence, client):
    page = client.get(f"/registry/licences/{licence.number}").text
    assert f"/registry/licences/{licence.number}/proof" in page
    answer = client.get(f"/registry/licences/{licence.number}/proof")
    assert answer.headers["Content-Disposition"].endswith('.tlog-proof"')
    key = this_log().verifier
    checked = check_proof(answer.text, key)
    assert checked.kind == "licence"
    assert checked.subject == f"licence/{licence.number}"
    assert checked.body["valid_until"] == licence.valid_until.isoformat()
    assert (checked.size, checked.member, checked.witnesses) == (signed_size(), None, ())
    with pytest.raises(BadNote):
        check_proof(answer.text, Signer.generate(key.name).verifier)


def test_the_sentence_costs_one_query_and_the_proof_one(licence, session, count_statements):
    with count_statements() as seen:
        assert seal.seal_of(f"licence/{licence.number}").number is not None
    assert len(seen) == 1
    with count_statements() as seen:
        seal.proof_for(f"licence/{licence.number}")
    assert len(seen) == 1


def test_a_proof_whose_facts_were_changed_proves_nothing(licence, session):
    import base64

    proof = seal.proof_for(f"licence/{licence.number}")
    key = this_log().verifier
    for old, new in (
        (b"valid_until", b"valid_untix"),
        (b'"licence/', b'"licencf/'),
        (b'"salt":"', b'"salt":"00'),
    ):
        extra = proof.extra.replace(old, new)
        text = str(proof).replace(base64.b64encode(proof.extra).decode(), base64.b64encode(extra).decode())
        with pytest.raises(BadNote):
            check_proof(text, key)
    with pytest.raises((BadNote, ProofFails)):
        check_proof(str(proof).replace(f"index {proof.index}\n", f"index {proof.index + 1}\n"), key)


@pytest.mark.both
def test_what_waits_says_so_and_is_not_there_when_it_was_never_sealed(session, client, at):
    with transaction():
        licence = make_licence(at=at)
    page = client.get(f"/registry/licences/{licence.number}").text
    assert "正在封存" in page
    assert client.get(f"/registry/licences/{licence.number}/proof").status_code == 503
    assert seal.seal_of("licence/none") is None


def test_a_member_of_a_batch_is_proved_behind_the_batch_s_entry(session):
    codes = [b"code-%d" % n for n in range(5)]
    tree = Levels([leaf_hash(one) for one in codes])
    with transaction():
        seal.append("code_batch", "code_batch/B1", {"root": tree.root.hex(), "count": 5})
    sequence()
    member = seal.Member(codes[3], 3, 5, tuple(tree.inclusion(3)))
    text = str(seal.proof_for("code_batch/B1", member=member))
    assert check_proof(text, this_log().verifier).member == codes[3].hex()
    wrong = str(seal.proof_for("code_batch/B1", member=seal.Member(b"other", 3, 5, member.path)))
    with pytest.raises(ProofFails):
        check_proof(wrong, this_log().verifier)


def test_proofs_are_found_in_files_and_not_in_others(licence, session):
    import zlib

    text = str(seal.proof_for(f"licence/{licence.number}"))
    assert proofs_in(text.encode()) == [text]
    pdf = b"%PDF-1.7\n1 0 obj\n<< >>\nstream\n" + zlib.compress(text.encode()) + b"\nendstream\nendobj\n"
    assert proofs_in(pdf) == [text]
    for other in (b"", b"%PDF-1.7\nstream\nabc\nendstream", b"hello"):
        with pytest.raises(BadNote):
            proofs_in(other)


@pytest.mark.both
def test_a_grower_sees_his_own_records_with_their_proofs_and_nobody_else_s(app, login, at):
    grower = login(role="grower")
    other = login(role="grower")
    with app.app_context(), transaction():
        append_facts([make_fact(grower.grower_id, source="shop", source_ref="GY-1/1")], at=at)
        append_facts([make_fact(other.grower_id, source="shop", source_ref="GY-2/1")], at=at)
    with app.app_context():
        sequence()
    page = grower.get("/seller/sales/records").text
    assert "封存为公开日志第" in page
    answer = grower.get("/seller/sales/records/proof?source=shop&ref=GY-1/1")
    with app.app_context():
        checked = check_proof(answer.text, this_log().verifier)
    assert checked.subject == "sale/shop/GY-1/1"
    assert grower.get("/seller/sales/records/proof?source=shop&ref=GY-2/1").status_code == 404
    assert grower.get("/seller/sales/records?period=nonsense").status_code == 422
