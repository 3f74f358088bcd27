"""Frozen views of rows: the fields that a view has in common with what it shows are told once, in the view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar

View = TypeVar("View")


def view_of(kind: Callable[..., View], *sources: object, **given: Any) -> View:
    """A view (a dataclass): each field as `given`, else from the first of `sources` that has one of its name.

    Raises:
        TypeError: a field without a default that nobody has, or something given that is no field.
    """
    wanted = [name for name in _names(kind) if name not in given]
    for source in reversed(sources):
        given |= {name: getattr(source, name) for name in wanted if hasattr(source, name)}
    return kind(**given)


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))
