"""Reading one page of a long list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, func

from core.database import session
from core.web.rules.pagination import Page

T = TypeVar("T")
PAGE_SIZE = 20


@dataclass(frozen=True)
class PageByState(Page[T]):
    """As `Page`, of rows in one state or in all; `counts` by state, whichever was asked for."""

    counts: dict[str, int]


def page_of(
    wanted: Select[*tuple[Any, ...]], view: Callable[..., T], *, page: int, size: int = PAGE_SIZE
) -> Page[T]:
    """Page `page` (from 1) of what `wanted` selects in its order, each row by `view`; past the end, the last one."""
    counted = wanted.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)
    total = session.scalar(counted) or 0
    return _read(wanted, view, total, page, size)


def page_by_state(
    wanted: Select[*tuple[Any, ...]],
    state: ColumnElement[str],
    view: Callable[..., T],
    *,
    chosen: str,
    page: int,
) -> PageByState[T]:
    """As `page_of`, of the rows whose `state` is `chosen`, or of all when nothing is."""
    counted = wanted.with_only_columns(state, func.count(), maintain_column_froms=True).order_by(None)
    counts = {row[0]: row[1] for row in session.execute(counted.group_by(state))}
    total = counts.get(chosen, 0) if chosen else sum(counts.values())
    read = _read(wanted.where(state == chosen) if chosen else wanted, view, total, page, PAGE_SIZE)
    return PageByState(read.items, read.total, read.number, read.size, counts)


def _read(
    wanted: Select[*tuple[Any, ...]], view: Callable[..., T], total: int, page: int, size: int
) -> Page[T]:
    number = min(max(page, 1), Page((), total, 1, size).pages)
    rows = session.execute(wanted.limit(size).offset((number - 1) * size))
    return Page([view(*row) for row in rows], total, number, size)
