"""What a newer version of a report says otherwise than the version before. Pure but for the words.

Figures are compared one by one as they are printed, so that a revision is what a reader sees changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from flask_babel import gettext as _
from flask_babel import ngettext

from branch.reports.document import Cell, Column, Document, Row, Section, Table
from branch.reports.wording import numbers

REVISIONS = "revisions"
# A longer list is in the annex as a whole.
MOST_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Difference:
    """One printed figure of two versions; an empty text stands for a figure that one of them does not have."""

    section: str
    table: str
    row: str
    column: str
    private: bool
    name: str
    before: str
    now: str
    raw_before: Cell
    raw_now: Cell


@dataclass(frozen=True, slots=True)
class _Figure:
    table: Table
    row: Row
    column: Column
    cell: Cell
    private: bool

    @property
    def text(self) -> str:
        return numbers.cell(self.column, self.cell)

    @property
    def name(self) -> str:
        return " · ".join((self.table.title, str(self.row.cells[0] or self.row.key), self.column.title))


def differences(old: Document, new: Document) -> tuple[Difference, ...]:
    """Every figure that is printed differently, in the order of the report; words do not count."""
    before, now = dict(_figures(old)), dict(_figures(new))
    order = [*now, *(key for key in before if key not in now)]
    return tuple(
        difference for key in order if (difference := _difference(key, before.get(key), now.get(key)))
    )


def _figures(document: Document) -> Iterator[tuple[tuple[str, str, str, str], _Figure]]:
    for section in document.sections:
        for table in section.tables:
            for row in table.all_rows():
                for column, cell in zip(table.columns, row.cells, strict=True):
                    if column.is_number:
                        key = (section.key, table.key, row.key, column.key)
                        yield key, _Figure(table, row, column, cell, section.private)


def _difference(
    key: tuple[str, str, str, str], before: _Figure | None, now: _Figure | None
) -> Difference | None:
    texts = ["" if figure is None else figure.text for figure in (before, now)]
    latest = now or before
    # Where a figure came or went without ever being one, nothing that was printed has changed.
    if latest is None or texts[0] == texts[1] or set(texts) <= {"", numbers.NOTHING}:
        return None
    raw_before, raw_now = (None if figure is None else figure.cell for figure in (before, now))
    return Difference(*key, latest.private, latest.name, texts[0], texts[1], raw_before, raw_now)


def with_revisions(new: Document, old: Document | None, inputs: Iterable[str] = ()) -> Document:
    """`new` with a section on what changed against `old`, in front of the annexes; unchanged without an older one.

    `inputs` are the names of those inputs of the annex that are not what they were.
    """
    if old is None:
        return new
    changes = differences(old, new)
    shown = [difference for difference in changes if not difference.private]
    section = Section(
        key=REVISIONS,
        title=_("Revisions"),
        paragraphs=(*_sentences(old, len(shown), len(changes) - len(shown)), *_inputs(inputs)),
        tables=(_table(shown[:MOST_SHOWN]),) if shown else (),
        notes=(_("All of them are in the data annex."),) if len(shown) > MOST_SHOWN else (),
    )
    public = tuple(other for other in new.sections if not other.private)
    private = tuple(other for other in new.sections if other.private)
    return replace(new, sections=(*public, section, *private))


def _sentences(old: Document, shown: int, private: int) -> Iterator[str]:
    if not shown and not private:
        yield _(
            "No printed figure differs from version %(version)s (report number %(number)s).",
            version=old.version,
            number=old.number,
        )
        return
    yield ngettext(
        "%(num)s figure is printed otherwise than in version %(version)s (report number %(number)s).",
        "%(num)s figures are printed otherwise than in version %(version)s (report number %(number)s).",
        shown,
        version=old.version,
        number=old.number,
    )
    if private:
        yield ngettext(
            "%(num)s more figure of a single grower changed.",
            "%(num)s more figures of single growers changed.",
            private,
        )


def _inputs(names: Iterable[str]) -> Iterator[str]:
    """What the report rests on that changed, so that a reader knows where to look."""
    words = {
        "rows": _("sales by grower, month, channel and group"),
        "spans": _("since when channels are on record"),
        "foreign": _("sales in other currencies"),
        "kinds": _("numbers of sales, refunds and reversals"),
        "cut_off": _("the moment of the latest record"),
        "sizes": _("sales by size class"),
        "provinces": _("sales by province"),
        "panel_growers": _("authorisations and known channels"),
        "panel_cells": _("months wholly on record"),
        "coverage": _("coverage of channels"),
        "income": _("growers' costs"),
        "programmes": _("programmes with one date"),
        "authenticity": _("look-ups, alarms, cases and quota"),
        "imports": _("imports of outside orders"),
    }
    listed = [str(words.get(name, name)) for name in names]
    if listed:
        yield _("Of what the report rests on, this has changed: %(inputs)s.", inputs="; ".join(listed))


def _table(shown: Iterable[Difference]) -> Table:
    columns = (
        Column("figure", _("Figure")),
        Column("before", _("Version before")),
        Column("now", _("This version")),
    )
    rows = tuple(
        Row(
            f"{difference.section}/{difference.table}/{difference.row}/{difference.column}",
            (difference.name, difference.before or numbers.NOTHING, difference.now or numbers.NOTHING),
        )
        for difference in shown
    )
    return Table(REVISIONS, _("What changed against the version before"), columns, rows)


def as_plain(changes: Iterable[Difference], slugs: Mapping[str, str]) -> list[list[str | int | None]]:
    """Differences for the annex: section, table, row, column, the figure before, the figure now."""

    def raw(cell: Cell) -> str | int | None:
        return cell if cell is None or isinstance(cell, int) else str(cell)

    return [
        [
            difference.section,
            difference.table,
            slugs.get(difference.row, difference.row),
            difference.column,
            raw(difference.raw_before),
            raw(difference.raw_now),
        ]
        for difference in changes
    ]
