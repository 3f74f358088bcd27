"""The event hash ids of CBV 2.0, section 8.9, against the published reference cases."""

import json

import pytest

from core import strict_json as jsontext
from tests.published.vectors import vectors
from traceability.events.rules.hashing import event_hash, prehash

CASES = ["ReferenceEventHashAlgorithm", "ReferenceEventHashAlgorithm2", "ReferenceEventHashAlgorithm3"]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("read", [json.loads, jsontext.read])
def test_a_reference_event_has_the_published_hash(case, read):
    folder = vectors("epcis_hash")
    document = read((folder / f"{case}.jsonld").read_text())
    strings = [prehash(event, document["@context"]) for event in document["epcisBody"]["eventList"]]
    hashes = [event_hash(event, document["@context"]) for event in document["epcisBody"]["eventList"]]
    assert strings == (folder / f"{case}.prehashes").read_text().splitlines()
    assert hashes == (folder / f"{case}.hashes").read_text().splitlines()


def test_every_official_example_can_be_hashed():
    paths = sorted((vectors("epcis") / "valid").glob("*.jsonld"))
    assert len(paths) == 13
    for path in paths:
        document = jsontext.read(path.read_text())
        for event in document["epcisBody"]["eventList"]:
            assert event_hash(event, document["@context"]).startswith("ni:///sha-256;")
