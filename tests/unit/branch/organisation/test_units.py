"""A town sets up its tree of units by itself, on the page or from the command line."""

import pytest

from branch.organisation.queries.tree import all_units, get_unit
from branch.organisation.service import tree as service
from core.database import transaction
from core.errors import Conflict, Invalid
from tests.factories.organisation import make_membership


def found(kind, name_zh, *, parent=None, code=""):
    with transaction():
        return service.found_unit(
            code=code, name_zh=name_zh, name_en="", kind=kind, parent=get_unit(parent) if parent else None
        )


def test_a_town_grows_from_its_committee_down(session):
    town = found("committee", "示范镇")
    assert town.code == "shi-fan-zhen"
    found("branch", "桂花产业支部", parent=town.code, code="shi-fan-osmanthus")
    village = found("village", "竹影村", parent="shi-fan-osmanthus")
    found("group", "一组", parent=village.code)
    assert [unit.kind for unit in all_units()] == ["committee", "branch", "village", "group"]
    assert village.name_en == "竹影村"


@pytest.mark.parametrize(
    ("kind", "parent", "code", "error"),
    [
        ("village", None, "", Invalid),
        ("committee", "town", "", Invalid),
        ("group", "town", "", Invalid),
        ("branch", "town", "UPPER CASE", Invalid),
        ("branch", "town", "town", Conflict),
    ],
)
def test_what_cannot_stand_there_is_refused(session, kind, parent, code, error):
    found("committee", "示范镇", code="town")
    with pytest.raises(error):
        found(kind, "某处", parent=parent, code=code)
    assert [unit.code for unit in all_units()] == ["town"]


@pytest.mark.both
def test_a_secretary_adds_a_village_below_the_branch_and_nowhere_else(login, session):
    secretary = login(role="secretary")
    mine = next(unit for unit in all_units() if unit.kind == "branch")
    found("committee", "别的镇", code="elsewhere")
    found("branch", "别的支部", parent="elsewhere", code="elsewhere-branch")
    sent = {"parent": mine.code, "kind": "village", "name_zh": "新村", "name_en": "New village"}
    assert secretary.submit("/branch/units", sent).status_code == 303
    assert get_unit("xin-cun").parent_id == mine.id
    refused = secretary.submit("/branch/units", sent | {"parent": "elsewhere-branch", "name_zh": "外村"})
    assert refused.status_code == 422
    assert "外村" in refused.get_data(as_text=True)
    assert secretary.submit("/branch/units/xin-cun", {"name_zh": "新桂村", "name_en": ""}).status_code == 303
    session.rollback()
    assert get_unit("xin-cun").name_zh == "新桂村"
    assert secretary.get("/branch/units/elsewhere-branch").status_code == 403


def test_whoever_only_looks_at_a_place_is_offered_no_unit_there_and_renames_none(login, session):
    secretary = login(role="secretary")
    with transaction():
        make_membership(secretary.account_id, "technician", "guihua-tea")
    assert "guihua-tea" not in secretary.get("/branch/units").text
    for unit in ("guihua-tea", "guihua-hill"):
        answer = secretary.submit(f"/branch/units/{unit}", {"name_zh": "改名"}, form_at="/branch/units")
        assert answer.status_code == 403
    assert "改名" not in {unit.name_zh for unit in all_units()}


@pytest.mark.both
def test_the_operator_founds_a_town(login, session):
    operator = login(role="operator")
    sent = {"name_zh": "第二镇", "name_en": "", "code": "second"}
    assert operator.submit("/operations/units", sent).status_code == 303
    assert get_unit("second").kind == "committee"
    assert login(role="secretary").submit("/operations/units", sent, form_at="/verify").status_code == 403


@pytest.mark.both
def test_the_command_line_does_the_same(app, session):
    runner = app.test_cli_runner()
    assert (
        runner.invoke(args=["units", "create", "示范镇", "--kind", "committee", "--code", "town"]).exit_code
        == 0
    )
    wrong = runner.invoke(args=["units", "create", "某村", "--kind", "group", "--parent", "town"])
    assert wrong.exit_code == 1
    assert "town  committee  示范镇" in runner.invoke(args=["units", "list"]).output
