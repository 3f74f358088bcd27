"""Tables and charts of the authorised effect."""

from __future__ import annotations

from flask_babel import gettext as _

from branch.reports.document import Chart, Column, Row, Series, Table
from branch.reports.facts.effect import WITH_CHARTS, Effect
from branch.reports.sections.money_charts import money_chart
from branch.reports.wording import effect as words
from branch.reports.wording import numbers
from branch.reports.wording.effect import as_ratio
from branch.uplift.assessment import Assessment
from branch.uplift.blocks import EventBlock
from branch.uplift.estimation import Uplift

# A permille of a ratio; charts carry whole numbers.
PERMILLE, FEN = 1000, 100


def estimate_table(uplift: Uplift) -> Table:
    """Sold, predicted, and the difference with its interval."""
    columns = (
        Column("measure", _("Measure")),
        Column("value", _("Estimate"), "ratio"),
        Column("low", _("95% interval from"), "ratio"),
        Column("high", _("95% interval to"), "ratio"),
        Column("yuan", _("Amount (yuan)"), "money"),
        Column("yuan_low", _("Yuan from"), "money"),
        Column("yuan_high", _("Yuan to"), "money"),
    )
    ratios = tuple(as_ratio(value - 1) for value in (uplift.ratio, uplift.low, uplift.high))
    gains = tuple(_fen(value) for value in (uplift.gain, uplift.gain_low, uplift.gain_high))
    none = (None, None, None)
    rows = (
        Row("actual", (_("Sold by authorised growers"), *none, _fen(uplift.actual), None, None)),
        Row("predicted", (_("Predicted without authorisation"), *none, _fen(uplift.predicted), None, None)),
        Row("effect", (_("Difference: the estimated effect"), *ratios, *gains)),
    )
    return Table("estimate", _("Estimate"), columns, rows)


def gates_table(effect: Effect) -> Table:
    """Every gate with its threshold; ends of the interval are kept back where no interval is stated."""
    assert effect.assessment is not None
    sides = {
        "at_least": _("at least %(value)s"),
        "at_most": _("at most %(value)s"),
        "beyond": _("beyond %(value)s"),
    }
    rows = []
    for gate in effect.assessment.gates:
        value, threshold = words.gate_value(gate, gate.value), words.gate_value(gate, gate.threshold)
        required = sides[gate.side] % {"value": threshold}
        if gate.code == "G2.size":
            value, required = numbers.NOTHING, _("at most half of the estimate")
        if gate.code == "G3.zero" and effect.wording not in WITH_CHARTS:
            value = numbers.NOTHING
        if gate.code == "G6.provisional":
            required = _("over")
        passed = _("gate open") if gate.passed else _("gate closed")
        rows.append(Row(gate.code, (words.gate_name(gate.code), gate.code, value, required, passed)))
    columns = (
        Column("asks", _("What it asks")),
        Column("gate", _("Gate")),
        Column("value", _("Value found")),
        Column("required", _("Required")),
        Column("passed", _("Gate is")),
    )
    return Table("gates", _("Gates before a number may be printed"), columns, tuple(rows))


def members_table(effect: Effect) -> Table:
    """How many growers and grower-months are in, and how many are out for which reason."""
    built, estimate = effect.built, None if effect.assessment is None else effect.assessment.estimate
    rows: list[tuple[str, str, int]] = []
    if estimate is not None:
        rows += [
            ("treated", _("Growers in: authorised, compared with their own past"), estimate.treated),
            (
                "comparisons",
                _("Growers in: not yet authorised in some month of the window"),
                estimate.comparisons,
            ),
            ("never", _("of these never authorised"), estimate.never_authorised),
            ("new_sellers", _("Growers out: no sales before the authorisation"), len(estimate.new_sellers)),
            (
                "short_history",
                _("Growers out: too few months before the authorisation"),
                len(estimate.short_history),
            ),
        ]
    if built is not None:
        rows += [
            ("channels_unknown", _("Growers out: other channels not known"), built.channels_unknown),
            ("never_covered", _("Growers out: no covered month"), built.never_covered),
        ]
    if estimate is not None:
        rows.append(("cells", _("Grower-months in"), estimate.cells))
        rows.append(
            (
                "anticipation",
                _("Grower-months out: shortly before the authorisation"),
                estimate.anticipation_cells,
            )
        )
        names = {
            "uncovered": _("Grower-months out: not covered"),
            "short_history": _("Grower-months out: grower with too short a history"),
            "no_comparison": _("Grower-months out: nobody to compare with in that month"),
            "no_base": _("Grower-months out: the grower's same season was never covered before"),
            "zero_base": _("Grower-months out: the grower never sold in that season before"),
            "unconnected": _("Grower-months out: not comparable through any chain of months"),
        }
        rows += [
            (f"out_{reason}", names.get(reason, reason), number)
            for reason, number in estimate.excluded.items()
        ]
    return Table(
        "members",
        _("Who is in the estimate and who is out"),
        (Column("what", _("What")), Column("number", _("Count"), "count")),
        tuple(Row(key, (name, number)) for key, name, number in rows),
    )


