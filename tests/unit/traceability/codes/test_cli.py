"""`flask codes` and `flask reference`, as the contract names them."""

import csv

import pytest

from core.database import transaction
from tests.factories.licences import make_licence
from tests.factories.traceability import make_lot


@pytest.fixture
def lot(session):
    with transaction():
        made = make_lot()
        make_licence(made.grower_id)
    return made


@pytest.fixture
def run(app):
    def call(*words):
        return app.test_cli_runner().invoke(args=[str(word) for word in words])

    return call


def issue(run, lot, output, level="unit", count=3, *more):
    return run(
        "codes", "issue", "--lot", lot.number, "--level", level, "--count", count, "--output", output, *more
    )


@pytest.mark.both
def test_codes_are_written_by_the_ending_of_the_file(run, lot, client, tmp_path):
    assert issue(run, lot, tmp_path / "a.pdf").exit_code == 0
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF-")
    done = issue(run, lot, tmp_path / "a.csv", "bundle", 2, "--plants", 20, "--activate")
    assert done.exit_code == 0, done.output
    table = tmp_path / "a.csv"
    assert table.stat().st_mode & 0o077 == 0
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    document = client.get(f"/api/v1/codes/{rows[0]['code']}").json
    assert (document["verdict"], document["level"], document["plants"]) == ("active", "bundle", 20)
    batch = rows[0]["batch"]
    assert run("codes", "void", "--batch", batch, "--reason", "misprint").exit_code == 0
    assert client.get(f"/api/v1/codes/{rows[0]['code']}").json["verdict"] == "voided"


@pytest.mark.both
def test_issued_codes_are_activated_by_their_batch(run, lot, client, tmp_path):
    issue(run, lot, tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(encoding="utf-8-sig", newline="") as file:
        row = next(csv.DictReader(file))
    assert client.get(f"/api/v1/codes/{row['code']}").json["verdict"] == "issued"
    assert run("codes", "activate", "--batch", row["batch"]).exit_code == 0
    assert client.get(f"/api/v1/codes/{row['code']}").json["verdict"] == "active"


@pytest.mark.parametrize("name", ["a.txt", "a"])
def test_other_endings_are_refused_before_anything_is_issued(run, lot, tmp_path, name):
    assert issue(run, lot, tmp_path / name).exit_code == 2
    assert not (tmp_path / name).exists()


def test_a_refusal_is_a_sentence_and_leaves_no_file(run, lot, tmp_path):
    refused = issue(run, lot, tmp_path / "a.csv", "unit", 501)
    assert refused.exit_code == 1
    assert lot.number in refused.output
    assert not (tmp_path / "a.csv").exists()


def test_codes_are_not_written_over(run, lot, tmp_path):
    (tmp_path / "a.csv").write_text("precious")
    assert issue(run, lot, tmp_path / "a.csv").exit_code == 2
    assert (tmp_path / "a.csv").read_text() == "precious"


@pytest.mark.both
def test_reference_data_is_loaded_once(run):
    assert "33 rows" in run("reference", "load").output
    assert "0 rows" in run("reference", "load").output
