"""Section on the authorised effect (rung C2): finding, gates, who is in it, charts, assumptions."""

from __future__ import annotations

import math
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from branch.ledger.rules.periods import Period
from branch.reports.document import Definition, Figure, Section
from branch.reports.facts.effect import SETTINGS, WITH_CHARTS, WITH_NUMBER, Effect, effect_of
from branch.reports.facts.evidence import Scope
from branch.reports.sections.contract import defines
from branch.reports.sections.effect_tables import (
    estimate_table,
    events_chart,
    events_table,
    gates_table,
    members_table,
    months_chart,
    months_table,
)
from branch.reports.wording import effect as words
from branch.reports.wording import numbers
from branch.reports.wording.effect import as_ratio
from branch.uplift.assessment import Assessment


def _terms() -> tuple[Definition, ...]:
    return (
        Definition(
            _("C1 to C3"),
            _(
                "Rungs of cause: C1 one series before and after one date; C2 growers authorised at different dates against those not yet "
                "authorised; C3 one unit against a mixture of others. Each holds only under the assumptions printed with it."
            ),
        ),
        Definition(
            _("Gates"),
            _(
                "Conditions that an estimate must pass before its number is printed. A closed gate takes the number from the headline "
                "and is named there."
            ),
        ),
        Definition(
            _("95% interval"),
            _(
                "Where the true figure lies in 95 of 100 such estimates, if the assumptions hold; by leaving out one grower at a time."
            ),
        ),
    )


@defines(_terms)
def effect(period: Period, scope: Scope) -> Section:
    """What authorisation is estimated to have changed, or why that cannot be said."""
    effect = effect_of(period, scope)
    title = _("Effect of authorisation (C2)")
    if effect.assessment is None or effect.assessment.estimate is None or effect.built is None:
        return Section(
            "effect",
            title,
            (_rung(effect), words.verdict(effect)),
            tables=(members_table(effect),),
            notes=words.assumptions(effect.assessment.settings) if effect.assessment else (),
            outcomes=outcomes(effect),
        )
    assessed, estimate = effect.assessment, effect.assessment.estimate
    tables = [gates_table(effect), members_table(effect)]
    charts = []
    if effect.wording in WITH_NUMBER:
        tables.insert(0, estimate_table(estimate))
    if effect.wording != "insufficient" and (assessed.events or assessed.placebo):
        events = events_table(assessed)
        tables.append(events)
        charts.append(events_chart(events))
    if effect.wording in WITH_CHARTS and effect.months:
        months = months_table(effect)
        tables.append(months)
        charts.append(months_chart(months))
    return Section(
        "effect",
        title,
        (
            _rung(effect),
            words.verdict(effect),
            *(f"{gate.code}: {words.closed_reason(gate)}" for gate in assessed.closed),
            *_before(assessed),
            *_robustness(assessed, effect.wording),
            *words.warnings(estimate.warnings, len(estimate.uncompared_months)),
        ),
        tuple(tables),
        tuple(charts),
        words.assumptions(assessed.settings),
        outcomes=outcomes(effect),
    )


def headline_figure(period: Period, scope: Scope) -> Figure:
    """The effect on the first page: a number when every gate is open, else the words of the refusal."""
    effect = effect_of(period, scope)
    allowed = None if effect.assessment is None else effect.assessment.headline
    if allowed is not None:
        remark = _(
            "95%% interval %(interval)s; %(first)s to %(last)s; under the assumptions stated in the section.",
            interval=words.interval(allowed.low, allowed.high),
            first=effect.window[0].key,
            last=effect.window[-1].key,
        )
        value = words.percent(allowed.ratio)
    elif effect.assessment is not None and effect.assessment.closed:
        closed = effect.assessment.closed
        value = _("not stated")
        remark = _(
            "Closed: %(codes)s. %(reason)s",
            codes=", ".join(gate.code for gate in closed),
            reason=words.closed_reason(closed[0]),
        )
    else:
        value, remark = _("not stated"), words.refusal(effect)
    return Figure("effect", _("Effect of authorisation"), value, words.RUNG, words.grade_name(effect), remark)


