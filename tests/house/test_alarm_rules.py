"""A rule of alarm is a function in a table; what else a new one needs is named here."""

from dataclasses import fields
from pathlib import Path

import pytest
from flask import Flask

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
    assert set(RULES) - NO_RULES == set(SENTENCES) == set(ALL)
    assert set(names_by_rule()) - NO_RULES == set(ALL)


@pytest.mark.parametrize("name", [one.name for one in fields(Thresholds)])
def test_a_threshold_is_called_something(name: str) -> None:
    assert name in NAMES, f"{name}: traceability/alarms/wording/thresholds.py has no name for it"
