"""The words of the authorised effect: what each gate asks, why a closed one closes, assumptions, refusals."""

from __future__ import annotations

import math
from decimal import Decimal

from flask_babel import gettext as _
from flask_babel import ngettext

from branch.reports.facts.effect import Effect
from branch.reports.wording import numbers
from branch.uplift.estimation import Uplift
from branch.uplift.gates import Gate
from branch.uplift.panel import UpliftSettings

RUNG = "C2"


def as_ratio(value: float) -> Decimal:
    """A float of the estimator as an exact decimal of six places, the same on every machine."""
    return Decimal(f"{value:.6f}")


def percent(ratio: float) -> str:
    """A ratio of actual to predicted as a signed percentage."""
    return numbers.signed(as_ratio(ratio - 1))


def interval(low: float, high: float) -> str:
    """An interval of ratios in words, as changes in percent."""
    return _("from %(low)s up to %(high)s", low=percent(low), high=percent(high))


def money(yuan: float) -> str:
    """An amount, given in yuan, within a sentence."""
    return numbers.amount(round(yuan * numbers.FEN_PER_YUAN))


def grade_name(effect: Effect) -> str:
    """The rung in words, as it stands beside the headline's figure."""
    return {
        "effect": _("estimated effect"),
        "preliminary": _("preliminary figure"),
        "no_clear_change": _("no clear change found"),
        "one_grower": _("carried by one grower"),
        "pretrend": _("parted before already"),
        "insufficient": _("data insufficient"),
        "refused": _("no estimate possible"),
    }[effect.wording]


def verdict(effect: Effect) -> str:
    """The finding in one sentence; a number only where the gates allow one."""
    estimate = None if effect.assessment is None else effect.assessment.estimate
    if effect.assessment is None or estimate is None:
        return refusal(effect)
    match effect.wording:
        case "effect":
            return _("Estimated effect: %(sentence)s", sentence=_sentence(estimate))
        case "preliminary":
            return _(
                "Preliminary figure, not for a headline, since the window or its time for refunds is still open: %(sentence)s",
                sentence=_sentence(estimate),
            )
        case "no_clear_change":
            return _(
                "No clear change was found: the 95%% interval %(interval)s holds zero, so no figure is stated.",
                interval=interval(estimate.low, estimate.high),
            )
        case "one_grower":
            return _one_grower(effect)
        case "pretrend":
            return _(
                "No figure is stated: authorised and other growers had parted before the authorisation already, so a later "
                "difference cannot be laid to the authorisation."
            )
        case _:
            return _("Data insufficient: no figure is stated.")


def _sentence(uplift: Uplift) -> str:
    return _(
        "authorised growers sold %(percent)s against what they would have sold without authorisation "
        "(95%% interval %(interval)s), %(gain)s in the window (%(low)s to %(high)s).",
        percent=percent(uplift.ratio),
        interval=interval(uplift.low, uplift.high),
        gain=money(uplift.gain),
        low=money(uplift.gain_low),
        high=money(uplift.gain_high),
    )


def _one_grower(effect: Effect) -> str:
    assert effect.assessment is not None
    estimate, left = effect.assessment.estimate, effect.assessment.leave_out
    assert estimate is not None
    first = _("No figure is stated: one grower carries too much of it.")
    without = None if left is None else left.without_largest
    if without is None:
        return first
    rest = _(
        "Without that grower the 95%% interval is %(interval)s.", interval=interval(without.low, without.high)
    )
    return f"{first} {rest}"


def refusal(effect: Effect) -> str:
    """Why there is no estimate at all."""
    words = {
        "no_panel": _("No estimate is possible: no month of any grower with known channels is covered."),
        "nobody_authorised": _(
            "No estimate is possible: in this window no authorised grower has a covered month."
        ),
        "all_at_once": _(
            "No estimate is possible: all growers were authorised in the same month, so there is nobody to compare with."
        ),
        "no_comparison": _(
            "No estimate is possible: in every month of the window too few growers were not yet authorised."
        ),
        "no_base": _(
            "No estimate is possible: no authorised grower has covered sales from before the authorisation."
        ),
        "nothing_sold": _(
            "No estimate is possible: nothing was sold, or nothing was to be expected, in the cells compared."
        ),
        "suppressed": _("No estimate is shown: it would stand on fewer than three growers."),
    }
    return words.get(effect.refusal or "", _("No estimate is possible: the data do not determine one."))


