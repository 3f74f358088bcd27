"""The frozen part of a report: what it was computed from, by which code and settings, and every figure. Pure.

It is one JSON file without words and without names, the same for every language and the same bytes for the same
facts. Growers stand in it under numbers that mean nothing outside of it. `branch.reports.audit.recomputing`
computes the figures anew from it with code of its own; an auditor can do so with any other.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from itertools import chain
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Any

from branch.ledger.rules.periods import REFUND_WINDOW_DAYS, Period
from branch.reports.document import Document, data_annex
from branch.reports.facts import figures
from branch.reports.facts.evidence import FORMAT, Evidence, Scope
from branch.reports.sections.revisions import REVISIONS

ANNEX_FORMAT = "guiyuan-report-2"
# Whatever decides a figure lies in these folders.
SOURCES = ("reports", "ledger", "uplift")


def given_to(scope: Scope, document: Document) -> dict[str, Any]:
    """Everything that a report was computed from: the evidence, and what its sections read besides it."""
    read = {section.key: plain(section.inputs) for section in document.sections if section.inputs}
    return inputs(scope.evidence, numbers(scope)) | read


def freeze(
    period: Period,
    scope: Scope,
    document: Document,
    *,
    revises: Mapping[str, Any] | None,
    given: dict[str, Any] | None = None,
) -> bytes:
    """The annex of a report as canonical JSON: sorted keys, one line per value or row, UTF-8.

    `revises` names the version before and what changed against it, None for a first version; `given` is
    `given_to(scope, document)` where it is known already.
    """
    number_of = numbers(scope)
    given = given_to(scope, document) if given is None else given
    slugs = names_in_annex(scope)
    data = data_annex(document)
    present = _present(given)
    sections = {
        section: {table: _renamed(figures, slugs) for table, figures in tables.items()}
        for section, tables in data["sections"].items()
        if section != REVISIONS
    }
    whole = {
        **data,
        "format": ANNEX_FORMAT,
        "unit": scope.unit_code,
        "version": document.version,
        "window": _window(period, scope),
        "code": code(),
        "settings": settings(),
        "rollup_digest": digest_of(given),
        "growers": {
            str(number_of[label.id]): {
                "village": label.village_code,
                "unit": scope.children[label.id].code if label.id in scope.children else None,
            }
            for label in scope.growers.values()
            if number_of[label.id] in present
        },
        "inputs": given,
        "sections": sections,
        "outcomes": {
            section.key: plain(section.outcomes) for section in document.sections if section.outcomes
        },
        "revises": revises,
    }
    return ("".join(_lines(whole, "\n")) + "\n").encode()


SCALARS = frozenset({str, int, bool, float, type(None)})
_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True)
_CELLS = json.JSONEncoder(ensure_ascii=False, separators=("\0", ": "))


def _are_rows(value: list[Any]) -> bool:
    """Whether all of it is lists of single values, like the rows of a table."""
    return set(map(type, value)) == {list} and SCALARS.issuperset(map(type, chain.from_iterable(value)))


def _lines(value: Any, line: str) -> Iterator[str]:
    """`value` as JSON, one line per value; a list of values, like the row of a table, stays on one line.

    The encoder of the library is a hundred times slower as soon as it is asked to indent.
    """
    deeper = line + " "
    if isinstance(value, Mapping) and value:
        for place, key in enumerate(sorted(value)):
            yield f"{',' if place else '{'}{deeper}{_ENCODER.encode(key)}: "
            yield from _lines(value[key], deeper)
        yield line + "}"
    elif isinstance(value, list) and _are_rows(value):
        # No control character stands in JSON by itself: with one between the cells, rows are told from what is said in them.
        rows = _CELLS.encode(value).replace("]\0[", f"],{deeper}[").replace("\0", ", ")
        yield f"[{deeper}{rows[1:-1]}{line}]"
    elif isinstance(value, list) and not SCALARS.issuperset(map(type, value)):
        for place, element in enumerate(value):
            yield f"{',' if place else '['}{deeper}"
            yield from _lines(element, deeper)
        yield line + "]"
    else:
        yield _ENCODER.encode(value)


def head(annex: Mapping[str, Any]) -> dict[str, Any]:
    """What the report itself keeps and seals of its annex: everything but inputs and figures."""
    names = ("format", "window", "code", "settings", "rollup_digest", "outcomes")
    return {name: annex[name] for name in names}


def numbers(scope: Scope) -> dict[int, int]:
    """The number under which each grower stands in the annex, counted from 1."""
    return {grower_id: place for place, grower_id in enumerate(sorted(scope.growers), start=1)}


def names_in_annex(scope: Scope) -> dict[str, str]:
    """What stands in the annex in the place of each grower's own word."""
    number_of = numbers(scope)
    return {label.slug: f"grower-{number_of[label.id]}" for label in scope.growers.values()}


def _present(given: Mapping[str, Any]) -> set[int]:
    return {
        row[table["columns"].index("grower")]
        for table in given.values()
        if isinstance(table, dict) and "grower" in table.get("columns", ())
        for row in table["rows"]
    }


