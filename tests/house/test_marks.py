"""Which tests run on both databases in a landing, and that the rule which finds them finds them."""

import sys
from types import SimpleNamespace

import pytest

from branch.organisation.queries.tree import get_unit
from core.database import db
from core.errors import NotFound
from tests import dialects
from tests.both import belongs_on_both, speaks_of_dialects
from tests.unit.branch.ledger import test_concurrency
from tests.unit.core import test_work_claims as test_claims
from tests.unit.shop.orders import test_states
from tests.unit.shop.stock import test_stock


def definition(function, *marks):
    return SimpleNamespace(function=function, get_closest_marker=lambda name: name if name in marks else None)


@pytest.mark.parametrize("module", [test_claims, test_concurrency, test_stock])
def test_what_races_or_waits_for_a_lock_is_found_by_its_words(module):
    found = [
        name
        for name, function in vars(module).items()
        if name.startswith("test_") and speaks_of_dialects(function)
    ]
    assert found != []


def test_what_computes_is_left_to_one_database():
    functions = [function for name, function in vars(test_states).items() if name.startswith("test_")]
    assert [function.__name__ for function in functions if speaks_of_dialects(function)] == []
    assert belongs_on_both(definition(functions[0], "both"))
    assert not belongs_on_both(definition(functions[0]))


def races():
    return "Barrier(2)"


def test_a_word_counts_in_a_function_of_the_same_file_too():
    def calls_it():
        races()

    def calls_another():
        dialects.unheard({})

    calls_it.__module__ = calls_another.__module__ = __name__
    assert speaks_of_dialects(calls_it)
    assert not speaks_of_dialects(calls_another)


def test_a_function_that_only_sqlite_heard_is_named():
    said = {"sqlite": {"shop/a.py:f", "shop/a.py:g"}, "postgresql": {"shop/a.py:f"}}
    assert dialects.unheard(said) == ["shop/a.py:g"]


def test_what_is_excused_from_postgresql_still_exists():
    gone = []
    for function in dialects.SQLITE_ONLY:
        path, _, name = function.partition(":")
        module = sys.modules.get(path.removesuffix(".py").replace("/", "."))
        if module is None or not hasattr(module, name.split(".")[0]):
            gone.append(function)
    assert gone == []


def test_who_speaks_sql_is_written_down_by_name(session, app):
    with pytest.raises(NotFound):
        get_unit("nobody")
    assert "branch/organisation/queries/tree.py:get_unit" in dialects.heard[db.engine.dialect.name]


@pytest.mark.parametrize(("at_hand", "status"), [(True, 1), (False, 0)])
def test_only_a_run_with_every_case_at_hand_is_judged(at_hand, status, tmp_path, monkeypatch):
    monkeypatch.setenv("GUIYUAN_VECTORS", str(tmp_path if at_hand else tmp_path / "nowhere"))
    monkeypatch.setattr(dialects, "heard", {"sqlite": {"shop/a.py:f"}, "postgresql": {"shop/a.py:g"}})
    config = SimpleNamespace(
        args_source=None, getoption=lambda name: "marked" if name == "--db" else "", workeroutput=None
    )
    run = SimpleNamespace(exitstatus=pytest.ExitCode.OK)
    dialects.Dialects(config).pytest_sessionfinish(run)
    assert run.exitstatus == status
