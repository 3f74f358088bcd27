"""What a report consists of, in one language, before it becomes a page, a PDF or a workbook. Pure.

Tables carry raw numbers with the kind of their column, so that every form (text, spreadsheet, JSON)
prints the same figure in its own way. Row and column keys are the same in every language.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any

Cell = str | int | Decimal | None

# How the numbers of a column are meant: money is whole fen, price is fen per plant (may be broken),
# ratio is a part of one, points is a difference of two ratios.
KINDS = frozenset({"text", "count", "money", "price", "ratio", "points"})
DECIMAL_KINDS = frozenset({"price", "ratio", "points"})


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table; `kind` is one of `KINDS`."""

    key: str
    title: str
    kind: str = "text"

    @property
    def is_number(self) -> bool:
        """Whether its cells are figures."""
        return self.kind != "text"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table, a cell for each column."""

    key: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table of raw numbers; `total` stands below the rows."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total: Row | None = None

    def all_rows(self) -> tuple[Row, ...]:
        """The rows, then the total where there is one."""
        return self.rows if self.total is None else (*self.rows, self.total)

    def numbers(self, place: int) -> tuple[int | None, ...]:
        """The column at `place` in whole numbers; None where a cell is empty. The total is not among them."""
        cells = (row.cells[place] for row in self.rows)
        return tuple(None if cell is None else int(cell) for cell in cells)


@dataclass(frozen=True, slots=True)
class Series:
    """One row of marks; `low` and `high` are the ends of 95 % intervals where there are any."""

    name: str
    values: tuple[int | None, ...]
    low: tuple[int | None, ...] = ()
    high: tuple[int | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """`kind` says how it is drawn; values are whole numbers, drawn in units of `divisor`.

    ``bars`` (grouped, horizontal), ``lines`` and ``bridge`` show fen; ``multiples`` is one small panel
    per series on one scale; ``counterfactual`` is actual and predicted with a band; ``series`` is long lines; ``events`` is dots
    with intervals; ``tiles`` is a map of provinces by code; ``heat`` is a row of shaded cells per series.
    """

    key: str
    kind: str
    title: str
    alt: str
    unit: str
    divisor: int
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    table_key: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A headline number with the rung of evidence it stands on and what must be read with it."""

    key: str
    label: str
    value: str
    grade: str
    grade_name: str
    remark: str


@dataclass(frozen=True, slots=True)
class Section:
    """`private` marks an annex that names growers: for the branch and the committee, never to be published.

    `outcomes` are the section's findings as plain values that mean the same in every language, as the gates it
    tried and what it left out and why; `inputs` is what the section read besides the evidence, as plain values from
    which its figures follow. Both are frozen with the report.
    """

    key: str
    title: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()
    notes: tuple[str, ...] = ()
    private: bool = False
    outcomes: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)

    def table(self, key: str) -> Table:
        """The table with this key, which is there."""
        return next(table for table in self.tables if table.key == key)


@dataclass(frozen=True, slots=True)
class Definition:
    """`figure` is where the term is a figure of the report: ``section/table/row/column``, or empty."""

    term: str
    meaning: str
    figure: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A numbered note; `sections` are the keys of those that refer to it."""

    number: int
    text: str
    sections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A report in one language. `annex_digest` is the SHA-256 of its frozen annex, `code` what made it."""

    locale: str
    number: str
    title: str
    unit_name: str
    period_key: str
    period_label: str
    preliminary: bool
    standing: str
    cut_off: str
    digest: str
    headline: tuple[Figure, ...]
    changed: tuple[str, ...]
    doubtful: tuple[str, ...]
    sections: tuple[Section, ...]
    definitions: tuple[Definition, ...]
    version: int = 1
    annex_digest: str = ""
    code: str = ""

    @property
    def notes(self) -> tuple[Note, ...]:
        """The notes of all sections, numbered through the document; what several of them say is one note."""
        places: dict[str, list[str]] = {}
        for section in self.sections:
            for text in section.notes:
                places.setdefault(text, []).append(section.key)
        return tuple(
            Note(number, text, tuple(dict.fromkeys(keys)))
            for number, (text, keys) in enumerate(places.items(), start=1)
        )

    def notes_of(self, section: Section) -> tuple[int, ...]:
        """The numbers of the notes that a section refers to."""
        return tuple(note.number for note in self.notes if section.key in note.sections)


def to_json(document: Document) -> dict[str, Any]:
    """Plain JSON values; `from_json` reads them back into an equal document."""
    return _plain(asdict(document))


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def from_json(data: dict[str, Any]) -> Document:
    """A document from what `to_json` made of one."""
    return Document(
        **{
            **data,
            "headline": tuple(Figure(**figure) for figure in data["headline"]),
            "changed": tuple(data["changed"]),
            "doubtful": tuple(data["doubtful"]),
            "sections": tuple(_section(section) for section in data["sections"]),
            "definitions": tuple(Definition(**definition) for definition in data["definitions"]),
        }
    )


def _section(data: dict[str, Any]) -> Section:
    charts = (
        Chart(
            **{
                **chart,
                "categories": tuple(chart["categories"]),
                "series": tuple(
                    Series(
                        series["name"],
                        tuple(series["values"]),
                        tuple(series.get("low", ())),
                        tuple(series.get("high", ())),
                    )
                    for series in chart["series"]
                ),
            }
        )
        for chart in data["charts"]
    )
    return Section(
        **{
            **data,
            "paragraphs": tuple(data["paragraphs"]),
            "notes": tuple(data["notes"]),
            "tables": tuple(_table(table) for table in data["tables"]),
            "charts": tuple(charts),
        }
    )


def _table(data: dict[str, Any]) -> Table:
    columns = tuple(Column(**column) for column in data["columns"])

    def row(raw: dict[str, Any]) -> Row:
        cells = zip(columns, raw["cells"], strict=True)
        return Row(
            raw["key"],
            tuple(Decimal(c) if k.kind in DECIMAL_KINDS and c is not None else c for k, c in cells),
        )

    return Table(
        key=data["key"],
        title=data["title"],
        columns=columns,
        rows=tuple(row(raw) for raw in data["rows"]),
        total=row(data["total"]) if data["total"] else None,
    )


def data_annex(document: Document) -> dict[str, Any]:
    """The figures without the words: the same for every language, and the thing a digest is taken of."""
    return {
        "format": "guiyuan-report-1",
        "number": document.number,
        "period": document.period_key,
        "preliminary": document.preliminary,
        "input_digest": document.digest,
        "sections": {
            section.key: {
                table.key: {
                    "columns": [{"key": column.key, "kind": column.kind} for column in table.columns],
                    "rows": {row.key: _numbers(table, row) for row in table.all_rows()},
                }
                for table in section.tables
            }
            for section in document.sections
        },
    }


def _numbers(table: Table, row: Row) -> dict[str, Any]:
    cells = zip(table.columns, row.cells, strict=True)
    return {column.key: _plain(cell) for column, cell in cells if column.is_number}
