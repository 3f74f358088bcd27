"""States are data in a feature's `states.py`; a table that tells of them tells of all of them, and what a new one lacks is named here."""

import ast
import importlib
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest

from core.database import Base

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("core", "branch", "traceability", "shop")
ENDINGS = ("State", "Stage", "Standing")


def states() -> dict[str, type[StrEnum]]:
    """Every enumeration of states, by its name."""
    found: dict[str, type[StrEnum]] = {}
    for room in ROOMS:
        for path in (ROOT / room).rglob("states.py"):
            module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
            found |= {
                name: one
                for name, one in vars(module).items()
                if name.endswith(ENDINGS) and isinstance(one, type) and issubclass(one, StrEnum)
            }
    return found


STATES = states()


def tables() -> Iterator[tuple[str, str, frozenset[str]]]:
    """Every table whose keys are states of one enumeration: where it stands, of which, and which states it tells of."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            text = path.read_text(encoding="utf-8")
            if not any(name in text for name in STATES):
                continue
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.Dict) and node.keys:
                    keys = [key for key in node.keys if isinstance(key, ast.Attribute)]
                    owners = {key.value.id for key in keys if isinstance(key.value, ast.Name)}
                    told = frozenset(key.attr for key in keys)
                    if len(keys) < len(node.keys) or len(owners) != 1 or not owners <= STATES.keys():
                        continue
                    name = owners.pop()
                    # Another feature may have a word of the same name with members of its own.
                    if told <= STATES[name].__members__.keys():
                        yield f"{path.relative_to(ROOT)}:{node.lineno}", name, told


TABLES = list(tables())


# Tables that leave states out on purpose: the file, the enumeration, the states that it has no word for.
PARTIAL = {
    (
        "traceability/plots/states.py",
        "SurveyState",
        "APPROVED RETURNED",
    ),  # nothing is decided of them any more
    ("branch/reports/wording/report_states.py", "ReportState", "DRAFT"),  # no step leads to it
    ("traceability/surveys/views/branch.py", "SurveyState", "SURVEYED"),  # no decision leads to it
    # The way of a parcel that went well; what is not paid.
    (
        "shop/orders/wording/state_names.py",
        "FulfilmentState",
        "CANCELLED DELIVERED RETURNED TO_CONFIRM WAITING",
    ),
    (
        "shop/payments/rules/standings.py",
        "PaymentState",
        "AWAITING_PAYMENT CANCELLED DUE_ON_DELIVERY EXPIRED PROOF_SUBMITTED",
    ),
}


def test_a_table_of_states_tells_of_every_one() -> None:
    lacking = []
    for where, name, told in TABLES:
        left = " ".join(sorted(STATES[name].__members__.keys() - told))
        if left and (where.partition(":")[0], name, left) not in PARTIAL:
            lacking.append(f"{where} says nothing of {name}: {left}")
    assert not lacking, "\n".join(lacking)


def test_every_table_that_leaves_states_out_still_does() -> None:
    found = {
        (where.partition(":")[0], name, " ".join(sorted(STATES[name].__members__.keys() - told)))
        for where, name, told in TABLES
    }
    assert found >= PARTIAL, f"no longer so: {PARTIAL - found}"


@pytest.mark.parametrize("name", STATES)
def test_a_state_fits_into_its_columns(name: str) -> None:
    """Columns that begin with a state of this enumeration, or are held to its words, have room for each."""
    longest = max(len(state) for state in STATES[name])
    for table in Base.metadata.tables.values():
        for column in table.columns:
            default = getattr(column.default, "arg", None)
            if isinstance(default, STATES[name]):
                assert longest <= column.type.length, f"{table.name}.{column.name} is too short for {name}"


def test_the_tables_that_were_found_are_those_of_pages_and_rules() -> None:
    assert {name for _where, name, _told in TABLES} >= {
        "PaymentState",
        "CodeState",
        "ReportState",
        "LotState",
    }