def _rung(effect: Effect) -> str:
    built = effect.built
    sentence = _(
        "Rung C2: growers authorised at different dates, compared month by month with growers not yet authorised; each grower's own "
        "calendar months and the months common to all are fitted (Poisson imputation). Window %(first)s to %(last)s.",
        first=effect.window[0].key,
        last=effect.window[-1].key,
    )
    if built is None:
        return sentence
    panel = _(
        "The panel holds %(growers)s growers from %(first)s to %(last)s.",
        growers=numbers.count(len(built.grower_ids)),
        first=built.months[0].key,
        last=built.months[-1].key,
    )
    return f"{sentence} {panel}"


def _before(assessed: Assessment) -> tuple[str, ...]:
    """The placebo in words, with what it could have found."""
    placebo = assessed.placebo
    if placebo is None:
        return (
            _(
                "Placebo: the records do not reach back far enough to test the years before the authorisation."
            ),
        )
    return (
        _(
            "Placebo: moved back by a year or more, where there is nothing to find, the method finds %(found)s (p = %(p)s). "
            "A difference of about %(least)s would have been found in four cases of five; a smaller one may be there unseen.",
            found=", ".join(
                words.percent(block.ratio) for block in placebo.blocks if block.ratio is not None
            ),
            p=f"{numbers.rounded(as_ratio(placebo.p_value), 3)}"
            if not math.isnan(placebo.p_value)
            else numbers.NOTHING,
            least=words.percent(placebo.detectable),
        ),
    )


def _robustness(assessed: Assessment, wording_code: str) -> tuple[str, ...]:
    if wording_code not in WITH_NUMBER:
        return ()
    lines = []
    if assessed.band is not None:
        lines.append(
            _(
                "If trends had parted after the authorisation as much as they did at most between the years before it, the effect would lie "
                "in the range %(interval)s.",
                interval=words.interval(assessed.band.low, assessed.band.high),
            )
        )
    if assessed.leave_out is not None and assessed.leave_out.tried:
        lines.append(
            ngettext(
                "Without the largest authorised grower the estimate is %(low)s.",
                "Without one of the %(num)s largest authorised growers at a time the estimate lies between %(low)s and %(high)s.",
                assessed.leave_out.tried,
                low=words.percent(assessed.leave_out.lowest),
                high=words.percent(assessed.leave_out.highest),
            )
        )
    return tuple(lines)


def outcomes(effect: Effect) -> dict[str, Any]:
    """The findings as plain values for the frozen annex; numbers with six decimals."""
    assessed = effect.assessment
    estimate = None if assessed is None else assessed.estimate
    return {
        "rung": words.RUNG,
        "window": [effect.window[0].key, effect.window[-1].key],
        "wording": effect.wording,
        "refusal": effect.refusal,
        "gates": [
            {
                "code": gate.code,
                "passed": gate.passed,
                "value": _plain(gate.value),
                "threshold": _plain(gate.threshold),
                "side": gate.side,
            }
            for gate in (() if assessed is None else assessed.gates)
        ],
        "estimate": None
        if estimate is None
        else {
            "ratio": _plain(estimate.ratio),
            "low": _plain(estimate.low),
            "high": _plain(estimate.high),
            "actual_yuan": _plain(estimate.actual),
            "predicted_yuan": _plain(estimate.predicted),
            "season": estimate.season_used,
            "warnings": list(estimate.warnings),
            "excluded": dict(estimate.excluded),
        },
        "settings": {name: _setting(value) for name, value in vars(SETTINGS).items()},
        "left_out": None
        if effect.built is None
        else {"channels_unknown": effect.built.channels_unknown, "never_covered": effect.built.never_covered},
    }


def _plain(value: float | None) -> str | None:
    return None if value is None else f"{value:.6f}"


def _setting(value: Any) -> Any:
    return f"{value:g}" if isinstance(value, float) else value
