"""Feeds and site maps: XML that stays well-formed whatever stands in the database."""

from __future__ import annotations

from typing import Any

from flask import Response, render_template

from core.unseen_characters import without_unseen


def xml_answer(template: str, mimetype: str, **shown: Any) -> Response:
    """The page of an XML template, which escapes by itself, without the characters that XML cannot hold.

    What came in before texts were cleaned, or by another way, must not break the feed for everybody.
    """
    return Response(without_unseen(render_template(template, **shown)), mimetype=mimetype)
