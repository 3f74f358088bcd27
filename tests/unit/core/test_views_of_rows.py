"""Views are made of the rows that they show."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from core.database import view_of
from core.errors import NotFound, existing


@dataclass(frozen=True, slots=True)
class View:
    name: str
    count: int
    note: str = "none"


def test_a_field_comes_from_what_is_given_then_from_the_first_source_that_has_it():
    first, second = SimpleNamespace(name="first", other=1), SimpleNamespace(name="second", count=2)
    assert view_of(View, first, second) == View("first", 2)
    assert view_of(View, first, second, name="given", note="") == View("given", 2, "")


def test_a_field_that_nobody_has_and_a_name_that_is_no_field_are_errors():
    with pytest.raises(TypeError, match="count"):
        view_of(View, SimpleNamespace(name="alone"))
    with pytest.raises(TypeError, match="colour"):
        view_of(View, name="given", count=1, colour="red")


def test_what_is_not_there_is_said_with_its_code():
    assert existing(0, "nothing", code="no_such_thing") == 0
    with pytest.raises(NotFound, match="nothing") as refused:
        existing(None, "nothing", code="no_such_thing")
    assert refused.value.code == "no_such_thing"
