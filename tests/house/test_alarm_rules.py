"""A rule of alarm is a function in a table; what else a new one needs is named here."""

import ast
from dataclasses import fields
from pathlib import Path

import pytest
from flask import Flask

from traceability.alarms.rules.facts import CodeFacts, LicenseeFacts
from traceability.alarms.rules.judging import CODE_RULES, NETWORK_RULES
from traceability.alarms.rules.licensees import LICENSEE_RULES
from traceability.alarms.rules.thresholds import Thresholds, names_by_rule
from traceability.alarms.wording.findings import RULES, SENTENCES, finding_text
from traceability.alarms.wording.thresholds import NAMES

ROOT = Path(__file__).resolve().parents[2]
ALL = {**CODE_RULES, **LICENSEE_RULES, **NETWORK_RULES}
# What its name is not a rule of: how scores become alarms, and a crowd that no rule counts.
NO_RULES = {"levels", "crowd"}
DOCUMENTED = (ROOT / "docs/rules.md").read_text(encoding="utf-8")
TESTS = "".join(
    path.read_text(encoding="utf-8") for path in (ROOT / "tests/unit/traceability/alarms").glob("test_*.py")
)


@pytest.mark.parametrize("rule", ALL)
def test_a_rule_has_all_its_places(app: Flask, rule: str) -> None:
    assert ALL[rule].__name__ == rule, f"the function of {rule!r} has another name"
    assert rule in RULES, f"{rule}: traceability/alarms/wording/findings.py, RULES, has no name for it"
    assert rule in SENTENCES, (
        f"{rule}: traceability/alarms/wording/findings.py, SENTENCES, does not say what it saw"
    )
    with app.test_request_context("/"):
        assert finding_text(rule, {}), f"{rule}: its sentence cannot be said without figures"
    assert rule in names_by_rule(), (
        f"{rule}: traceability/alarms/rules/thresholds.py has no number of this rule"
    )
    assert f"`{rule}`" in DOCUMENTED, f"{rule}: docs/rules.md does not tell it"
    assert rule in TESTS, f"{rule}: no test in tests/unit/traceability/alarms names it"


def test_nothing_speaks_of_a_rule_that_is_none() -> None:
    told = {
        "wording/findings.py, RULES": set(RULES) - NO_RULES,
        "wording/findings.py, SENTENCES": set(SENTENCES),
        "rules/thresholds.py": set(names_by_rule()) - NO_RULES,
    }
    for place, names in told.items():
        assert names <= set(ALL), (
            f"{sorted(names - set(ALL))}: traceability/alarms/{place} tells of it, and no table of rules "
            "(rules/judging.py, rules/licensees.py) has a function of that name"
        )


@pytest.mark.parametrize(
    ("kind", "query"), [(CodeFacts, "code_facts.py"), (LicenseeFacts, "licensee_facts.py")]
)
def test_every_fact_is_filled_by_its_query(kind: type, query: str) -> None:
    """A rule about a fact that stays at its default never fires."""
    path = ROOT / "traceability/alarms/queries" / query
    lacking = sorted({field.name for field in fields(kind)} - names_in(path))
    assert not lacking, f"{path.relative_to(ROOT)} fills no {', '.join(lacking)} of {kind.__name__}"


def names_in(path: Path) -> set[str]:
    """Names of arguments, attributes and strings in a file."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    keywords = {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg}
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    return (
        keywords | attributes | {str(node.value) for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    )


@pytest.mark.parametrize("name", [one.name for one in fields(Thresholds)])
def test_a_threshold_is_called_something(name: str) -> None:
    assert name in NAMES, f"{name}: traceability/alarms/wording/thresholds.py has no name for it"