def gate_name(code: str) -> str:
    """What a gate asks."""
    return {
        "G1.history": _("Months before authorisation, median of the authorised growers"),
        "G1.treated": _("Authorised growers in the estimate"),
        "G1.comparisons": _("Growers to compare with"),
        "G1.effective": _("Effective number of authorised growers"),
        "G1.coverage": _("Share of authorised growers' sales in covered months"),
        "G1.channels": _("Share of authorised growers whose channels are all known"),
        "G1.base": _("Predicted sales of the window (yuan)"),
        "G2.pretrend": _("Placebo years before authorisation: p-value"),
        "G2.size": _("Placebo of the year before, beside half of the estimate"),
        "G3.zero": _("Interval does not hold zero: its nearer end"),
        "G4.width": _("Width of the interval (percentage points)"),
        "G5.one_grower": _("Largest share of the effect that one grower carries"),
        "G6.provisional": _("Window and its time for refunds are over"),
    }.get(code, code)


def closed_reason(gate: Gate) -> str:
    """In plain words, why a closed gate keeps the number back."""
    return {
        "G1.history": _("Too few months from before the authorisation."),
        "G1.treated": _("Too few authorised growers."),
        "G1.comparisons": _("Too few growers who are not yet authorised to compare with."),
        "G1.effective": _("A few large growers make up nearly all authorised sales."),
        "G1.coverage": _("Too much of the authorised growers' sales lies in months that are not covered."),
        "G1.channels": _("The other channels of too many authorised growers are not known."),
        "G1.base": _("The base is too small for a percentage."),
        "G2.pretrend": _(
            "The two groups of growers moved apart before the authorisation already, or that cannot be tested."
        ),
        "G2.size": _("The difference before the authorisation is large beside the estimate."),
        "G3.zero": _("The interval holds zero: no clear change was found."),
        "G4.width": _("The interval is too wide to say anything useful."),
        "G5.one_grower": _("One grower carries too much of the effect."),
        "G6.provisional": _("The month, or its time for refunds, is still open; the figure will change."),
    }.get(gate.code, gate.code)


def gate_value(gate: Gate, value: float | None) -> str:
    """A gate's value or threshold in its own unit; the estimate itself is never printed through a gate."""
    if value is None or math.isnan(value):
        return numbers.NOTHING
    number = Decimal(f"{value:.6f}") if abs(value) < 1e12 else Decimal(0)
    match gate.code:
        case "G1.effective":
            return f"{numbers.rounded(number, 1):,}"
        case "G1.coverage" | "G1.channels" | "G5.one_grower":
            return numbers.percent(number) if abs(value) < 1e6 else _("above all bounds")
        case "G1.base":
            return numbers.yuan(number * numbers.FEN_PER_YUAN)
        case "G2.pretrend":
            return f"{numbers.rounded(number, 3)}"
        case "G3.zero":
            return percent(value)
        case "G4.width":
            return f"{numbers.rounded(number * 100, 1):,}"
        case "G6.provisional":
            return _("not over yet") if value else _("over")
        case _:
            return numbers.count(int(value))


def assumptions(settings: UpliftSettings) -> tuple[str, ...]:
    """What must hold for the estimate to mean what it says, in short lines."""
    return (
        _(
            "Assumption 1: without authorisation, the authorised growers' sales would have moved month by month in the same "
            "proportion as those of growers not yet authorised."
        ),
        ngettext(
            "Assumption 2: no earlier reaction than %(num)s month before the authorisation; that month is left out.",
            "Assumption 2: no earlier reaction than %(num)s months before the authorisation; those months are left out.",
            settings.anticipation,
        ),
        _(
            "Assumption 3: growers without authorisation neither gain nor lose by the authorisation of others."
        ),
        _(
            "Assumption 4: all channels are on record alike before and after; a month that is not covered is missing, not zero."
        ),
        _(
            "Assumption 5: the dates are those of the register of licences and were not chosen after the sales were seen."
        ),
        _(
            "Assumption 6: the ledger holds the orders that were imported; orders marked as not genuine are left out only where the import says so."
        ),
        _("The estimate is for the growers in it and for this window, not for other growers or other years."),
    )


def warnings(codes: tuple[str, ...], uncompared: int) -> tuple[str, ...]:
    """What the estimator had to do otherwise than asked."""
    words = {
        "season_blocks": _(
            "Warning: too many growers have no base in the same calendar month, so whole seasons were compared instead of calendar months."
        ),
        "blocks_need_whole_years": _(
            "Warning: many cells have no base in the same calendar month and were left out."
        ),
        "months_without_comparison": ngettext(
            "Warning: %(num)s month of the window has nobody to compare with and is left out.",
            "Warning: %(num)s months of the window have nobody to compare with and are left out.",
            uncompared,
        ),
    }
    return tuple(words[code] for code in codes if code in words)
