"""Files, folders, modules and decisions that texts name are there: links, places in backticks, numbers of decision records."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.house.test_structure import ROOT_NAMES
from wsgi import TASKS

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
# What the recipes of `docs/how-to-add.md` let people make.
EXAMPLES = {
    "migrations/listing_add_guarantee_days.py", "branch/reports/sections/refunds.py",
    "tests/unit/branch/reports/test_refunds.py", "templates/emails/programme_begins.txt",
    "translations/ja/LC_MESSAGES",
}  # fmt: skip
LINK = re.compile(r"\]\(([^)#\s]+)")
QUOTED = re.compile(r"`([^`\n]+)`")
# Not what an address, a pattern or another machine's path has.
PLACE = re.compile(r"(?<![\w/.<>*$#:=-])([\w.-]+(?:/[\w.-]+)*/?)(?![\w<>*(-])")
MODULE = re.compile(
    r"(?<![\w/.-])((?:benchmarks|branch|core|shop|tests|traceability)(?:\.(?!po\b)[A-Za-z_]\w*)+)"
)
# Where a name begins that a module gives: defined, assigned, or imported by a front door.
BEGUN = r"^(?:def |class |    |from .* import .*)?{}\b"
DECIDED = re.compile(r"`([\w/]+\.py)`: ((?:`\w+`(?:, )?)+)")
DECISION = re.compile(r"(?:ADR |docs/adr/)(\d{3})")
ENDINGS = (".py", ".md", ".html", ".po", ".toml", ".css", ".js")


@cache
def places() -> frozenset[str]:
    """Every file and folder of the repository, modules also without their ending."""
    found = [path for name in ROOT_NAMES for path in [ROOT / name, *(ROOT / name).rglob("*")]]
    named = {str(path.relative_to(ROOT)) for path in found if "__pycache__" not in path.parts}
    return frozenset(named | {name.removesuffix(".py") for name in named})


@cache
def ends_of_places() -> frozenset[str]:
    """The places as somebody in the middle of them would name them: `rules/verdicts.py`."""
    return frozenset(
        "/".join(parts[start:])
        for parts in (place.split("/") for place in places())
        for start in range(len(parts))
    )


def places_in(text: str) -> Iterator[str]:
    """What the backticks of a text name as a file or folder of ours: from the root down, or a file by its ending."""
    for quoted in QUOTED.findall(text):
        for named in PLACE.findall(quoted):
            place = named.rstrip("/.")
            if ("/" in named and place.split("/")[0] in ROOT_NAMES) or (
                place.endswith(ENDINGS) and place not in ENDINGS
            ):
                yield place


def is_there(place: str) -> bool:
    from_root = place.split("/", maxsplit=1)[0] in ROOT_NAMES
    return place in EXAMPLES or place in (places() if from_root else ends_of_places())


@cache
def tasks() -> frozenset[str]:
    return frozenset(name for queue in TASKS.values() for name in queue)


def is_a_module_or_its_name(dotted: str) -> bool:
    """Whether a module has the name, or holds it; `branch.x` is also what code calls `x` of `branch/api.py`."""
    parts = dotted.split(".")
    for depth in range(len(parts), 0, -1):
        path, rest = ROOT.joinpath(*parts[:depth]), parts[depth:]
        files = [path.with_suffix(".py"), path / "__init__.py", path / "api.py"]
        texts = [file.read_text("utf-8") for file in files if file.is_file()]
        if texts:
            return not rest or any(re.search(BEGUN.format(rest[0]), text, re.MULTILINE) for text in texts)
    return False


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_what_a_document_names_is_there(document):
    text = document.read_text("utf-8")
    links = {link for link in LINK.findall(text) if "://" not in link}
    wrong = {link for link in links if not (document.parent / link).exists()}
    wrong |= {place for place in places_in(text) if not is_there(place)}
    named = {name for quoted in QUOTED.findall(text) for name in MODULE.findall(quoted)}
    wrong |= {name for name in named - tasks() if not is_a_module_or_its_name(name)}
    assert wrong == set()


def test_what_is_decided_is_decided_there():
    rows = DECIDED.findall((ROOT / "docs" / "where-decided.md").read_text("utf-8"))
    named = [(place, name) for place, names in rows for name in QUOTED.findall(names)]
    assert len(named) > 20
    assert [
        (place, name)
        for place, name in named
        if place in places()
        and not re.search(BEGUN.format(name), (ROOT / place).read_text("utf-8"), re.MULTILINE)
    ] == []


def test_files_and_decisions_that_the_code_names_are_there():
    decided = {path.name[:3] for path in (ROOT / "docs" / "adr").glob("*.md")}
    wrong = []
    for place in places():
        path = ROOT / place
        if not place.endswith((".py", ".md", ".html", "Makefile")) or path == Path(__file__):
            continue
        text = path.read_text("utf-8")
        wrong += [(place, number) for number in DECISION.findall(text) if number not in decided]
        wrong += [(place, named) for named in places_in(text) if path.suffix == ".py" and not is_there(named)]
    assert wrong == []


def test_a_place_that_is_not_there_is_seen():
    text = (
        "`core/nowhere.py`, `nowhere.py` and `core/money.py`, `rules/offers.py`, `var/seal/key`, `a/b.py <c>`"
    )
    assert [place for place in places_in(text) if not is_there(place)] == [
        "core/nowhere.py",
        "nowhere.py",
        "a/b.py",
    ]
    assert not is_a_module_or_its_name("core.money.no_such_name")
    assert is_a_module_or_its_name("branch.require_independent")
