"""Every figure that a rule can put into evidence has a name in both languages."""

import ast
import inspect

import pytest
from flask_babel import force_locale

from traceability.alarms.rules import judging as rules
from traceability.alarms.rules import licensees as licensee_rules
from traceability.alarms.service import judging as alarms
from traceability.cases.wording.facts import NAMES, fact_name, rule_facts
from traceability.codes.service import inner_codes as inner


def keys_in(module):
    """The keys of every dictionary whose keys are words, but for what a notice says: figures of findings, facts of evidence."""
    nodes, found = list(ast.walk(ast.parse(inspect.getsource(module)))), set()
    in_notices = [node.value for node in nodes if isinstance(node, ast.keyword) and node.arg == "context"]
    for node in nodes:
        if isinstance(node, ast.Dict) and node not in in_notices:
            words = [
                key.value for key in node.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)
            ]
            found |= set(words)
    return found - {*rules.CODE_RULES, *rules.NETWORK_RULES, *licensee_rules.LICENSEE_RULES}


@pytest.mark.parametrize("module", [rules, licensee_rules, alarms, inner])
def test_no_figure_shows_its_key(module):
    assert keys_in(module) - NAMES.keys() == set()


def test_the_rules_figures_are_found_at_all():
    assert {"parties", "speed_km_h", "over", "tries"} <= keys_in(rules) | keys_in(licensee_rules)


def test_each_name_is_in_both_languages(app):
    with app.test_request_context():
        with force_locale("en"):
            english = {key: fact_name(key) for key in NAMES}
        with force_locale("zh_Hans_CN"):
            chinese = {key: fact_name(key) for key in NAMES}
    assert all(words.isascii() for words in english.values())
    assert not any(words.isascii() for words in chinese.values())


def test_lists_are_counted_and_moments_are_local(app):
    with app.test_request_context(), force_locale("en"):
        shown = dict(
            rule_facts(
                {"lookups": [3, 5, 8], "locked_at": "2026-03-12T04:00:00Z", "texts": 1200, "provinces": ""}
            )
        )
    assert shown == {"Rows that it rests on": "3", "Locked on": "2026-03-12 12:00", "Unknown texts": "1,200"}