def events_table(assessed: Assessment) -> Table:
    """The difference by year: placebo years, the earliest first, then those since the authorisation."""
    placebo = () if assessed.placebo is None else tuple(reversed(assessed.placebo.blocks))
    columns = (
        Column("block", _("Months since authorisation")),
        Column("growers", _("Growers in the block"), "count"),
        Column("ratio", _("Difference from predicted"), "ratio"),
        Column("low", _("95% interval from"), "ratio"),
        Column("high", _("95% interval to"), "ratio"),
    )
    return Table(
        "effect_events",
        _("By year before and since the authorisation"),
        columns,
        tuple(_event_row(block) for block in (*placebo, *assessed.events)),
    )


def _event_row(block: EventBlock) -> Row:
    name = (
        _("placebo: %(first)s to %(last)s", first=block.first, last=block.last)
        if block.first < 0
        else _("months %(first)s to %(last)s", first=block.first, last=block.last)
    )
    cells = tuple(
        None if value is None else as_ratio(value - 1) for value in (block.ratio, block.low, block.high)
    )
    return Row(f"{block.first}..{block.last}", (name, None if block.suppressed else block.growers, *cells))


def events_chart(table: Table) -> Chart:
    """Dots with intervals, of `events_table`."""

    def permille(place: int) -> tuple[int | None, ...]:
        return tuple(
            None if row.cells[place] is None else round(float(row.cells[place] or 0) * PERMILLE)
            for row in table.rows
        )

    return Chart(
        key=table.key,
        kind="events",
        title=_("Difference from predicted sales by year before and since the authorisation, 95% intervals"),
        alt=_(
            "Dots with 95%% intervals, one for each year before and since the authorisation; before it they should lie at zero. The numbers are in the table."
        ),
        unit="%",
        divisor=PERMILLE // 100,
        categories=tuple(str(row.cells[0]) for row in table.rows),
        series=(Series(_("Difference from predicted"), permille(2), permille(3), permille(4)),),
        table_key=table.key,
    )


def months_table(effect: Effect) -> Table:
    """Sold and predicted by month, with the interval, in fen."""
    columns = (
        Column("month", _("Month")),
        Column("actual", _("Sold by authorised growers (yuan)"), "money"),
        Column("predicted", _("Predicted without authorisation (yuan)"), "money"),
        Column("low", _("95% interval from (yuan)"), "money"),
        Column("high", _("95% interval to (yuan)"), "money"),
    )
    rows = tuple(
        Row(
            month_effect.month.key,
            (
                month_effect.month.key,
                *(
                    _fen(v)
                    for v in (
                        month_effect.actual,
                        month_effect.predicted,
                        month_effect.low,
                        month_effect.high,
                    )
                ),
            ),
        )
        for month_effect in effect.months
    )
    return Table("effect_months", _("Authorised growers month by month"), columns, rows)


def months_chart(table: Table) -> Chart:
    """The lines of `months_table`: sold, and predicted with its band."""
    return money_chart(
        table,
        "counterfactual",
        (
            Series(_("Actually sold"), table.numbers(1)),
            Series(_("Predicted, with 95% band"), table.numbers(2), table.numbers(3), table.numbers(4)),
        ),
        title=_("Authorised growers: sold, and predicted without authorisation"),
        alt=_(
            "Two lines by month, what authorised growers sold and what was predicted without authorisation, the latter with a band of 95%%. The numbers are in the table."
        ),
    )


def _fen(yuan: float) -> int:
    return round(yuan * FEN)
