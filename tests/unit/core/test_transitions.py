"""One way in which states change: what the table refuses, and the row that tells of a step."""

from datetime import UTC, datetime
from enum import StrEnum
from types import SimpleNamespace

import pytest

from core import transitions
from core.errors import Conflict, Invalid
from core.state_tables import StateTable
from core.transitions import StateMachine, require_reason

AT = datetime(2026, 3, 12, 4, 0, tzinfo=UTC)


class State(StrEnum):
    OPEN = "open"
    HELD = "held"
    OVER = "over"


class Step(StrEnum):
    HOLD = "hold"
    END = "end"


TABLE = StateTable(
    {
        State.OPEN: {Step.HOLD: State.HELD, Step.END: State.OVER},
        State.HELD: {Step.HOLD: State.HELD, Step.END: State.OVER},
    }
)
TARGETS = StateTable(
    {State.OPEN: frozenset({State.HELD, State.OVER}), State.HELD: frozenset(), State.OVER: frozenset()}
)


class Change:
    """As a table of changes: it has a column for each thing that is told, but for `to_state`."""

    step = from_state = None

    def __init__(self, **columns):
        vars(self).update(columns)


class Session:
    """Keeps what is added, in the order in which it is added and flushed."""

    def __init__(self):
        self.done = []

    def add(self, row):
        self.done.append(row)

    def flush(self):
        self.done.append("flush")


@pytest.fixture
def database(monkeypatch):
    monkeypatch.setattr(transitions, "session", Session())
    return transitions.session


@pytest.mark.parametrize(
    ("table", "current", "step", "target"),
    [
        (TABLE, State.OPEN, Step.HOLD, State.HELD),
        (TABLE, "open", Step.END, State.OVER),
        (TABLE, State.OVER, Step.END, None),
        (TABLE, "open", State.OVER, None),
        (TARGETS, "open", State.OVER, State.OVER),
        (TARGETS, State.HELD, State.OVER, None),
        (TARGETS, "unheard of", State.OVER, None),
    ],
)
def test_a_step_leads_where_the_table_says(table, current, step, target):
    assert table.after(current, step) == target


def test_steps_are_offered_in_the_order_of_the_table():
    assert TABLE.steps_from("open") == [Step.HOLD, Step.END]
    assert TABLE.steps_from(State.OVER) == []


def test_from_where_a_state_is_reached():
    assert TABLE.sources_of(State.OVER) == {State.OPEN, State.HELD}
    assert TARGETS.sources_of(State.OPEN) == frozenset()


def test_a_move_changes_the_row_and_leaves_what_its_changes_have_columns_for(database):
    life = StateMachine(TABLE, Change, of="thing_id")
    row = SimpleNamespace(id=7, state="open")
    change = life.move(row, Step.HOLD, at=AT, by=3, reason="because")
    assert row.state == State.HELD
    assert vars(change) == {
        "thing_id": 7,
        "step": Step.HOLD,
        "from_state": "open",
        "at": AT,
        "by_account_id": 3,
        "reason": "because",
    }
    assert database.done == [change]


def test_a_move_that_the_table_does_not_have_changes_nothing(database):
    row = SimpleNamespace(id=7, state=State.OVER)
    with pytest.raises(Conflict) as refused:
        StateMachine(TABLE, Change, of="thing_id").move(row, Step.END, at=AT, by=None, to=State.HELD)
    assert (refused.value.code, refused.value.details) == (
        "wrong_state",
        {"current": "over", "target": "end"},
    )
    assert str(refused.value) == "over -> end"
    said = StateMachine(
        TABLE, Change, of="thing_id", refusal=lambda _row, step: Conflict(step, code="decided")
    )
    with pytest.raises(Conflict) as refused:
        said.require(row, Step.END)
    assert (refused.value.code, str(refused.value)) == ("decided", "end")
    assert (row.state, database.done) == (State.OVER, [])


def test_a_change_is_sealed_once_it_stands_in_the_database(database):
    sealed = []
    life = StateMachine(
        TABLE,
        Change,
        of="thing_id",
        column="stage",
        seal=lambda row, change: sealed.append((row.stage, change)),
    )
    row = SimpleNamespace(id=7, stage=State.HELD)
    change = life.move(row, Step.HOLD, at=AT, by=None, to=State.OPEN)
    assert sealed == [(State.OPEN, change)]
    assert database.done == [change, "flush"]


def test_a_reason_is_kept_without_the_space_around_it_and_blanks_are_none():
    assert require_reason("  too dry\n", "Say why.") == "too dry"
    with pytest.raises(Invalid) as refused:
        require_reason(" \n", "Say why.", code="why")
    assert (str(refused.value), refused.value.code) == ("Say why.", "why")
