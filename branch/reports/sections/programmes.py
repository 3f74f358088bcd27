"""Section on programmes that began on one date (C1), and on a flagship unit against a synthetic comparison (C3)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask_babel import gettext as _

from branch.ledger.rules.periods import Period, month_of
from branch.reports.document import Chart, Column, Row, Section, Series, Table
from branch.reports.facts.effect import SETTINGS, effect_window
from branch.reports.facts.evidence import Scope
from branch.reports.facts.panel import PanelCell, PanelGrower, build_panel
from branch.reports.facts.programme_dates import ProgrammeDate
from branch.reports.facts.programme_effects import ProgrammeEffect, flagship, single_date
from branch.reports.sections.money_charts import money_chart
from branch.reports.wording import effect as effect_words
from branch.reports.wording.effect import as_ratio
from branch.uplift.gates import Gate

FEN = 100


def programme(period: Period, scope: Scope) -> Section:
    """Every programme noted for the unit or below it, in the order of their dates."""
    title = _("Programmes with one date (C1, C3)")
    effects = programme_effects(period, scope)
    if not effects:
        return Section(
            "programmes",
            title,
            (
                _(
                    "No programme with one date is noted for this unit, so there is no figure on rungs C1 and C3."
                ),
            ),
        )
    tables = [_summary(effects)]
    charts = []
    for number, effect in enumerate(effects, start=1):
        if effect.refusal is None:
            months = _months(number, effect)
            tables += [_gates(number, effect), months]
            charts.append(_chart(months, effect))
    return Section(
        "programmes",
        title,
        tuple(_sentence(effect, scope) for effect in effects),
        tuple(tables),
        tuple(charts),
        (
            _(
                "C1 has no group to compare with: a change of the market at that date cannot be told from an effect of the programme."
            ),
            _(
                "C3 compares with a mixture of growers elsewhere who are not authorised; it assumes that the mixture would have gone on as the unit."
            ),
            _(
                "The day on which a programme was noted stands beside its date, so that a reader sees whether it was chosen after the sales."
            ),
        ),
        outcomes={"programmes": [_outcome(effect) for effect in effects]},
    )


def programme_effects(period: Period, scope: Scope) -> tuple[ProgrammeEffect, ...]:
    """C1 for programmes of the unit itself, C3 for those of units below it."""
    inside: dict[str, tuple[int, ...]] = {}
    for label in scope.growers.values():
        child = scope.children.get(label.id)
        for code in {label.village_code, label.village_code if child is None else child.code}:
            inside[code] = (*inside.get(code, ()), label.id)
    return _effects(
        effect_window(period)[-1],
        scope.unit_code,
        scope.evidence.programmes,
        scope.evidence.panel_growers,
        scope.evidence.panel_cells,
        tuple(sorted(inside.items())),
        period.is_preliminary(scope.today),
    )


@lru_cache(maxsize=8)
def _effects(
    last: Period,
    unit_code: str,
    programmes: tuple[ProgrammeDate, ...],
    growers: tuple[PanelGrower, ...],
    cells: tuple[PanelCell, ...],
    inside: tuple[tuple[str, tuple[int, ...]], ...],
    provisional: bool,
) -> tuple[ProgrammeEffect, ...]:
    started = [programme for programme in programmes if programme.started_on <= last.last_day]
    built = build_panel(growers, cells, last=last) if started else None
    if built is None:
        return tuple(ProgrammeEffect("C1", programme, 0, "too_few_growers") for programme in started)
    villages = dict(inside)
    return tuple(
        single_date(built, programme, SETTINGS, provisional=provisional)
        if programme.unit_code == unit_code
        else flagship(
            built, programme, villages.get(programme.unit_code, ()), SETTINGS, provisional=provisional
        )
        for programme in started
    )


def _sentence(effect: ProgrammeEffect, scope: Scope) -> str:
    names = {label.village_code: label.village_name for label in scope.growers.values()}
    what = _(
        "%(rung)s, %(name)s (%(unit)s), begun on %(day)s, noted on %(noted)s, %(growers)s growers with whole records:",
        rung=effect.rung,
        name=effect.programme.name,
        unit=names.get(effect.programme.unit_code, scope.unit_name),
        day=effect.programme.started_on.isoformat(),
        noted=effect.programme.noted_on.isoformat(),
        growers=effect.growers,
    )
    return f"{what} {_verdict(effect)}"


def _verdict(effect: ProgrammeEffect) -> str:
    if effect.refusal:
        return _refusal(effect.refusal)
    closed = {gate.code for gate in effect.closed}
    if effect.is_stated:
        return _(
            "estimated difference %(percent)s from what the months before led to expect (95%% interval %(interval)s).",
            percent=effect_words.percent(effect.ratio),
            interval=effect_words.interval(effect.low, effect.high),
        )
    if closed & {"G3.zero", "C3.rank"} and "G4.width" not in closed:
        return _(
            "no clear change was found (95%% interval %(interval)s).",
            interval=effect_words.interval(effect.low, effect.high),
        )
    return _(
        "no figure is stated; closed: %(codes)s. %(reason)s",
        codes=", ".join(gate.code for gate in effect.closed),
        reason=closed_reason(effect.closed[0]),
    )


def closed_reason(gate: Gate) -> str:
    """Why a closed gate keeps a number back, in a sentence."""
    if gate.code == "C3.rank":
        return _("Units where nothing happened differ as much as this one.")
    return effect_words.closed_reason(gate)


def _refusal(code: str) -> str:
    words = {
        "too_few_growers": _("no figure: fewer than ten growers are on record in every month."),
        "too_few_before": _("no figure: less than 24 whole months on record before the date."),
        "too_few_after": _("no figure: less than 12 whole months on record since the date."),
        "too_few_donors": _("no figure: fewer than 20 growers without authorisation to compare with."),
        "poor_fit": _("no figure: no mixture of other growers moved as the unit did before the date."),
        "suppressed": _("no figure: it would stand on fewer than three growers."),
    }
    return words.get(code, _("no figure: the data do not determine one."))


def _summary(effects: tuple[ProgrammeEffect, ...]) -> Table:
    """The numbers of those that may be printed; a closed gate leaves the row empty."""
    columns = (
        Column("programme", _("Programme")),
        Column("rung", _("Rung")),
        Column("growers", _("Growers with whole records"), "count"),
        Column("value", _("Difference from predicted"), "ratio"),
        Column("low", _("95% interval from"), "ratio"),
        Column("high", _("95% interval to"), "ratio"),
        Column("yuan", _("Amount (yuan)"), "money"),
    )
    return Table(
        "programmes",
        _("Programmes with one date"),
        columns,
        tuple(
            Row(
                str(number),
                (
                    effect.programme.name,
                    effect.rung,
                    effect.growers if effect.growers > 2 else None,
                    *_numbers(effect),
                ),
            )
            for number, effect in enumerate(effects, start=1)
        ),
    )


def _numbers(effect: ProgrammeEffect) -> tuple[Any, ...]:
    if not effect.is_stated:
        return (None, None, None, None)
    return (
        *(as_ratio(value - 1) for value in (effect.ratio, effect.low, effect.high)),
        round((effect.actual - effect.predicted) * FEN),
    )


def _gates(number: int, effect: ProgrammeEffect) -> Table:
    names = {
        "C1.before": _("Months before the date"),
        "C1.after": _("Months since the date"),
        "C3.donors": _("Growers in the comparison that could be fitted"),
        "C3.rank": _("Share of units where nothing happened that differ as much"),
    }
    rows = tuple(
        Row(
            gate.code,
            (
                names.get(gate.code) or effect_words.gate_name(gate.code),
                gate.code,
                effect_words.gate_value(gate, gate.value),
                _("gate open") if gate.passed else _("gate closed"),
            ),
        )
        for gate in effect.gates
    )
    columns = (
        Column("asks", _("What it asks")),
        Column("gate", _("Gate")),
        Column("value", _("Value found")),
        Column("passed", _("Gate is")),
    )
    return Table(f"programme_gates_{number}", _("Gates: %(name)s", name=effect.programme.name), columns, rows)


def _months(number: int, effect: ProgrammeEffect) -> Table:
    columns = (
        Column("month", _("Month")),
        Column("actual", _("As recorded (yuan)"), "money"),
        Column("predicted", _("Expected without the programme (yuan)"), "money"),
    )
    rows = tuple(
        Row(month.key, (month.key, round(actual * FEN), round(predicted * FEN)))
        for month, actual, predicted in effect.months
    )
    return Table(
        f"programme_{number}", _("Before and since: %(name)s", name=effect.programme.name), columns, rows
    )


def _chart(table: Table, effect: ProgrammeEffect) -> Chart:
    start_key = month_of(effect.programme.started_on).key

    def since(after: bool) -> tuple[int | None, ...]:
        return tuple(
            value if (row.key >= start_key) is after else None
            for row, value in zip(table.rows, table.numbers(2), strict=True)
        )

    return money_chart(
        table,
        "series",
        (
            Series(_("As recorded"), table.numbers(1)),
            Series(_("Expected without the programme"), since(True)),
            Series(_("The same before the date"), since(False)),
        ),
        alt=_(
            "Two lines by month, sales as recorded and as expected without the programme that began on %(day)s; the numbers are in the table.",
            day=effect.programme.started_on.isoformat(),
        ),
    )


def _outcome(effect: ProgrammeEffect) -> dict[str, Any]:
    return {
        "rung": effect.rung,
        "started_on": effect.programme.started_on.isoformat(),
        "refusal": effect.refusal,
        "ratio": None if effect.refusal else f"{effect.ratio:.6f}",
        "low": None if effect.refusal else f"{effect.low:.6f}",
        "high": None if effect.refusal else f"{effect.high:.6f}",
        "gates": [{"code": gate.code, "passed": gate.passed} for gate in effect.gates],
    }
