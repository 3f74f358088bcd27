"""The report as one HTML file that needs nothing beside it: charts inside, each with its table."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping

from flask import render_template
from flask_babel import gettext as _

from branch.reports.document import Document, Row, Table
from branch.reports.wording import numbers
from core.seal.service.daily_heads import present_head, short_head


def render_html(document: Document, pictures: Mapping[str, bytes]) -> bytes:
    """A page to keep or send on; opened from a disk, it looks the same without a network."""
    inside = {key: "data:image/png;base64," + b64encode(data).decode() for key, data in pictures.items()}
    text = render_template(
        "branch/reports/standalone.html", report=document, pictures=inside, cells=cells, trace=trace(document)
    )
    return text.encode()


def trace(document: Document) -> list[list[str]]:
    """What ties a printed report to what is sealed; a public edition is checked on its own page."""
    if not document.annex_digest:
        return [
            [
                _("To check this file"),
                _("Compare its digest with the one on its page, whose seal anybody can check."),
            ]
        ]
    return [
        [_("Digest of the input (SHA-256)"), document.digest],
        [_("Digest of the data annex (SHA-256)"), document.annex_digest],
        [_("Made by (version / format / sources)"), document.code],
        *head_of_log(),
        [_("To check this file"), "flask reports verify"],
    ]


def head_of_log() -> list[list[str]]:
    """Size and root of the public log when the file was made: on paper they are out of reach of whoever writes the log anew."""
    head = present_head()
    if head is None:
        return []
    return [[_("Head of the public log (entries, root)"), short_head(head.size, head.root)]]


def cells(table: Table, row: Row) -> list[str]:
    """The texts of a row."""
    return [numbers.cell(column, value) for column, value in zip(table.columns, row.cells, strict=True)]
