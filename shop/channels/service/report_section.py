"""The report's section on imports: what the files of a window held, and which rows were not taken and why."""

from __future__ import annotations

from flask_babel import gettext as _

from branch import api as branch
from shop.channels.queries import UNNAMED, import_counts
from shop.channels.service.rejections import reason_sentence


def imports(period: branch.Period, scope: branch.ReportScope) -> branch.Section:
    """The section for one unit and window; a function of `wsgi.report_sections`."""
    counts = import_counts(period, set(scope.growers))
    counted, reasons = counts.rows, counts.reasons
    title = _("Imports of outside orders")
    if not counts.imports:
        return branch.Section("imports", title, (_("No import holds days of this window."),))
    names = {
        "create": _("Orders taken in"),
        "update": _("Orders changed by a later import"),
        "unchanged": _("Orders that were there already"),
        "reject": _("Rows not taken"),
    }
    what = (branch.Column("what", _("What")), branch.Column("rows", _("Number of rows"), "count"))
    tables = [
        branch.Table(
            "imports",
            _("What the files held"),
            what,
            tuple(branch.Row(name, (words, counted[name])) for name, words in names.items()),
        )
    ]
    if reasons:
        ordered = sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
        tables.append(
            branch.Table(
                "rejected",
                _("Rows not taken, by reason"),
                what,
                tuple(branch.Row(reason, (_reason(reason), number)) for reason, number in ordered),
            )
        )
    return branch.Section(
        key="imports",
        title=title,
        paragraphs=(_("Imports that hold days of this window: %(imports)s.", imports=counts.imports),),
        tables=tuple(tables),
        notes=(
            _(
                "An import counts whole when any of its days lies in the window. What is not taken is in no figure of this report."
            ),
        ),
        inputs=counts.inputs(),
    )


def _reason(code: str) -> str:
    return _("Reason not kept") if code == UNNAMED else reason_sentence(code)
