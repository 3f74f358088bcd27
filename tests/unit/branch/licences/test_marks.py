"""Marks are data, and their rules are kept in every version."""

import pytest

from branch.licences.queries import marks as licences_marks
from branch.licences.queries.marks import CultivarGroup, MarkFacts
from branch.licences.service import marks
from branch.licences.service.marks import read_cultivar_groups
from core.database import transaction
from core.errors import Conflict, Forbidden, Invalid, NotFound
from tests.factories.accounts import make_account
from tests.factories.licences import make_licence, make_mark
from tests.factories.organisation import make_grower, make_membership, make_tree


@pytest.fixture
def secretary(session, at):
    with transaction():
        account = make_account(at=at)
        make_membership(account.id, "secretary", "guihua-osmanthus", at)
        return account.id


@pytest.mark.both
def test_old_versions_of_the_rules_are_kept_and_licences_keep_theirs(session, at, secretary):
    with transaction():
        mark = make_mark(at=at)
        licence = make_licence(mark=mark, at=at)
        version = marks.publish_rules("XNGH", "第二版", by_account_id=secretary, at=at)

    assert version == 2
    assert [rules.version for rules in licences_marks.rules_of(mark.id)] == [2, 1]
    assert licences_marks.get_rules(mark.id, 1).text == "第一条 只用于本地苗木。"
    assert licence.rules_version == 1
    with pytest.raises(NotFound):
        licences_marks.get_rules(mark.id, 3)


@pytest.mark.parametrize("text", ["", "  ", "第一条 只用于本地苗木。\n"])
def test_a_version_without_a_change_is_not_published(session, at, secretary, text):
    with transaction():
        make_mark(at=at)
    with pytest.raises(Invalid), transaction():
        marks.publish_rules("XNGH", text, by_account_id=secretary, at=at)


def test_a_code_belongs_to_one_mark(session, at, secretary):
    with transaction():
        mark = make_mark(at=at)
        unit = make_tree()["guihua-osmanthus"]
    with pytest.raises(Conflict), transaction():
        marks.enter_mark(mark.facts, rules_text="x", unit_id=unit.id, by_account_id=secretary, at=at)


def test_marks_are_entered_only_where_one_looks_after(session, at, secretary):
    with transaction():
        facts = make_mark(at=at).facts
        tea = make_tree()["guihua-tea"]
    with pytest.raises(Forbidden), transaction():
        marks.enter_mark(facts, rules_text="x", unit_id=tea.id, by_account_id=secretary, at=at)


def test_a_grower_sees_the_marks_of_his_own_branch(session, at):
    with transaction():
        make_mark(at=at)
        make_mark(code="TEA", unit="guihua-tea", at=at)
        grower = make_grower(unit="guihua-hill", at=at)

    assert [mark.facts.code for mark in licences_marks.marks_open_to(grower)] == ["TEA"]


@pytest.mark.both
def test_correcting_a_mark_keeps_its_code(session, at, secretary):
    with transaction():
        facts = make_mark(at=at).facts
        changed = MarkFacts(**{**vars(facts), "code": "OTHER", "registrant": "另一协会"})
        marks.correct_mark("XNGH", changed, by_account_id=secretary)

    assert licences_marks.get_mark("XNGH").facts.registrant == "另一协会"


def test_cultivar_groups_are_read_from_lines():
    assert read_cultivar_groups(["jingui, 金桂, Jingui", "", "dangui，丹桂，Dangui"]) == (
        CultivarGroup("jingui", "金桂", "Jingui"),
        CultivarGroup("dangui", "丹桂", "Dangui"),
    )
    with pytest.raises(ValueError, match="2"):
        read_cultivar_groups(["jingui, 金桂, Jingui", "dangui 丹桂"])
