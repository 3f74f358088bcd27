"""The report's section on authenticity: look-ups, alarms, cases and quota, beside the same window a year before."""

from flask_babel import gettext as _

from branch import api as branch
from traceability.authenticity.queries import Counts, counts


def authenticity(period: branch.Period, scope: branch.ReportScope) -> branch.Section:
    """The section for one unit and window; a function of `wsgi.report_sections`."""
    before = period.year_before()
    now, then = (
        counts(window.start, window.end, grower_ids=list(scope.growers), unit_id=scope.unit_id)
        for window in (period, before)
    )
    columns = (
        branch.Column("what", _("What")),
        branch.Column("now", _("This window"), "count"),
        branch.Column("before", _("A year before"), "count"),
    )
    rows = tuple(
        branch.Row(key, (label, value, earlier))
        for (key, label, value), (_key, _label, earlier) in zip(_lines(now), _lines(then), strict=True)
    )
    return branch.Section(
        key="authenticity",
        title=_("Authenticity"),
        paragraphs=(_sentence(now),),
        tables=(branch.Table("authenticity", _("Look-ups, alarms, cases, quota"), columns, rows),),
        notes=(
            _(
                "Each thing counts on the day it happened. A look-up is one device that asked for one code; an alarm is "
                "what the rules noticed, not what a person found. Cases that name no area are not counted here."
            ),
        ),
        inputs={
            window: {key: value for key, _label, value in _lines(figures)}
            for window, figures in (("now", now), ("before", then))
        },
    )


def _sentence(figures: Counts) -> str:
    if not figures.decisions.decided:
        return _("No counterfeit case was decided in this window.")
    return _(
        "%(in_time)s of %(decided)s cases were decided in time; %(confirmed)s were confirmed as fakes by two persons.",
        in_time=figures.decisions.in_time,
        decided=figures.decisions.decided,
        confirmed=figures.decisions.confirmed,
    )


def _lines(figures: Counts) -> list[tuple[str, str, int]]:
    return [
        ("devices", _("Look-ups of codes"), figures.devices),
        ("codes", _("Codes looked up"), figures.codes_looked_up),
        ("alarms", _("Alarms of the rules"), figures.alarms),
        ("received", _("Counterfeit cases received"), figures.cases_received),
        ("decided", _("Cases decided"), figures.decisions.decided),
        ("in_time", _("of these in time"), figures.decisions.in_time),
        ("confirmed", _("of these confirmed as fakes"), figures.decisions.confirmed),
        ("cleared", _("of these cleared"), figures.decisions.cleared),
        ("undetermined", _("of these undetermined"), figures.decisions.undetermined),
        ("activated", _("Plants activated against the quota"), figures.plants_activated),
        ("given_back", _("Plants given back to the quota"), figures.plants_given_back),
    ]