def _renamed(table: dict[str, Any], slugs: Mapping[str, str]) -> dict[str, Any]:
    return {**table, "rows": {slugs.get(key, key): row for key, row in table["rows"].items()}}


def _window(period: Period, scope: Scope) -> dict[str, str]:
    before = period.year_before()
    return {
        "from": period.start.isoformat(),
        "until": period.end.isoformat(),
        "before_from": before.start.isoformat(),
        "before_until": before.end.isoformat(),
        "standing": scope.standing(period),
        "zone": "Asia/Shanghai",
    }


def settings() -> dict[str, str | int]:
    """Every threshold and constant that decides what is printed."""
    return {
        "refund_window_days": REFUND_WINDOW_DAYS,
        "smallest_base_minor": figures.SMALLEST_BASE_MINOR,
        "fewest_like_for_like_growers": figures.FEWEST_LIKE_FOR_LIKE_GROWERS,
        "least_like_for_like_share": str(figures.LEAST_LIKE_FOR_LIKE_SHARE),
        "concentrated": str(figures.CONCENTRATED),
        "own_shop": figures.OWN_SHOP,
        "rounding": "half-even",
    }


@lru_cache(maxsize=1)
def code() -> dict[str, str | int]:
    """Which code made a report: the package's version, the format, and the digest of the sources that decide it."""
    room = Path(__file__).parents[2]
    digest = hashlib.sha256()
    for folder in SOURCES:
        for path in sorted((*(room / folder).rglob("*.py"), *(room / folder).rglob("*.typ"))):
            digest.update(f"{path.relative_to(room).as_posix()}\n".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return {"package": _package(), "format": FORMAT, "source": digest.hexdigest()}


def code_name() -> str:
    """The code in a few words, as it is printed."""
    made_by = code()
    return f"{made_by['package']} / {made_by['format']} / {str(made_by['source'])[:12]}"


def _package() -> str:
    try:
        return version("guiyuan")
    except PackageNotFoundError:  # run from a clone that was never installed
        project = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text())
        return str(project["project"]["version"])


def digest_of(value: Any) -> str:
    """SHA-256 of plain JSON in its shortest form, keys sorted."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def inputs(evidence: Evidence, number_of: Mapping[int, int]) -> dict[str, Any]:
    """Every field of the evidence: a list as a table of columns and rows, a mapping as one, a moment as text."""
    contents: dict[str, Any] = {}
    for field in fields(evidence):
        value = getattr(evidence, field.name)
        if isinstance(value, tuple):
            contents[field.name] = _table(value, number_of)
        elif isinstance(value, Mapping):
            contents[field.name] = {
                str(number_of[key]) if isinstance(key, int) else str(key): plain(entry)
                for key, entry in sorted(value.items())
            }
        else:
            contents[field.name] = plain(value)
    return contents


def _table(rows: Iterable[Any], number_of: Mapping[int, int]) -> dict[str, Any]:
    rows = tuple(rows)
    if not rows:
        return {"columns": [], "rows": []}
    columns = _columns("value", rows, number_of)
    return {
        "columns": [name for name, _values in columns],
        "rows": [list(row) for row in zip(*(values for _name, values in columns), strict=True)],
    }


def _columns(name: str, values: Sequence[Any], number_of: Mapping[int, int]) -> list[tuple[str, list[Any]]]:
    """The parts of like `values` side by side, each under its name; a grower's id becomes its number.

    Column by column: there are tens of thousands of rows.

    Raises:
        TypeError: they are not alike.
    """
    if name == "grower_id":
        return [("grower", [number_of[value] for value in values])]
    kinds = set(map(type, values))
    if kinds <= {int, str, bool}:  # most of them
        return [(name, list(values))]
    if kinds == {Period}:
        return [(name, [value.key for value in values])]
    first = values[0]
    if any(is_dataclass(kind) or issubclass(kind, tuple) for kind in kinds):
        if len(kinds) > 1:
            raise TypeError(f"{name} holds rows of several kinds")
        if isinstance(first, tuple):
            if len(set(map(len, values))) > 1:
                raise TypeError(f"{name} holds rows of several lengths")
            names = getattr(first, "_fields", [f"{name}_{place}" for place in range(len(first))])
            inner = [(part, tuple(map(itemgetter(place), values))) for place, part in enumerate(names)]
        else:
            inner = [(field.name, tuple(map(attrgetter(field.name), values))) for field in fields(first)]
        return [column for part, part_values in inner for column in _columns(part, part_values, number_of)]
    return [(name, [plain(value) for value in values])]


def plain(value: Any) -> Any:
    """`value` as plain JSON: days and moments in ISO form, decimals as text.

    Raises:
        TypeError: it holds something that has no such form.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Period):
        return value.key
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in sorted(value.items())}
    if isinstance(value, list | tuple | set | frozenset):
        return [
            plain(element) for element in (sorted(value) if isinstance(value, set | frozenset) else value)
        ]
    raise TypeError(f"{type(value).__name__} cannot be frozen")
