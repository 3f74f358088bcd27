"""Forms of pages, which do not hold when their page was too old to be sent."""

from __future__ import annotations

from typing import Any

from flask import g
from flask_wtf import FlaskForm


class PageForm(FlaskForm):
    """A form of a page; it does not hold when its page was too old to be sent, and keeps what was typed."""

    def validate(self, extra_validators: Any = None) -> bool:
        """Whether all fields hold and the page may still be sent."""
        sound: bool = super().validate(extra_validators)
        sent = g.get("form_sent")
        if sent is not None and sent.problem:
            self.form_errors.append(sent.problem)
            return False
        return sound
